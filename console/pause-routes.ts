/**
 * The pages of pauses: the list, one pause with the look ahead at its resume, and the two forms that
 * pause and resume. They act through the functions behind the API; a refusal is shown where the form was.
 */
import { Router, urlencoded, type RequestHandler } from 'express';
import { mustFindPause, pauseAsAsked, perHourOf, sendersOf, type Pausing } from '../api/pauses.ts';
import { previewOf, resumeAsAsked } from '../api/resuming.ts';
import { standsStill, stateOf } from '../api/pause-words.ts';
import { Problem } from '../api/problems.ts';
import { listPauses } from '../store/pauses.ts';
import type { Frame } from './layout.ts';
import { pausePage } from './pages/pause.ts';
import { pausesPage } from './pages/pauses.ts';
import { orShown, sendPage } from './refusals.ts';

export interface PausePages extends Pausing {
  readonly frame: () => Promise<Omit<Frame, 'title'>>;
  readonly fromOurPages: RequestHandler;
  /** A page of the console, whatever was asked. */
  readonly placeOf: (next: string | undefined) => string;
}

type Fields = Readonly<Record<string, string | undefined>>;
/** Sessions carry no names. */
const byConsole = 'the console';
const listedMost = 200;

export function pausePages(deps: PausePages): Router {
  const router = Router();
  const form = urlencoded({ extended: false, limit: '5kb' });
  router.get('/', async (_request, response) => {
    sendPage(response, 200, await list(deps));
  });
  router.post('/', deps.fromOurPages, form, async (request, response) => {
    const fields = (request.body ?? {}) as Fields;
    await orShown(
      response,
      (problem) => list(deps, problem),
      async () => {
        const { scope, key, until, why, back } = fields;
        const begun = await pauseAsAsked(deps, { scope, key, until, why, by: byConsole });
        if (begun.type === 'already') {
          const release = await deps.releases.current();
          const stands = standsStill(release, begun.pause, deps.clock());
          throw new Problem('conflict', `${stands} Nothing was changed.`);
        }
        response.redirect(303, back === undefined ? '/console/pauses' : deps.placeOf(back));
      },
    );
  });
  router.get('/:id', async (request, response) => {
    const { perHour } = request.query as Fields;
    sendPage(response, 200, await one(deps, request.params.id, perHour));
  });
  router.post('/:id/resume', deps.fromOurPages, form, async (request, response) => {
    const id = String(request.params['id']);
    const { perHour } = (request.body ?? {}) as Fields;
    await orShown(
      response,
      (problem) => one(deps, id, undefined, problem),
      async () => {
        await resumeAsAsked(deps, { id, perHour, by: byConsole });
        response.redirect(303, `/console/pauses/${id}`);
      },
    );
  });
  return router;
}

async function list(deps: PausePages, problem?: string): Promise<string> {
  const now = deps.clock();
  const release = await deps.releases.current();
  const pauses = await listPauses(deps.sql, { now, limit: listedMost });
  const said = problem === undefined ? {} : { problem };
  const senders = sendersOf(release);
  return pausesPage({ frame: await deps.frame(), release, pauses, senders, ...said, now });
}

async function one(
  deps: PausePages,
  id: string,
  asked: string | undefined,
  problem?: string,
): Promise<string> {
  const now = deps.clock();
  const release = await deps.releases.current();
  const pause = await mustFindPause(deps, id);
  const perHour = perHourOf(asked);
  const rate = perHour === undefined ? {} : { perHour };
  const isOn = stateOf(pause, now) === 'in-force';
  const preview = isOn ? { preview: await previewOf(deps, pause, perHour) } : {};
  const said = problem === undefined ? {} : { problem };
  return pausePage({
    frame: await deps.frame(),
    release,
    pause,
    ...preview,
    ...rate,
    ...said,
    now,
  });
}

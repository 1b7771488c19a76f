/**
 * The pages of merges: pairs that may be one person, and any two leads side by side, with the forms that
 * merge them, keep them apart or undo a merge. They act through the functions behind the API.
 */
import { Router, urlencoded, type RequestHandler } from 'express';
import {
  candidates,
  comparePair,
  keepApartAsAsked,
  mergeAsAsked,
  undoAsAsked,
  type Merging,
} from '../api/merges.ts';
import { isUuid } from '../api/named-lead.ts';
import type { Frame } from './layout.ts';
import { mergesPage } from './pages/merges.ts';
import { orShown, sendPage } from './refusals.ts';

export interface MergePages extends Merging {
  readonly frame: () => Promise<Omit<Frame, 'title'>>;
  readonly fromOurPages: RequestHandler;
  /** A page of the console, whatever was asked. */
  readonly placeOf: (next: string | undefined) => string;
}

type Fields = Readonly<Record<string, string | undefined>>;
/** Sessions carry no names. */
const by = 'the console';

export function mergePages(deps: MergePages): Router {
  const router = Router();
  const form = urlencoded({ extended: false, limit: '5kb' });
  const post = (
    path: string,
    act: (fields: Fields, id: string) => Promise<string | undefined>,
  ): void => {
    router.post(path, deps.fromOurPages, form, async (request, response) => {
      const fields = (request.body ?? {}) as Fields;
      await orShown(
        response,
        (problem) => page(deps, {}, problem),
        async () => {
          const place = await act(fields, String(request.params['id']));
          response.redirect(303, place ?? '/console/merges');
        },
      );
    });
  };
  router.get('/', async (request, response) => {
    sendPage(response, 200, await page(deps, request.query as Fields));
  });
  post('/', async ({ into, from, why }) => {
    const said = why === undefined || why.trim() === '' ? 'One person' : why;
    const { merge } = await mergeAsAsked(deps, { into, from, why: said, by });
    return `/console/leads/${merge.intoId}`;
  });
  post('/keep-apart', async ({ one, other, why }) => {
    await keepApartAsAsked(deps, [one, other], { by, ...(why ? { why } : {}) });
    return undefined;
  });
  post('/:id/undo', async ({ back, why }, id) => {
    const said = why === undefined || why.trim() === '' ? 'Two people' : why;
    await undoAsAsked(deps, id, { why: said, by });
    return back === undefined ? undefined : deps.placeOf(back);
  });
  return router;
}

/** With `one` and `other` those two; else every pair that waits. */
async function page(deps: MergePages, query: Fields, problem?: string): Promise<string> {
  const { one = '', other = '' } = query;
  const asked = isUuid(one) && isUuid(other) ? await comparePair(deps, [one, other]) : null;
  const pairs = asked === null ? await candidates(deps) : [asked];
  return mergesPage({
    frame: await deps.frame(),
    pairs,
    now: deps.clock(),
    ...(problem === undefined ? {} : { problem }),
  });
}

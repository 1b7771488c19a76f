/** Pauses: what stands still and since when, beginning one, and resuming it after a look ahead. */
import { Router, type RequestHandler } from 'express';
import { listPauses } from '../../store/pauses.ts';
import { pauseJson, previewJson } from '../pause-words.ts';
import { optionalText } from '../body-fields.ts';
import { mustFindPause, pauseAsAsked, perHourOf, type Pausing } from '../pauses.ts';
import { Problem } from '../problems.ts';
import { previewOf, resumeAsAsked } from '../resuming.ts';
import { objectOf } from './events.ts';

export interface PauseRoutes extends Pausing {
  readonly read: RequestHandler;
  readonly write: RequestHandler;
}

const listedMost = 200;

export function pauseRoutes(deps: PauseRoutes): Router {
  const router = Router();
  router.get('/pauses', deps.read, async (request, response) => {
    const now = deps.clock();
    const current = request.query['current'] === 'true';
    const rows = await listPauses(deps.sql, { now, limit: listedMost, current });
    const pauses = rows.map((row) => ({
      ...pauseJson(row, now),
      open: row.open,
      parked: row.parked,
    }));
    response.json({ pauses });
  });
  router.post('/pauses', deps.write, async (request, response) => {
    const begun = await pauseAsAsked(deps, objectOf(request.body, '#'));
    const pause = pauseJson(begun.pause, deps.clock());
    if (begun.type === 'already') throw already(begun.pause.id);
    response.status(201).json({ success: true, pause, open: begun.open });
  });
  router.post('/pauses/:id/resume', deps.write, async (request, response) => {
    const pause = await mustFindPause(deps, String(request.params['id']));
    const call = request.body === undefined ? {} : objectOf(request.body, '#');
    const perHour = call['perHour'] ?? request.query['perHour'];
    if (isAsked(request.query['preview'])) {
      const view = await previewOf(deps, pause, perHourOf(perHour));
      const preview = previewJson(view);
      response.json({ success: true, pause: pauseJson(pause, view.now), preview });
      return;
    }
    const by = optionalText(call['by'], 'by');
    const done = await resumeAsAsked(deps, { id: pause.id, perHour, by });
    const after = pauseJson(await mustFindPause(deps, pause.id), deps.clock());
    const told =
      done.type === 'called-off'
        ? { calledOff: true, woken: 0 }
        : { woken: done.woken, preview: previewJson(done.view) };
    response.json({ success: true, pause: after, ...told });
  });
  return router;
}

/** `?preview`, `?preview=true`; `?preview=false` is a resume. */
function isAsked(value: unknown): boolean {
  return value === '' || value === 'true';
}

function already(id: string): Problem {
  const detail = `The same is paused already, or will be then, by the pause ${id}: resume that one first, or let it be.`;
  return new Problem('conflict', detail);
}

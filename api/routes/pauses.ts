/** Pauses: what stands still and since when, beginning one, and resuming it after a look ahead. */
import { Router, type RequestHandler } from 'express';
import { previewResume, resumePause } from '../../runtime/dispatch/pauses.ts';
import { listPauses } from '../../store/pauses.ts';
import { pauseJson, previewJson } from '../pause-words.ts';
import { mustFindPause, pauseAsAsked, pauseDeps, perHourOf, type Pausing } from '../pauses.ts';
import { Problem } from '../problems.ts';
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
    const perHour = perHourOf(call['perHour'] ?? request.query['perHour']);
    const ask = { id: pause.id, ...(perHour === undefined ? {} : { perHour }) };
    if (isAsked(request.query['preview'])) {
      const view = await previewResume(pauseDeps(deps), ask);
      if (view === undefined) throw over(pause.id);
      response.json({
        success: true,
        pause: pauseJson(pause, view.now),
        preview: previewJson(view),
      });
      return;
    }
    const by = typeof call['by'] === 'string' ? call['by'].trim().slice(0, 500) : '';
    const done = await resumePause(pauseDeps(deps), { ...ask, by });
    if (done.type === 'over' || done.type === 'unknown') throw over(pause.id);
    const now = deps.clock();
    const after = pauseJson(await mustFindPause(deps, pause.id), now);
    if (done.type === 'called-off') {
      response.json({ success: true, pause: after, calledOff: true, woken: 0 });
      return;
    }
    response.json({
      success: true,
      pause: after,
      woken: done.woken,
      preview: previewJson(done.view),
    });
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

function over(id: string): Problem {
  return new Problem('conflict', `The pause ${id} is over already; nothing was changed.`);
}

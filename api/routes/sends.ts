/** Emails as the ledger has them, and settling those whose fate is unknown. */
import { Router, type RequestHandler } from 'express';
import type { SendListing } from '../../store/read-sends.ts';
import { instant } from '../lead-view.ts';
import { sendsAsked, settleAsAsked, type Sending } from '../sends.ts';
import { objectOf } from './events.ts';

export interface SendRoutes extends Sending {
  readonly read: RequestHandler;
  readonly write: RequestHandler;
}

export function sendRoutes(deps: SendRoutes): Router {
  const router = Router();
  router.get('/sends', deps.read, async (request, response) => {
    const { rows, nextCursor } = await sendsAsked(deps, request.query);
    response.json({ sends: rows.map(sendJson), nextCursor });
  });
  router.post('/sends/:id/settle', deps.write, async (request, response) => {
    const id = String(request.params['id']);
    const { before, after, send } = await settleAsAsked(deps, id, objectOf(request.body, '#'));
    response.json({ success: true, send: send.id, before, after });
  });
  return router;
}

export function sendJson(send: SendListing): object {
  const { heldUntil, plannedAt, at, transmittingAt, ...plain } = send;
  return {
    ...plain,
    plannedAt: instant(plannedAt),
    heldUntil: instant(heldUntil ?? undefined),
    transmittingAt: instant(transmittingAt ?? undefined),
    at: instant(at),
  };
}

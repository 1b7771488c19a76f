/** What people decide about a lead: a stage set by hand, and a verdict on one of its events. */
import { Router, type RequestHandler } from 'express';
import { stageAsAsked, verdictAsAsked, type ByHand } from '../by-hand.ts';
import { instant } from '../lead-view.ts';
import { objectOf } from './events.ts';

export interface ByHandRoutes extends ByHand {
  readonly write: RequestHandler;
}

/** Keys carry no names: who does not say who asks is the API. */
const byApi = 'the API';

export function byHandRoutes(deps: ByHandRoutes): Router {
  const router = Router();
  router.post('/leads/:idOrEmail/stage', deps.write, async (request, response) => {
    const ask = { by: byApi, ...objectOf(request.body, '#') };
    const set = await stageAsAsked(deps, String(request.params['idOrEmail']), ask);
    const { stage, label, until, answer } = set;
    const byHand = { stage, label, until: instant(until) };
    response.json({ success: true, byHand, ...answer });
  });
  router.post('/events/:eventId/verdict', deps.write, async (request, response) => {
    const ask = { by: byApi, ...objectOf(request.body, '#') };
    const given = await verdictAsAsked(deps, String(request.params['eventId']), ask);
    const { id, name, occurredAt, trust: before } = given.event;
    const judged = { id, name, at: instant(occurredAt), before, trust: given.trust };
    response.json({ success: true, changed: given.answer !== null, judged, ...given.answer });
  });
  return router;
}

/** Pairs that may be one person, merging them, keeping them apart, and undoing a merge. */
import { Router, type RequestHandler } from 'express';
import {
  candidates,
  keepApartAsAsked,
  mergeAsAsked,
  undoAsAsked,
  type Compared,
  type Merging,
} from '../merges.ts';
import { candidateReasons } from '../merge-words.ts';
import { cutPage, pageAsked } from '../page-of.ts';
import { instant, mergeJson } from '../lead-view.ts';
import { invalidField } from '../body-fields.ts';
import { objectOf } from './events.ts';

export interface MergeRoutes extends Merging {
  readonly read: RequestHandler;
  readonly write: RequestHandler;
}

export function mergeRoutes(deps: MergeRoutes): Router {
  const router = Router();
  router.get('/merge-candidates', deps.read, async (request, response) => {
    const { limit, after } = pageAsked(request.query, ['number', 'string']);
    const rows = await candidates(deps, {
      limit: limit + 1,
      ...(after === undefined ? {} : { after: { at: Number(after[0]), id: String(after[1]) } }),
    });
    const page = cutPage(rows, limit, ({ at = 0, leadIds }) => [at, leadIds[0]]);
    response.json({ candidates: page.rows.map(candidateJson), nextCursor: page.nextCursor });
  });
  router.post('/merge-candidates/keep-apart', deps.write, async (request, response) => {
    const call = objectOf(request.body, '#');
    const leads = await keepApartAsAsked(deps, pairOf(call['leads']), call);
    response.json({ success: true, keptApart: leads });
  });
  router.post('/merges', deps.write, async (request, response) => {
    const { merge, answer } = await mergeAsAsked(deps, objectOf(request.body, '#'));
    response.status(201).json({ success: true, merge: mergeJson(merge), ...answer });
  });
  router.post('/merges/:id/undo', deps.write, async (request, response) => {
    const id = String(request.params['id']);
    const done = await undoAsAsked(deps, id, objectOf(request.body, '#'));
    const { merge, leadId, separatedId } = done;
    response.json({ success: true, merge: merge.id, leadId, separated: separatedId });
  });
  return router;
}

function pairOf(leads: unknown): readonly [unknown, unknown] {
  if (Array.isArray(leads) && leads.length === 2) return [leads[0], leads[1]];
  const found = leads === undefined ? 'is missing' : `is ${JSON.stringify(leads)}`;
  throw invalidField('leads', `leads ${found}; expected a list of two leads.`);
}

export function candidateJson({ leadIds, names, fields, because = '', at }: Compared): object {
  return {
    leads: leadIds.map((id, index) => ({ id, name: names[index] })),
    because,
    why: candidateReasons[because] ?? because,
    at: instant(at),
    fields,
  };
}

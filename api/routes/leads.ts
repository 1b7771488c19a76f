/**
 * What is known of one lead, and its history with the reasons. Reads only: nothing here writes, and
 * scores are computed at the instant of the question.
 */
import { Router, type Request, type RequestHandler } from 'express';
import { readTimeline } from '../../store/read-timeline.ts';
import { explain, instantAsked, stageAsked } from '../explanation.ts';
import { explanationJson } from '../explanation-json.ts';
import type { ThenReads } from '../lead-as-of.ts';
import { instant, leadJson, viewLead, type LeadReads } from '../lead-view.ts';
import { cutPage, pageAsked } from '../page-of.ts';
import { leadNamed } from '../named-lead.ts';
import { Problem } from '../problems.ts';
import { timelineEntry, type TimelineEntry } from '../timeline.ts';

export interface LeadRoutes extends ThenReads {
  readonly read: RequestHandler;
  readonly preferencesUrl: (leadId: string, address: string) => string;
}

export function leadRoutes(deps: LeadRoutes): Router {
  const router = Router();
  const leadOf = (request: Request): Promise<string> =>
    leadNamed(deps.sql, String(request.params['idOrEmail']));
  router.get('/leads/:idOrEmail', deps.read, async (request, response) => {
    const view = await viewLead(deps, await leadOf(request));
    if (view === null) throw new Problem('not-found', 'The lead is gone.');
    const { id, address } = view.lead;
    const preferencesUrl = address === undefined ? null : deps.preferencesUrl(id, address);
    response.json({ ...leadJson(view), preferencesUrl });
  });
  router.get('/leads/:idOrEmail/timeline', deps.read, async (request, response) => {
    const page = await timelinePage(deps, await leadOf(request), request.query);
    const entries = page.rows.map(({ at, ...entry }) => ({ ...entry, at: instant(at) }));
    response.json({ entries, nextCursor: page.nextCursor });
  });
  router.get('/leads/:idOrEmail/explanation', deps.read, async (request, response) => {
    const { at, towards } = request.query;
    const release = await deps.releases.current();
    const explained = await explain(deps, await leadOf(request), {
      ...(typeof at === 'string' && at !== ''
        ? { at: instantAsked(at, deps.clock(), release) }
        : {}),
      ...(typeof towards === 'string' && towards !== ''
        ? { towards: stageAsked(towards, release) }
        : {}),
    });
    response.json(explanationJson(explained));
  });
  return router;
}

export async function timelinePage(
  deps: LeadReads,
  leadId: string,
  query: Request['query'],
): Promise<{ readonly rows: readonly TimelineEntry[]; readonly nextCursor: string | null }> {
  const { limit, after } = pageAsked(query, ['number', 'number', 'string']);
  const [at, rank, id] = after ?? [];
  const rows = await readTimeline(deps.sql, leadId, {
    limit: limit + 1,
    ...(after === undefined
      ? {}
      : { after: { at: Number(at), rank: Number(rank), id: String(id) } }),
  });
  const release = await deps.releases.current();
  const page = cutPage(rows, limit, (row) => [row.at, row.rank, row.id]);
  return { rows: page.rows.map((row) => timelineEntry(row, release)), nextCursor: page.nextCursor };
}

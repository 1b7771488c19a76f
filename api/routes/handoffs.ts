/** Handoffs: who has which lead, until when, and what became of it. Reads only. */
import { Router, type Request, type RequestHandler } from 'express';
import type { Releases } from '../../ingest/batch.ts';
import type { Sql } from '../../store/client.ts';
import { listHandoffs, type HandoffListing } from '../../store/read-handoffs.ts';
import { instant } from '../lead-view.ts';
import { cutPage, pageAsked } from '../page-of.ts';
import { Problem } from '../problems.ts';
import { repName } from '../words.ts';

export interface HandoffRoutes {
  readonly sql: Sql;
  readonly releases: Releases;
  readonly read: RequestHandler;
}

const statuses = ['open', 'accepted', 'rejected', 'closed'] as const;

export function handoffRoutes(deps: HandoffRoutes): Router {
  const router = Router();
  router.get('/handoffs', deps.read, async (request, response) => {
    const release = await deps.releases.current();
    const page = await handoffPage(deps.sql, request.query);
    const handoffs = page.rows.map((row) => handoffJson(row, (rep) => repName(release, rep)));
    response.json({ handoffs, nextCursor: page.nextCursor });
  });
  return router;
}

export async function handoffPage(
  sql: Sql,
  query: Request['query'],
): Promise<{ readonly rows: readonly HandoffListing[]; readonly nextCursor: string | null }> {
  const { limit, after } = pageAsked(query, ['number', 'string']);
  const status = choiceOf(query['status'], 'status', statuses);
  const rows = await listHandoffs(sql, {
    limit: limit + 1,
    ...(status === undefined ? {} : { status }),
    ...(after === undefined ? {} : { after: { at: Number(after[0]), id: String(after[1]) } }),
  });
  return cutPage(rows, limit, (row) => [row.openedAt, row.id]);
}

/** One of a closed list, or nothing. */
export function choiceOf<Choice extends string>(
  asked: unknown,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  if (asked === undefined || asked === '') return undefined;
  const found = choices.find((choice) => choice === asked);
  if (found !== undefined) return found;
  throw new Problem(
    'bad-request',
    `The query parameter ${name} is ${JSON.stringify(asked)}; expected one of ${choices.join(', ')}.`,
  );
}

function handoffJson(row: HandoffListing, nameOf: (rep: string) => string): object {
  return {
    id: row.id,
    leadId: row.leadId,
    email: row.address,
    handoff: row.handoff,
    status: row.status,
    stage: row.stage,
    cause: row.cause,
    destination: row.destination,
    rep: row.rep,
    repName: row.rep === null ? null : nameOf(row.rep),
    match: row.match,
    sla: row.sla,
    attempt: row.attempt,
    reassigned: row.reassigned,
    openedAt: instant(row.openedAt),
    assignedAt: instant(row.assignedAt),
    acceptBy: instant(row.acceptBy),
    escalatedAt: instant(row.escalatedAt),
    settledAt: instant(row.settledAt),
    settledBy: row.settledBy,
    reason: row.reason,
  };
}

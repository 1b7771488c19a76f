/**
 * Time as an input: each second the leads at whose `due_at` some answer may change by itself are
 * ticked, each at exactly that instant, however late the loop noticed it.
 *
 * Leads that somebody holds are skipped (an event that is being folded ticks its lead by itself). Two
 * loops that find the same lead do no harm: the second tick finds it no longer due.
 */
import type { IngestAnswer, IngestRequest } from '../../ingest/request.ts';
import { tickOf } from '../../ingest/request.ts';
import { findDueLeads } from '../../store/due-leads.ts';
import type { Sql } from '../../store/client.ts';
import { startLoop, type Loop } from './loop.ts';

export interface DueLoopOptions {
  readonly sql: Sql;
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
}

/** One batch of ingest. */
const leadsMax = 200;

export function startDueLoop(options: DueLoopOptions): Loop {
  const { everyMs = 1_000, onError } = options;
  return startLoop({ everyMs, onError, round: () => tickDueLeads(options) });
}

/** One round; true when there may be more. */
export async function tickDueLeads({
  sql,
  ingest,
  now,
}: Pick<DueLoopOptions, 'sql' | 'ingest' | 'now'>): Promise<boolean> {
  const due = await findDueLeads(sql, now(), leadsMax);
  if (due.length === 0) return false;
  await ingest(due.map(({ id, dueAt }) => tickOf(id, dueAt)));
  return due.length === leadsMax;
}

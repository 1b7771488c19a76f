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
/** A lead whose tick fails is left alone this long, so that it cannot keep the others waiting. */
const failedForMs = 60_000;

export function startDueLoop(options: DueLoopOptions): Loop {
  const { everyMs = 1_000, onError } = options;
  const failed: FailedTicks = new Map();
  return startLoop({ everyMs, onError, round: () => tickDueLeads(options, failed) });
}

/** Lead → until when it is left alone. */
export type FailedTicks = Map<string, number>;

/** One round; true when there may be more. */
export async function tickDueLeads(
  { sql, ingest, now, onError }: Omit<DueLoopOptions, 'everyMs'>,
  failed: FailedTicks = new Map(),
): Promise<boolean> {
  const at = now();
  for (const [id, until] of failed) if (until <= at) failed.delete(id);
  const due = await findDueLeads(sql, at, leadsMax, [...failed.keys()]);
  // In one turn, so that ingest takes them as one batch; each with an end of its own.
  const ends = await Promise.allSettled(due.map(({ id, dueAt }) => ingest([tickOf(id, dueAt)])));
  ends.forEach((end, index) => {
    const lead = due[index];
    if (end.status === 'fulfilled' || lead === undefined) return;
    failed.set(lead.id, at + failedForMs);
    onError(end.reason);
  });
  return due.length === leadsMax;
}

/**
 * Delivers what whoever committed it did not: a process that died after the commit, a Temporal server
 * that was away, a message that was to wait. Runs in every api and worker process; rows are taken with
 * SKIP LOCKED and hidden for a while, so that relays share the work and none waits for another.
 */
import { takeFromOutbox } from '../../store/outbox.ts';
import type { Sql } from '../../store/client.ts';
import type { Deliver } from './deliver.ts';
import { startLoop, type Loop } from './loop.ts';

export interface RelayOptions {
  readonly sql: Sql;
  readonly deliver: Deliver;
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
  /** Younger rows are still in the hands of the one who committed them. */
  readonly graceMs?: number;
}

const rowsMax = 100;
/** Twenty calls at a time, five seconds each at worst: longer than a round can take. */
const hideMs = 30_000;

export function startRelay(options: RelayOptions): Loop {
  const { everyMs = 1_000, onError } = options;
  return startLoop({ everyMs, onError, round: () => relayOnce(options) });
}

/** One round; true when it was a full one. */
export async function relayOnce({
  sql,
  deliver,
  graceMs = 2_000,
}: Omit<RelayOptions, 'onError'>): Promise<boolean> {
  const rows = await takeFromOutbox(sql, { limit: rowsMax, graceMs, hideMs });
  await deliver(rows);
  return rows.length === rowsMax;
}

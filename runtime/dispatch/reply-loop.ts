/**
 * Emails to reps about answers of their leads: rows of the outbox that only a worker takes, because it
 * alone has a relay. Apart from the relay of runs, so that a slow mail server never delays a journey.
 *
 * A row goes when its email is settled. Whoever dies before that leaves it to the next round, which
 * finds the ledger's row and sends nothing twice.
 */
import type { ReplyTask } from '../../activities/reply-mail.ts';
import type { Sql } from '../../store/client.ts';
import {
  deleteFromOutbox,
  postponeOutbox,
  takeFromOutbox,
  type OutboxRow,
} from '../../store/outbox.ts';
import { retryInMs } from './deliver.ts';
import { startLoop, type Loop } from './loop.ts';

export interface ReplyLoopOptions {
  readonly sql: Sql;
  readonly tell: (task: ReplyTask) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
}

const rowsMax = 10;
/** Longer than one round of attempts at a relay takes. */
const hideMs = 5 * 60_000;

export function startReplyLoop(options: ReplyLoopOptions): Loop {
  const { everyMs = 1_000, onError } = options;
  return startLoop({ everyMs, onError, round: () => tellOnce(options) });
}

/** One round; true when it was a full one. */
export async function tellOnce({
  sql,
  tell,
  onError,
}: Omit<ReplyLoopOptions, 'everyMs'>): Promise<boolean> {
  const take = { limit: rowsMax, graceMs: 0, hideMs, of: 'replies' } as const;
  const rows = await takeFromOutbox(sql, take);
  await Promise.all(rows.map((row) => tellOne(sql, row, tell, onError)));
  return rows.length === rowsMax;
}

async function tellOne(
  sql: Sql,
  row: OutboxRow,
  tell: ReplyLoopOptions['tell'],
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    await tell(taskOf(row));
  } catch (error) {
    onError(error);
    // The kind of the error only: what a server said may hold an address.
    const name = error instanceof Error ? error.name : 'Error';
    return postponeOutbox(sql, [{ id: row.id, error: name, retryInMs: retryInMs(row.attempts) }]);
  }
  await deleteFromOutbox(sql, [row.id]);
}

/** As ingest writes it. */
function taskOf({ targetId, payload }: OutboxRow): ReplyTask {
  return { ...(payload as Omit<ReplyTask, 'eventId'>), eventId: targetId };
}

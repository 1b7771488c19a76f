/**
 * The outbox: what Temporal has to be told, written in the transaction that decided it and deleted
 * once delivered. Deliveries are idempotent, so taking a row twice does no harm; `not_before` is the
 * throttle, and moving it forward while a relay works on a row keeps other relays away from it.
 */
import type { Sql } from './client.ts';

/** `account`: no run, but leads to be looked at again; `reply`: an email to a rep, of the worker's own loop. */
export type OutboxTarget = 'journey' | 'handoff' | 'account' | 'reply';
export interface NewOutboxRow {
  readonly target: OutboxTarget;
  readonly targetId: string;
  readonly payload: unknown;
  /** Epoch milliseconds; absent: now. */
  readonly notBefore?: number;
}
export interface OutboxRow {
  readonly id: number;
  readonly target: OutboxTarget;
  readonly targetId: string;
  readonly payload: unknown;
  readonly attempts: number;
}

const columns =
  'outbox.id, outbox.target, outbox.target_id AS "targetId", outbox.payload, outbox.attempts';

/**
 * Returns what may be delivered at once; rows for later are left to the relay. The column holds
 * milliseconds and rounds: a `now()` rounded up would lie in the future, and be left there too.
 */
export async function addToOutbox(
  sql: Sql,
  rows: readonly NewOutboxRow[],
): Promise<readonly OutboxRow[]> {
  if (rows.length === 0) return [];
  const added = await sql.query<OutboxRow & { readonly isDue: boolean }>(
    `INSERT INTO outbox (target, target_id, payload, not_before)
     SELECT target, "targetId", payload, coalesce(to_timestamp("notBefore" / 1000.0), date_trunc('milliseconds', now()))
     FROM json_to_recordset($1::json) AS x(target text, "targetId" uuid, payload jsonb, "notBefore" float8)
     RETURNING ${columns}, not_before <= now() AS "isDue"`,
    [JSON.stringify(rows)],
  );
  return added.filter((row) => row.isDue);
}

/**
 * Takes rows that nobody delivered: older than `graceMs`, or due by `not_before`. They are hidden for
 * `hideMs`; a relay that dies leaves them to the next one.
 */
export async function takeFromOutbox(
  sql: Sql,
  take: {
    readonly limit: number;
    readonly graceMs: number;
    readonly hideMs: number;
    /** Emails wait for a relay, and nobody waits for them. */
    readonly of?: 'runs' | 'replies';
  },
): Promise<readonly OutboxRow[]> {
  return sql.query<OutboxRow>(
    `UPDATE outbox SET not_before = now() + $3::float8 * interval '1 millisecond', attempts = attempts + 1
     WHERE id IN (SELECT id FROM outbox
                  WHERE not_before <= now() AND (target = 'reply') = $4::boolean AND recorded_at <= now() - $2::float8 * interval '1 millisecond'
                  ORDER BY not_before, id LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING ${columns}`,
    [take.limit, take.graceMs, take.hideMs, take.of === 'replies'],
  );
}

export async function deleteFromOutbox(sql: Sql, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.run('DELETE FROM outbox WHERE id = ANY($1::bigint[])', [ids]);
}

export interface FailedDelivery {
  readonly id: number;
  readonly error: string;
  readonly retryInMs: number;
}

export async function postponeOutbox(sql: Sql, failed: readonly FailedDelivery[]): Promise<void> {
  if (failed.length === 0) return;
  await sql.run(
    `UPDATE outbox SET last_error = x.error, not_before = now() + x.retry_in * interval '1 millisecond'
     FROM unnest($1::bigint[], $2::text[], $3::float8[]) AS x(id, error, retry_in) WHERE outbox.id = x.id`,
    [
      failed.map((row) => row.id),
      failed.map((row) => row.error),
      failed.map((row) => row.retryInMs),
    ],
  );
}

export async function countOutbox(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ readonly count: number }>('SELECT count(*) AS count FROM outbox');
  return row?.count ?? 0;
}

/** The latest start that is still to come of runs that events of this source and id prefix entered. */
export async function lastPlannedStart(
  sql: Sql,
  source: string,
  messageIdPrefix: string,
): Promise<number | undefined> {
  const rows = await sql.query<{ readonly at: number | null }>(
    `SELECT max(o.not_before) AS at
     FROM event v JOIN enrolment e ON e.entry_event_id = v.id JOIN outbox o ON o.target_id = e.id
     WHERE v.source = $1 AND starts_with(v.message_id, $2) AND o.payload->>'type' = 'start'`,
    [source, messageIdPrefix],
  );
  return rows[0]?.at ?? undefined;
}

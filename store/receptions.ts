/**
 * How mail is taken where it goes: what came back of a mail is written on its ledger row, refusals for
 * now are counted per sender and receiver, and the circuit breaker counts what left and what came back.
 *
 * A mail that goes well touches nothing here: the statement that settles it also clears the row of its
 * receiver. Instants are the caller's. Lock order: lead, then these rows.
 */
import { coolDownMs, policySpanMs, type Outcomes } from '../core/sending/health.ts';
import { breaker } from '../core/sending/receiver.ts';
import type { Sql } from './client.ts';

export type NotedFeedback =
  | { readonly type: 'delivered' }
  | { readonly type: 'bounced'; readonly kind: 'hard' | 'soft' | 'sender'; readonly said?: string }
  | { readonly type: 'complained' };

/** What was heard of a mail after it left; the first of each kind counts. Repeats are harmless. */
export async function noteFeedback(
  sql: Sql,
  feedback: { readonly send: string; readonly at: number } & NotedFeedback,
): Promise<void> {
  const { send, at, type } = feedback;
  const kind = feedback.type === 'bounced' ? feedback.kind : null;
  const said = feedback.type === 'bounced' ? (feedback.said ?? null) : null;
  await sql.run(
    `WITH told AS (
       UPDATE send SET
         delivered_at = CASE WHEN $3 = 'delivered' THEN coalesce(delivered_at, ${instant('$2')}) ELSE delivered_at END,
         complained_at = CASE WHEN $3 = 'complained' THEN coalesce(complained_at, ${instant('$2')}) ELSE complained_at END,
         bounced_at = CASE WHEN $3 = 'bounced' THEN ${instant('$2')} ELSE bounced_at END,
         bounce = CASE WHEN $3 = 'bounced' AND bounce IS DISTINCT FROM 'hard' THEN $4::text ELSE bounce END
       WHERE id = $1 RETURNING sender, receiver)
     INSERT INTO reception AS r (sender, receiver, troubled, response)
     SELECT sender, receiver, true, $5::text FROM told
     WHERE sender IS NOT NULL AND receiver IS NOT NULL AND ($3 = 'complained' OR $4::text IN ('hard', 'sender'))
     ON CONFLICT (sender, receiver) DO UPDATE SET troubled = true, response = coalesce(excluded.response, r.response)`,
    [send, at, type, kind, said],
  );
}

export interface ForNow {
  readonly send: string;
  /** Both '': our own mail server. */
  readonly sender: string;
  readonly receiver: string;
  readonly at: number;
  readonly said: string;
}

/** A refusal for now. Of one mail that is tried again and again the first counts. */
export async function noteRefusal(sql: Sql, refusal: ForNow): Promise<void> {
  const { sender, receiver, at, said, send } = refusal;
  const [row] = await sql.query<{ readonly refusals: number }>(
    `INSERT INTO reception AS r (sender, receiver, refusals, since, last_send, response)
     VALUES ($1, $2, 1, ${instant('$3')}, $5::uuid, $4)
     ON CONFLICT (sender, receiver) DO UPDATE SET since = coalesce(r.since, excluded.since),
       refusals = r.refusals + CASE WHEN r.blocked_until > ${instant('$3')} THEN 0
         WHEN r.blocked_until IS NULL AND r.last_send IS NOT DISTINCT FROM excluded.last_send THEN 0 ELSE 1 END,
       last_send = excluded.last_send, response = excluded.response
     RETURNING refusals`,
    [sender, receiver, at, said, send],
  );
  const pauseMs = receiver === '' ? undefined : coolDownMs(row?.refusals ?? 0);
  if (pauseMs === undefined) return;
  // Mails that were on their way when it began add nothing to it.
  await sql.run(
    `UPDATE reception SET blocked_until = ${instant('$3')} + $4::float8 * interval '1 ms', trial_until = NULL
     WHERE sender = $1 AND receiver = $2 AND refusals > 0
       AND (blocked_until IS NULL OR blocked_until <= ${instant('$3')})`,
    [sender, receiver, at, pauseMs],
  );
}

/** It answered, if only to refuse one mail for good: neither it nor our own mail server is in trouble. */
export async function noteAnswer(
  sql: Sql,
  { sender, receiver }: Pick<ForNow, 'sender' | 'receiver'>,
): Promise<void> {
  await sql.run(
    `UPDATE reception AS r SET ${wellAgain}
     WHERE r.refusals > 0 AND (r.sender = '' OR (r.sender = $1 AND r.receiver = $2))`,
    [sender, receiver],
  );
}

export const wellAgain =
  'refusals = 0, since = NULL, last_send = NULL, blocked_until = NULL, trial_until = NULL';

/** Senders of whose mail something came back since the breaker last counted. */
export async function findTroubled(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query<{ readonly sender: string }>(
    'SELECT DISTINCT sender FROM reception WHERE troubled',
  );
  return rows.map(({ sender }) => sender);
}

/** Before they are counted: what comes back meanwhile is counted by the next round. */
export async function calmDown(sql: Sql, senders: readonly string[]): Promise<void> {
  await sql.run('UPDATE reception SET troubled = false WHERE sender = ANY($1::text[])', [senders]);
}

/** Rows that say nothing any more. */
export async function forgetCalm(sql: Sql): Promise<void> {
  await sql.run('DELETE FROM reception WHERE NOT troubled AND refusals = 0');
}

/**
 * By sender and receiver, what left since anybody last ended a pause of the breaker there; ways that are
 * paused are left out. Bounded by the index (sender, transmitting_at): it reads the mails of the span.
 */
export async function countOutcomes(
  sql: Sql,
  query: { readonly now: number; readonly overMs: number; readonly senders: readonly string[] },
): Promise<readonly Outcomes[]> {
  return sql.query<Outcomes>(
    `WITH ended AS (
       SELECT p.key, max(p.until) AS at FROM pause p
       WHERE p.scope = 'sender' AND p.by = '${breaker}' AND p.until <= ${instant('$1')} GROUP BY p.key),
     lasting AS (
       SELECT p.key FROM pause p WHERE p.scope = 'sender' AND p."from" <= ${instant('$1')}
         AND (p.until IS NULL OR p.until > ${instant('$1')}))
     SELECT s.sender, s.receiver,
       count(*) FILTER (WHERE ${isCounted} AND ${within('$2')}) AS sent,
       count(*) FILTER (WHERE ${isCounted} AND ${within('$2')} AND s.bounce = 'hard') AS hard,
       count(*) FILTER (WHERE ${isCounted} AND ${within('$2')} AND s.complained_at IS NOT NULL) AS complained,
       count(*) FILTER (WHERE ${within('$3')}) AS lately,
       count(*) FILTER (WHERE ${within('$3')} AND s.bounce = 'sender') AS policy,
       (SELECT r.response FROM reception r WHERE r.sender = s.sender AND r.receiver = s.receiver) AS said
     FROM send s
     LEFT JOIN ended one ON one.key = s.sender || '>' || s.receiver
     LEFT JOIN ended every ON every.key = s.sender
     WHERE s.sender = ANY($4::text[]) AND s.transmitting_at > ${instant('$1')} - greatest($2::float8, $3::float8) * interval '1 ms'
       AND s.transmitting_at > coalesce(greatest(one.at, every.at), '-infinity')
       AND NOT EXISTS (SELECT FROM lasting l WHERE l.key IN ('', s.sender, s.sender || '>' || s.receiver))
     GROUP BY s.sender, s.receiver`,
    [query.now, query.overMs, policySpanMs, query.senders],
  );
}

const isCounted = "s.state IN ('sent', 'failed', 'unknown')";

function within(ms: string): string {
  return `s.transmitting_at > ${instant('$1')} - ${ms}::float8 * interval '1 ms'`;
}

function instant(value: string): string {
  return `to_timestamp(${value}::float8 / 1000.0)`;
}

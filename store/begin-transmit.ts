/**
 * The last look before the relay, in one statement: whether a claimed mail may start, and when.
 *
 * One statement, because it holds a connection to the relay meanwhile. What it may have missed while it
 * waited for the lead's lock came through ingest, and ingest moves the lead's `seq`: the locked row shows
 * it. Rows of receivers, warm-up days and rates are locked after the lead, in that order, everywhere. The
 * turn of a rate runs on the clock of the database, so that several workers share one; what is written on
 * the mail is on the caller's.
 */
import { trialMs } from '../core/sending/health.ts';
import type { TransmitRequest, TransmitStart } from '../core/sending/ledger.ts';
import { turnLastsMs } from '../core/sending/pacing.ts';
import type { Sql } from './client.ts';
import { erasedKey } from './erased-key.ts';

export async function beginTransmit(
  sql: Sql,
  transmitMs: number,
  request: TransmitRequest,
): Promise<TransmitStart> {
  const { pace, linkTargets } = request;
  const { warmUp, rate } = pace ?? {};
  const targets = linkTargets === undefined ? null : JSON.stringify(linkTargets);
  const values = [
    ...[request.id, request.token, request.leadId, request.enrolmentId, request.journey],
    ...[request.consentSeq, request.now, request.subject, transmitMs, request.sender],
    ...[request.leadSeq, request.receiver, targets],
  ];
  const paced = [warmUp?.day ?? null, warmUp?.max ?? null, rate?.id ?? null, rate?.everyMs ?? null];
  const [row] =
    pace === undefined
      ? await sql.query<{ readonly waitMs: number }>(plainSql, values)
      : await sql.query<{ readonly waitMs: number }>(pacedSql, [...values, ...paced]);
  if (row === undefined) return { type: 'changed' };
  return row.waitMs > 0 ? { type: 'wait', ms: row.waitMs } : { type: 'started' };
}

const now = 'to_timestamp($7::float8 / 1000.0)';
/** Of a receiver that refused for now, one mail tries; transactional mail is not asked to wait. */
const isLetIn = `(m.class = 'transactional' OR EXISTS (SELECT FROM trial) OR NOT EXISTS (SELECT FROM reception r
  WHERE r.sender = $10 AND r.receiver = $12::text AND r.blocked_until IS NOT NULL))`;

const mineSql = `locked AS MATERIALIZED (
     SELECT id, canonical_id, address, disqualified, seq FROM lead WHERE id = $3::uuid FOR UPDATE),
   mine AS MATERIALIZED (
     SELECT s.id, s.class, s.turn_at, s.warm_up_day FROM send s, locked l, enrolment e
     WHERE s.id = $1 AND s.state = 'claimed' AND s.token = $2
       AND l.canonical_id = l.id AND l.address = s.address AND l.seq = $11::bigint
       AND e.id = $4 AND e.status = 'open'
       AND (l.disqualified IS NULL OR s.class = 'transactional')
       AND NOT EXISTS (SELECT FROM suppression x WHERE x.address IN (s.address, ${erasedKey('s.address')})
         AND (x.until IS NULL OR x.until > to_timestamp($7::float8 / 1000.0))
         AND (x.scope = 'all' OR s.class <> 'transactional'))
       AND (s.class = 'transactional' OR NOT EXISTS (SELECT FROM consent c
         WHERE c.address = s.address AND c.seq > $6::bigint))
       AND NOT EXISTS (SELECT FROM pause p WHERE p."from" <= ${now} AND (p.until IS NULL OR p.until > ${now})
         AND (p.scope = 'all' OR (p.scope = 'journey' AND p.key = $5)
           OR (p.scope = 'lead' AND p.key IN (SELECT m.id::text FROM lead m WHERE m.canonical_id = $3::uuid))
           OR (p.scope = 'sender' AND p.key IN ('', $10, $10 || '>' || $12::text))))),
   trial AS (
     UPDATE reception AS r SET trial_until = ${now} + ${trialMs} * interval '1 ms' FROM mine m
     WHERE r.sender = $10 AND r.receiver = $12::text AND r.blocked_until <= ${now}
       AND (r.trial_until IS NULL OR r.trial_until <= ${now}) AND m.class <> 'transactional'
     RETURNING r.sender)`;

/** `turn` is the instant of a turn by the caller's clock. */
const startSql = `UPDATE send AS s SET sender = $10, receiver = $12::text, warm_up_day = d.warm_up_day,
     state = CASE WHEN d.wait_ms > 0 THEN s.state ELSE 'transmitting' END,
     attempts = s.attempts + CASE WHEN d.wait_ms > 0 THEN 0 ELSE 1 END,
     turn_at = CASE WHEN d.wait_ms > 0 THEN ${now} + d.wait_ms * interval '1 ms' END,
     subject = $8, link_targets = $13::jsonb,
     transmitting_at = CASE WHEN d.wait_ms > 0 THEN s.transmitting_at ELSE ${now} END,
     lease_until = CASE WHEN d.wait_ms > 0 THEN s.lease_until ELSE clock_timestamp() + $9::float8 * interval '1 ms' END
   FROM decided d WHERE s.id = d.id AND s.state = 'claimed' AND s.token = $2
   RETURNING d.wait_ms AS "waitMs"`;

const plainSql = `WITH ${mineSql},
   decided AS (SELECT m.id, m.warm_up_day, 0::float8 AS wait_ms FROM mine m WHERE ${isLetIn})
   ${startSql}`;

const every = '$17::float8';
const hasPlace = '($14::text IS NULL OR m.warm_up_day = $14::text OR EXISTS (SELECT FROM place))';
const clock = '(extract(epoch FROM clock_timestamp()) * 1000)::float8';
/** The clock as the statement found it before it came to the row of the rate. */
const looked = `(excluded.next_at - ${every})`;
const needsTurn = `(m.turn_at IS NULL OR m.turn_at < ${now} - ${turnLastsMs} * interval '1 ms')`;
const ofMine = (what: string): string => `(SELECT ${what} FROM mine m)`;
/** Turns are exact; a start may be early by one of them, or every delay of a moment would add up. */
const mayStart = `(${ofMine("m.class = 'transactional'")} OR (p.start_at <= excluded.next_at
  AND CASE WHEN ${ofMine(needsTurn)} THEN p.next_at <= ${looked} ELSE ${ofMine(`m.turn_at <= ${now}`)} END))`;

/**
 * A rate has two clocks: turns are handed out ahead, so that whoever waits knows for how long; a start is
 * checked when it happens, because a worker that was held up comes with several turns at once.
 */
const pacedSql = `WITH ${mineSql},
   place AS (
     INSERT INTO warm_up AS w (sender, day, count)
     SELECT $10, $14::text, 1 FROM mine m
     WHERE $14::text IS NOT NULL AND m.warm_up_day IS DISTINCT FROM $14::text AND ${isLetIn}
     ON CONFLICT (sender, day) DO UPDATE SET count = w.count + 1 WHERE w.count < $15::int
     RETURNING w.day),
   turn AS (
     INSERT INTO pace AS p (sender, rate, next_at, start_at, last_send)
     SELECT $10, $16::text, ${clock} + ${every}, ${clock} + ${every}, m.id FROM mine m
     WHERE $16::text IS NOT NULL AND ${isLetIn} AND ${hasPlace}
     ON CONFLICT (sender, rate) DO UPDATE SET
       next_at = CASE WHEN ${ofMine(needsTurn)} THEN greatest(p.next_at, ${looked}) + ${every} ELSE p.next_at END,
       start_at = CASE WHEN ${mayStart} THEN greatest(p.start_at, ${looked}) + ${every} ELSE p.start_at END,
       last_send = CASE WHEN ${mayStart} THEN excluded.last_send ELSE p.last_send END
     RETURNING p.last_send, p.next_at - ${every} AS turn_at, p.start_at - ${every} AS start_at),
   decided AS (
     SELECT m.id, coalesce($14::text, m.warm_up_day) AS warm_up_day, coalesce((
       SELECT CASE WHEN t.last_send = m.id THEN 0 ELSE ceil(greatest(1, t.start_at - ${clock} + random() * ${every},
         CASE WHEN ${needsTurn} THEN t.turn_at - ${clock} ELSE extract(epoch FROM m.turn_at - ${now}) * 1000 END)) END
       FROM turn t), 0)::float8 AS wait_ms
     FROM mine m WHERE ${isLetIn} AND ${hasPlace})
   ${startSql}`;

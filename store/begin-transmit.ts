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
import { turnLastsMs, type PaceRules } from '../core/sending/pacing.ts';
import type { Sql } from './client.ts';
import { erasedKey } from './erased-key.ts';
import { gathered } from './gathering.ts';

export function createTransmitStarts(sql: Sql, leaseMs: number) {
  const together = gathered<TransmitRequest, TransmitStart>({
    namesOf: ({ id }) => [id],
    work: (asked, mayWait) => startAll(sql, leaseMs, asked, mayWait),
  });
  // Each mail of a rate or of a warm-up counts for the next: these go one by one.
  return (request: TransmitRequest): Promise<TransmitStart> =>
    request.pace === undefined
      ? together(request)
      : startPaced(sql, leaseMs, request, request.pace);
}

async function startAll(
  sql: Sql,
  leaseMs: number,
  asked: readonly TransmitRequest[],
  mayWait: boolean,
): Promise<readonly (TransmitStart | undefined)[]> {
  const values = [asked.map((request) => JSON.stringify(request)), leaseMs];
  const started = await sql.query<StartedRow>(mayWait ? plainSql : plainFreeSql, values);
  const ids = new Set(started.map(({ id }) => id));
  // Of what did not start it is not known here whether only its lead was busy.
  const other = mayWait ? ({ type: 'changed' } as const) : undefined;
  return asked.map(({ id }) => (ids.has(id) ? { type: 'started' } : other));
}

async function startPaced(
  sql: Sql,
  leaseMs: number,
  request: TransmitRequest,
  { warmUp, rate }: PaceRules,
): Promise<TransmitStart> {
  const [row] = await sql.query<StartedRow>(pacedSql, [
    ...[[JSON.stringify(request)], leaseMs, request.sender, request.now],
    ...[warmUp?.day ?? null, warmUp?.max ?? null, rate?.id ?? null, rate?.everyMs ?? null],
  ]);
  if (row === undefined) return { type: 'changed' };
  return row.waitMs > 0 ? { type: 'wait', ms: row.waitMs } : { type: 'started' };
}

interface StartedRow {
  readonly id: string;
  readonly waitMs: number;
}

const instant = (ms: string): string => `to_timestamp(${ms} / 1000.0)`;
/** Of a receiver that refused for now, one mail tries; transactional mail is not asked to wait. */
const isLetIn = `(m.class = 'transactional' OR m.id IN (SELECT t.id FROM trial t) OR NOT EXISTS (SELECT FROM reception r
  WHERE r.sender = m.sender AND r.receiver = m.receiver AND r.blocked_until IS NOT NULL))`;

/** `lock` is empty, or skips leads that somebody else holds. */
const mineSql = (lock: string): string => `asked AS MATERIALIZED (
     SELECT q.*, ${instant('q.now')} AS at FROM unnest($1::json[]) AS one, json_to_record(one) AS q(id uuid, token uuid,
       "leadId" uuid, "enrolmentId" uuid, journey text, "leadSeq" bigint, "consentSeq" bigint, now float8, subject text,
       sender text, receiver text, "linkTargets" jsonb)),
   locked AS MATERIALIZED (
     SELECT id, canonical_id, address, disqualified, seq FROM lead
     WHERE id = ANY(ARRAY(SELECT "leadId" FROM asked)) ORDER BY id FOR UPDATE ${lock}),
   mine AS MATERIALIZED (
     SELECT q.*, s.class, s.turn_at, s.warm_up_day FROM asked q JOIN locked l ON l.id = q."leadId"
     CROSS JOIN LATERAL (SELECT * FROM send WHERE send.id = q.id OFFSET 0) AS s
     CROSS JOIN LATERAL (SELECT e.status FROM enrolment e WHERE e.id = q."enrolmentId" OFFSET 0) AS e
     WHERE s.state = 'claimed' AND s.token = q.token
       AND l.canonical_id = l.id AND l.address = s.address AND l.seq = q."leadSeq"
       AND e.status = 'open'
       AND (l.disqualified IS NULL OR s.class = 'transactional')
       AND NOT EXISTS (SELECT FROM suppression x WHERE x.address IN (s.address, ${erasedKey('s.address')})
         AND (x.until IS NULL OR x.until > q.at)
         AND (x.scope = 'all' OR s.class <> 'transactional'))
       AND (s.class = 'transactional' OR NOT EXISTS (SELECT FROM consent c
         WHERE c.address = s.address AND c.seq > q."consentSeq"))
       AND NOT EXISTS (SELECT FROM pause p WHERE p."from" <= q.at AND (p.until IS NULL OR p.until > q.at)
         AND (p.scope = 'all' OR (p.scope = 'journey' AND p.key = q.journey)
           OR (p.scope = 'lead' AND p.key IN (SELECT m.id::text FROM lead m WHERE m.canonical_id = q."leadId"))
           OR (p.scope = 'sender' AND p.key IN ('', q.sender, q.sender || '>' || q.receiver))))),
   trial AS (
     UPDATE reception AS r SET trial_until = m.at + ${trialMs} * interval '1 ms'
     FROM (SELECT DISTINCT ON (sender, receiver) * FROM mine WHERE class <> 'transactional'
       ORDER BY sender, receiver, id) AS m
     WHERE r.sender = m.sender AND r.receiver = m.receiver AND r.blocked_until <= m.at
       AND (r.trial_until IS NULL OR r.trial_until <= m.at)
     RETURNING m.id)`;

/** `turn` is the instant of a turn by the caller's clock. */
const startSql = `UPDATE send AS s SET sender = d.sender, receiver = d.receiver, warm_up_day = d.warm_up_day,
     state = CASE WHEN d.wait_ms > 0 THEN s.state ELSE 'transmitting' END,
     attempts = s.attempts + CASE WHEN d.wait_ms > 0 THEN 0 ELSE 1 END,
     turn_at = CASE WHEN d.wait_ms > 0 THEN d.at + d.wait_ms * interval '1 ms' END,
     subject = d.subject, link_targets = d."linkTargets",
     transmitting_at = CASE WHEN d.wait_ms > 0 THEN s.transmitting_at ELSE d.at END,
     lease_until = CASE WHEN d.wait_ms > 0 THEN s.lease_until ELSE clock_timestamp() + $2::float8 * interval '1 ms' END
   FROM decided d WHERE s.id = d.id AND s.state = 'claimed' AND s.token = d.token
   RETURNING s.id, d.wait_ms AS "waitMs"`;

const started = 'm.id, m.token, m.sender, m.receiver, m.subject, m."linkTargets", m.at';
const plainOf = (lock: string): string => `WITH ${mineSql(lock)},
   decided AS (SELECT ${started}, m.warm_up_day, 0::float8 AS wait_ms FROM mine m WHERE ${isLetIn})
   ${startSql}`;
const plainSql = plainOf('');
const plainFreeSql = plainOf('SKIP LOCKED');

const now = instant('$4::float8');
const every = '$8::float8';
const hasPlace = '($5::text IS NULL OR m.warm_up_day = $5::text OR EXISTS (SELECT FROM place))';
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
const pacedSql = `WITH ${mineSql('')},
   place AS (
     INSERT INTO warm_up AS w (sender, day, count)
     SELECT $3, $5::text, 1 FROM mine m
     WHERE $5::text IS NOT NULL AND m.warm_up_day IS DISTINCT FROM $5::text AND ${isLetIn}
     ON CONFLICT (sender, day) DO UPDATE SET count = w.count + 1 WHERE w.count < $6::int
     RETURNING w.day),
   turn AS (
     INSERT INTO pace AS p (sender, rate, next_at, start_at, last_send)
     SELECT $3, $7::text, ${clock} + ${every}, ${clock} + ${every}, m.id FROM mine m
     WHERE $7::text IS NOT NULL AND ${isLetIn} AND ${hasPlace}
     ON CONFLICT (sender, rate) DO UPDATE SET
       next_at = CASE WHEN ${ofMine(needsTurn)} THEN greatest(p.next_at, ${looked}) + ${every} ELSE p.next_at END,
       start_at = CASE WHEN ${mayStart} THEN greatest(p.start_at, ${looked}) + ${every} ELSE p.start_at END,
       last_send = CASE WHEN ${mayStart} THEN excluded.last_send ELSE p.last_send END
     RETURNING p.last_send, p.next_at - ${every} AS turn_at, p.start_at - ${every} AS start_at),
   decided AS (
     SELECT ${started}, coalesce($5::text, m.warm_up_day) AS warm_up_day, coalesce((
       SELECT CASE WHEN t.last_send = m.id THEN 0 ELSE ceil(greatest(1, t.start_at - ${clock} + random() * ${every},
         CASE WHEN ${needsTurn} THEN t.turn_at - ${clock} ELSE extract(epoch FROM m.turn_at - ${now}) * 1000 END)) END
       FROM turn t), 0)::float8 AS wait_ms
     FROM mine m WHERE ${isLetIn} AND ${hasPlace})
   ${startSql}`;

/**
 * Runs that a pause keeps from acting, and giving them their turn when nothing holds them any more.
 *
 * Reading and waking are one statement each, whatever the number of runs. A run has its turn when
 * `parked.resumeAt` is set: its wake lies in the outbox until then. Whoever gives turns holds the lock
 * of store/pauses.ts, so that two never give the same slot.
 */
import type { Sql } from './client.ts';
import { inForce, isParkedBySender } from './pauses.ts';

export interface ParkedRun {
  readonly id: string;
  readonly journey: string;
  readonly planHash: string;
  /** The canonical lead. */
  readonly leadId: string;
  /** What would act now: the timer before it ran from `from` to `until`. */
  readonly step: string;
  readonly from: number;
  readonly until: number;
  /** When it would have acted had nothing been paused: how late it is, is measured from here. */
  readonly planned: number;
  /** Pauses in force that hold it. */
  readonly holders: readonly string[];
}

/** Without a turn; `unheld`: only those that nothing holds. */
export async function loadParkedRuns(
  sql: Sql,
  { now, unheld }: { readonly now: number; readonly unheld: boolean },
): Promise<readonly ParkedRun[]> {
  return sql.query<ParkedRun>(
    `WITH active AS MATERIALIZED (
       SELECT p.id, p.scope, p.key,
         CASE WHEN p.scope = 'lead' THEN (SELECT l.canonical_id FROM lead l WHERE l.id = p.key::uuid) END AS lead_id
       FROM pause p WHERE ${inForce('p', '$1')})
     SELECT * FROM (
       SELECT e.id, e.journey, e.plan_hash AS "planHash", m.canonical_id AS "leadId", e.parked->>'step' AS step,
         (e.parked->>'from')::float8 AS "from", (e.parked->>'until')::float8 AS until,
         coalesce((e.parked->>'planned')::float8, (e.parked->>'until')::float8) AS planned,
         ARRAY(SELECT a.id::text FROM active a WHERE CASE a.scope WHEN 'all' THEN true
           WHEN 'journey' THEN a.key = e.journey WHEN 'lead' THEN a.lead_id = m.canonical_id
           ELSE ${isParkedBySender('a', 'e')} END) AS holders
       FROM enrolment e JOIN lead m ON m.id = e.lead_id
       WHERE e.parked IS NOT NULL AND e.parked->>'resumeAt' IS NULL AND e.status = 'open') AS run
     WHERE NOT $2::boolean OR cardinality(holders) = 0
     ORDER BY "from", until, id`,
    [now, unheld],
  );
}

export interface FrozenStretch {
  readonly id: string;
  readonly scope: 'journey' | 'lead' | 'all';
  /** The journey, or the canonical lead. */
  readonly key: string;
  readonly from: number;
  readonly until: number | null;
}

/** What froze timers since then; a paused sender freezes none. */
export async function loadFrozenStretches(
  sql: Sql,
  since: number,
): Promise<readonly FrozenStretch[]> {
  return sql.query<FrozenStretch>(
    `SELECT p.id, p.scope, p."from", p.until, CASE WHEN p.scope = 'lead'
       THEN coalesce((SELECT l.canonical_id::text FROM lead l WHERE l.id = p.key::uuid), p.key) ELSE p.key END AS key
     FROM pause p WHERE p.scope <> 'sender' AND (p.until IS NULL OR p.until > to_timestamp($1::float8 / 1000.0))
     ORDER BY p."from"`,
    [since],
  );
}

/** Journey → the latest turn that is still to come: later ones queue behind it. */
export async function lastTurns(sql: Sql, now: number): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.query<{ readonly journey: string; readonly at: number }>(
    `SELECT journey, max((parked->>'resumeAt')::float8) AS at FROM enrolment
     WHERE parked IS NOT NULL AND status = 'open' AND (parked->>'resumeAt')::float8 > $1 GROUP BY journey`,
    [now],
  );
  return new Map(rows.map(({ journey, at }) => [journey, at]));
}

/** Compare and set: a run that has its turn, or acted, or ended meanwhile is left alone. Returns how many. */
export async function giveTurns(
  sql: Sql,
  turns: readonly { readonly id: string; readonly at: number }[],
): Promise<number> {
  if (turns.length === 0) return 0;
  return sql.run(
    `WITH turn AS (
       UPDATE enrolment AS e SET parked = e.parked || jsonb_build_object('resumeAt', x.at),
         expected_by = to_timestamp(x.at / 1000.0)
       FROM json_to_recordset($1::json) AS x(id uuid, at bigint)
       WHERE e.id = x.id AND e.status = 'open' AND e.parked IS NOT NULL AND e.parked->>'resumeAt' IS NULL
       RETURNING e.id, x.at)
     INSERT INTO outbox (target, target_id, payload, not_before)
     SELECT 'journey', id, '{"type":"message","message":{"type":"wake","seq":0}}', to_timestamp(at / 1000.0)
     FROM turn ORDER BY at`,
    [JSON.stringify(turns.map(({ id, at }) => ({ id, at: Math.ceil(at) })))],
  );
}

/** Open runs that a pause of this would touch; of a sender nobody knows before they come to it. */
export async function countOpenRuns(
  sql: Sql,
  { scope, key }: { readonly scope: string; readonly key: string },
): Promise<number> {
  const [row] = await sql.query<{ readonly count: number }>(
    `SELECT count(*) AS count FROM enrolment e WHERE e.status = 'open' AND CASE $1::text
       WHEN 'all' THEN true WHEN 'journey' THEN e.journey = $2
       WHEN 'lead' THEN e.lead_id IN (SELECT m.id FROM lead m WHERE m.canonical_id = (
         SELECT l.canonical_id FROM lead l WHERE l.id::text = $2)) ELSE false END`,
    [scope, key],
  );
  return row?.count ?? 0;
}

/**
 * What publishing does to runs in flight, as statements: the rows of `plan_move`, the marks, the clearing
 * of marks, the wakes. Each is one statement however many runs it meets.
 *
 * A mark is only a wish: the run moves when it next looks at its row, and none of this touches it.
 */
import type { StepMapping } from '../core/journey/command.ts';
import type { Sql, Store } from './client.ts';

export interface PlanMove extends StepMapping {
  readonly journey: string;
  readonly fromPlan: string;
  readonly toPlan: string;
}

export async function savePlanMoves(
  sql: Sql,
  releaseId: string,
  moves: readonly PlanMove[],
): Promise<void> {
  if (moves.length === 0) return;
  await sql.run(
    `INSERT INTO plan_move (release_id, from_plan, journey, to_plan, renamed, removed)
     SELECT $1, "fromPlan", journey, "toPlan", renamed, removed
     FROM json_to_recordset($2::json) AS x(journey text, "fromPlan" text, "toPlan" text, renamed jsonb, removed jsonb)`,
    [releaseId, JSON.stringify(moves)],
  );
}

/** By the rows of `plan_move` of this release. A run that was blocked before is asked anew. */
export async function markRuns(sql: Sql, releaseId: string): Promise<number> {
  return sql.run(
    `UPDATE enrolment SET target_plan = m.to_plan, target_release = m.release_id, blocked = NULL
     FROM plan_move m
     WHERE m.release_id = $1 AND enrolment.journey = m.journey AND enrolment.plan_hash = m.from_plan
       AND enrolment.status = 'open'`,
    [releaseId],
  );
}

/** Of the open runs of these journeys: where they were to go is not in force any more. */
export async function clearMarks(sql: Sql, journeys: readonly string[]): Promise<number> {
  if (journeys.length === 0) return 0;
  return sql.run(
    `UPDATE enrolment SET target_plan = NULL, target_release = NULL, blocked = NULL
     WHERE journey = ANY($1) AND status = 'open' AND (target_plan IS NOT NULL OR blocked IS NOT NULL)`,
    [journeys],
  );
}

/** Until the end of the transaction: what is in force, and who is marked for it, changes together. */
export async function lockPublishing(sql: Sql): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(${publishingKey})`);
}

const publishingKey = "hashtext('perennial release')";

/**
 * Runs that began under an older plan while the release in force was being published: whoever enters
 * them has not heard of it. They are marked as if they had been there. Not while somebody publishes:
 * what this statement takes for the release in force could be taken back before its marks are written.
 */
export async function markStragglers(store: Pick<Store, 'transaction'>): Promise<number> {
  return store.transaction(async (sql) => {
    const [lock] = await sql.query<{ readonly isFree: boolean }>(
      `SELECT pg_try_advisory_xact_lock(${publishingKey}) AS "isFree"`,
    );
    return lock?.isFree === true ? markLeftBehind(sql) : 0;
  });
}

async function markLeftBehind(sql: Sql): Promise<number> {
  return sql.run(
    `WITH latest AS (SELECT number, entries FROM release ORDER BY number DESC LIMIT 1),
     way AS (SELECT DISTINCT ON (m.journey, m.from_plan) m.*
             FROM plan_move m JOIN release r ON r.id = m.release_id, latest
             WHERE latest.entries->>('journey/' || m.journey) = m.to_plan
             ORDER BY m.journey, m.from_plan, r.number DESC)
     UPDATE enrolment SET target_plan = way.to_plan, target_release = way.release_id
     FROM way WHERE enrolment.journey = way.journey AND enrolment.plan_hash = way.from_plan
       AND enrolment.status = 'open' AND enrolment.target_plan IS NULL AND enrolment.blocked IS NULL`,
  );
}

export interface Wakes {
  /** Runs that this release has marked; null: all that are marked. */
  readonly releaseId: string | null;
  /** The first is woken then. */
  readonly from: number;
  readonly perHour: number;
}

/**
 * Asks marked runs to look at their rows now, one after the other. One that has not started yet is left
 * to its own start; one that was asked already is not asked twice.
 */
export async function wakeMarked(sql: Sql, { releaseId, from, perHour }: Wakes): Promise<number> {
  const gapMs = 3_600_000 / perHour;
  return sql.run(
    `INSERT INTO outbox (target, target_id, payload, not_before)
     SELECT 'journey', id, $2::jsonb, to_timestamp(($3::float8 + (nth - 1) * $4::float8) / 1000.0)
     FROM (SELECT e.id, row_number() OVER (ORDER BY e.entered_at, e.id) AS nth FROM enrolment e
           WHERE ($1::uuid IS NULL OR e.target_release = $1) AND e.status = 'open' AND e.target_plan IS NOT NULL
             AND NOT EXISTS (SELECT FROM outbox o WHERE o.target = 'journey' AND o.target_id = e.id
               AND (o.payload->>'type' = 'start' OR o.payload->'message'->>'type' = 'wake'))) AS marked`,
    [releaseId, JSON.stringify(wake), from, gapMs],
  );
}

const wake = { type: 'message', message: { type: 'wake', seq: 0 } };

/**
 * What a pause or an edit does to one run: it parks, sleeps on, moves to a newer plan or is blocked.
 *
 * Each compares before it sets, so an attempt that is repeated does no harm. A move takes the lead's
 * lock: what its lead did, and what another attempt does for the same command, is before it or after it.
 */
import type { StepMapping } from '../core/journey/command.ts';
import type { Parked } from '../core/sending/ledger.ts';
import type { Sql, Store } from './client.ts';
import { hasActed } from './find-run.ts';

export interface PlanMove extends StepMapping {
  readonly releaseId: string;
  readonly fromPlan: string;
  readonly toPlan: string;
}

export interface RunMove {
  readonly enrolmentId: string;
  /** The lead as it was when the newer plan's waits were told what had happened. */
  readonly leadId: string;
  readonly leadSeq: number;
  /** What the run is about to do; `armId` is of the decision that keeps an arm. */
  readonly commandId: string;
  readonly armId: string;
  readonly fromPlan: string;
  readonly toPlan: string;
  readonly renamed: StepMapping['renamed'];
  /** Steps of the newer plan: what is held for any other is not sent any more. */
  readonly steps: readonly string[];
  /** Waits that were reported once. */
  readonly satisfied: readonly string[];
  readonly at: number;
  /** For the timeline: where it stood and where it stands, both in their plan's words. */
  readonly stood: string | null;
  readonly stands: string | null;
  /** Null where a date decides. */
  readonly expectedBy: number | null;
}

/** `expectedBy` null: nobody knows when it goes on. */
export async function park(
  sql: Sql,
  enrolmentId: string,
  parked: Parked | null,
  expectedBy: number | null,
): Promise<void> {
  await sql.run(
    `UPDATE enrolment SET parked = $2::jsonb, expected_by = to_timestamp($3::float8 / 1000.0)
     WHERE id = $1 AND status = 'open'`,
    [enrolmentId, parked === null ? null : JSON.stringify(parked), expectedBy],
  );
}

/** The mapping of a release, or any that leads from the one plan to the other. */
export async function findMove(
  sql: Sql,
  releaseId: string | null,
  fromPlan: string,
  toPlan: string,
): Promise<PlanMove | undefined> {
  const [row] = await sql.query<PlanMove>(
    `SELECT release_id AS "releaseId", from_plan AS "fromPlan", to_plan AS "toPlan", renamed, removed
     FROM plan_move m WHERE from_plan = $2 AND to_plan = $3
     ORDER BY release_id = $1::uuid DESC NULLS LAST, release_id DESC LIMIT 1`,
    [releaseId, fromPlan, toPlan],
  );
  return row;
}

/** False: it is no longer so marked, its lead did something since, or its command was carried out. */
export async function moveRun(store: Pick<Store, 'transaction'>, move: RunMove): Promise<boolean> {
  return store.transaction(async (sql) => {
    if (!(await isUnchanged(sql, move)) || (await hasActed(sql, move.commandId, move.armId))) {
      return false;
    }
    return setPlan(sql, move);
  });
}

/** A `seq` of its own: a mail that is about to start is decided anew. */
async function isUnchanged(sql: Sql, { leadId, leadSeq }: RunMove): Promise<boolean> {
  const changed = await sql.run(
    'UPDATE lead SET seq = seq + 1 WHERE id = $1 AND canonical_id = id AND seq = $2::bigint',
    [leadId, leadSeq],
  );
  return changed === 1;
}

/**
 * Sends keep their command ids; only the steps' names follow. One that was parked is not any more: it
 * looks anew under its plan, which may have it sleep instead, and is looked for should it not.
 */
async function setPlan(sql: Sql, move: RunMove): Promise<boolean> {
  const rows = await sql.query<{ readonly id: string }>(
    `WITH moved AS (
       UPDATE enrolment SET plan_hash = target_plan, target_plan = NULL, moved_by = target_release,
         target_release = NULL, blocked = NULL, satisfied = $5::text[], step = coalesce($4::jsonb->>step, step),
         parked = NULL,
         expected_by = coalesce(to_timestamp($10::float8 / 1000.0), expected_by, to_timestamp($7::float8 / 1000.0))
       WHERE id = $1 AND status = 'open' AND plan_hash = $2 AND target_plan = $3
       RETURNING id, moved_by, journey, lead_id),
     told AS (
       INSERT INTO decision (id, lead_id, seq, event_id, kind, at, release_id, detail, confirmed)
       SELECT gen_random_uuid(), l.id, l.seq, NULL, 'move', to_timestamp($7::float8 / 1000.0), m.moved_by,
         jsonb_build_object('enrolmentId', m.id, 'journey', m.journey, 'stood', $8::text, 'stands', $9::text), true
       FROM moved m JOIN lead o ON o.id = m.lead_id JOIN lead l ON l.id = o.canonical_id),
     sends AS (
       UPDATE send SET step = coalesce($4::jsonb->>send.step, send.step),
         state = CASE WHEN ${isLeftBehind} THEN 'skipped' ELSE state END,
         reason = CASE WHEN ${isLeftBehind} THEN 'exited' ELSE reason END,
         evidence = CASE WHEN ${isLeftBehind} THEN jsonb_build_object('rule', 'journey-edited', 'release', moved.moved_by)
           ELSE evidence END,
         settled_at = CASE WHEN ${isLeftBehind} THEN to_timestamp($7::float8 / 1000.0) ELSE settled_at END
       FROM moved WHERE send.enrolment_id = moved.id
         AND (jsonb_exists($4::jsonb, send.step) OR ${isLeftBehind})
       RETURNING send.id)
     SELECT id FROM moved`,
    [
      ...[move.enrolmentId, move.fromPlan, move.toPlan, JSON.stringify(move.renamed)],
      ...[move.satisfied, move.steps, move.at, move.stood, move.stands, move.expectedBy],
    ],
  );
  return rows.length === 1;
}

/** Held, and the newer plan has its step no more or under another name: the run does not come back to it. */
const isLeftBehind = `(send.state IN ('planned', 'held') AND send.attempts = 0 AND NOT send.step = ANY($6::text[]))`;

/** The mark is taken away: the run stays on its plan, and the reason is shown. */
export async function blockRun(
  sql: Sql,
  enrolmentId: string,
  toPlan: string,
  why: string,
): Promise<void> {
  await sql.run(
    `UPDATE enrolment SET blocked = $3, target_plan = NULL, target_release = NULL
     WHERE id = $1 AND status = 'open' AND target_plan = $2`,
    [enrolmentId, toPlan, why],
  );
}

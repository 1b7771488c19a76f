/**
 * Runs as their activities see them: the enrolment, where it stands, and the arms that were drawn.
 *
 * Completion takes the lead's lock like ingest does, so an exit and the end of a journey never both
 * win. Arms are recorded once; whoever comes second is told the first answer.
 */
import type { JsonObject } from '../core/rules/condition.ts';
import type { Parked, Progress } from '../core/sending/ledger.ts';
import type { Sql, Store } from './client.ts';
import { createRunFinder, hasActed } from './find-run.ts';
import { progressSql, progressValues } from './progress.ts';
import { blockRun, findMove, moveRun, park, type RunMove } from './run-moves.ts';

export function createRuns(sql: Sql & Pick<Store, 'transaction'>) {
  return {
    find: createRunFinder(sql),
    hasActed: (commandId: string, armId: string) => hasActed(sql, commandId, armId),
    progress: (progress: Progress) => saveProgress(sql, progress),
    complete: (id: string, outcome: string, at: number) => complete(sql, id, outcome, at),
    recordArm: (arm: RecordedArm) => recordArm(sql, arm),
    findArm: (id: string) => findArm(sql, id),
    park: (id: string, parked: Parked | null, expectedBy: number | null) =>
      park(sql, id, parked, expectedBy),
    findMove: (releaseId: string | null, fromPlan: string, toPlan: string) =>
      findMove(sql, releaseId, fromPlan, toPlan),
    move: (move: RunMove) => moveRun(sql, move),
    block: (id: string, toPlan: string, why: string) => blockRun(sql, id, toPlan, why),
  };
}

export interface RecordedArm {
  readonly id: string;
  readonly kind: 'branch' | 'split' | 'webhook' | 'enrich';
  readonly leadId: string;
  readonly releaseId: string;
  readonly arm: string;
  readonly at: number;
  readonly detail: JsonObject;
}

const lockOf = (enrolment: string): string =>
  `locked AS MATERIALIZED (SELECT l.id FROM lead l WHERE l.id = (SELECT m.canonical_id FROM enrolment e
    JOIN lead m ON m.id = e.lead_id WHERE e.id = ${enrolment}) FOR UPDATE OF l)`;

async function saveProgress(sql: Sql, progress: Progress): Promise<void> {
  const lock = progress.completes ? `WITH ${lockOf('$1::uuid')}` : '';
  const locked = progress.completes ? ' AND EXISTS (SELECT FROM locked)' : '';
  await sql.run(`${lock} ${progressSql(1)}${locked}`, progressValues(progress));
}

async function complete(sql: Sql, id: string, outcome: string, at: number): Promise<void> {
  await sql.run(
    `WITH ${lockOf('$1::uuid')}
     UPDATE enrolment SET status = 'closed', outcome = $2, closed_at = to_timestamp($3::float8 / 1000.0),
       expected_by = NULL
     WHERE id = $1 AND status = 'open' AND EXISTS (SELECT FROM locked)`,
    [id, outcome, at],
  );
}

async function recordArm(sql: Sql, arm: RecordedArm): Promise<string> {
  await sql.run(
    `INSERT INTO decision (id, lead_id, seq, event_id, kind, at, release_id, detail, confirmed)
     SELECT $1, $2, l.seq, NULL, $3, to_timestamp($4::float8 / 1000.0), $5, $6::jsonb, true
     FROM lead l WHERE l.id = $2 AND l.erased_at IS NULL FOR SHARE
     ON CONFLICT (id) DO NOTHING`,
    [arm.id, arm.leadId, arm.kind, arm.at, arm.releaseId, JSON.stringify(arm.detail)],
  );
  return (await findArm(sql, arm.id)) ?? arm.arm;
}

async function findArm(sql: Sql, id: string): Promise<string | undefined> {
  const [row] = await sql.query<{ readonly arm: string }>(
    "SELECT detail->>'arm' AS arm FROM decision WHERE id = $1",
    [id],
  );
  return row?.arm;
}

/**
 * Where a run stands, written by the step that acts: a fragment of SQL for statements that are made
 * anyway, so that following a run costs no statement of its own.
 *
 * Only an open enrolment is touched; the last step closes it as completed. `closed` has one other
 * writer, ingest, for exits.
 */
import type { Progress } from '../core/sending/ledger.ts';

/** An UPDATE over six parameters from `$first` on, to stand in a WITH. */
export function progressSql(first: number): string {
  const [id, step, at, expectedBy, completes, parked] = [0, 1, 2, 3, 4, 5].map(
    (n) => `$${first + n}`,
  );
  return `UPDATE enrolment SET step = ${step}::text, since = to_timestamp(${at}::float8 / 1000.0),
    expected_by = to_timestamp(${expectedBy}::float8 / 1000.0), parked = ${parked}::jsonb,
    status = CASE WHEN ${completes}::boolean THEN 'closed' ELSE status END,
    closed_at = CASE WHEN ${completes} THEN to_timestamp(${at} / 1000.0) ELSE closed_at END,
    outcome = CASE WHEN ${completes} THEN 'completed' ELSE outcome END
  WHERE enrolment.id = ${id}::uuid AND enrolment.status = 'open'`;
}

/** The same for many runs, each of them once: a row of `from` holds what `progressColumns` names. */
export function progressOfAllSql(from: string): string {
  return `UPDATE enrolment AS e SET step = p.step, since = ${instant('p.at')}, expected_by = ${instant('p."expectedBy"')},
    parked = p.parked, status = CASE WHEN p.completes THEN 'closed' ELSE e.status END,
    closed_at = CASE WHEN p.completes THEN ${instant('p.at')} ELSE e.closed_at END,
    outcome = CASE WHEN p.completes THEN 'completed' ELSE e.outcome END
  FROM ${from} WHERE e.id = p."enrolmentId" AND e.status = 'open'`;
}

/** Of `json_to_record` over what `progressRow` makes. */
export const progressColumns =
  '"enrolmentId" uuid, step text, at float8, "expectedBy" float8, completes boolean, parked jsonb';

/** Where a date decides, or it completes, nothing is expected. */
export function progressRow({ expectedBy, ...progress }: Progress): object {
  return { ...progress, ...(progress.completes ? {} : { expectedBy }) };
}

function instant(column: string): string {
  return `to_timestamp(${column} / 1000.0)`;
}

/** Nothing is touched when there is no progress: no enrolment has a null id. */
export function progressValues(progress: Progress | undefined): readonly unknown[] {
  if (progress === undefined) return [null, null, null, null, null, null];
  const { enrolmentId, step, at, expectedBy, completes, parked } = progress;
  const waits = parked === undefined ? null : JSON.stringify(parked);
  return [enrolmentId, step, at, completes ? null : expectedBy, completes, waits];
}

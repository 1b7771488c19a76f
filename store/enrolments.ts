/**
 * Enrolments: one run of one lead through one journey.
 *
 * Their status has two writers only: ingest closes for an exit, the last step completes; both compare
 * and set on `open`. Postgres says whether an enrolment is open, the workflow alone where it stands.
 */
import type { EnrolmentState } from '../core/facts/lead.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import type { Sql } from './client.ts';
import { byLead } from './events.ts';

export interface NewEnrolment {
  readonly id: string;
  readonly leadId: string;
  readonly journey: string;
  readonly onceKey: string;
  readonly entryNumber: number;
  readonly planHash: string;
  readonly entry: JsonObject;
  readonly entryEventId: string | null;
  readonly releaseId: string;
  readonly enteredAt: number;
  readonly expectedBy: number | null;
  readonly satisfied: readonly string[];
  /** Closed in the very batch that entered it. */
  readonly closed: Omit<ClosedEnrolment, 'id'> | null;
}

/** Every open enrolment, and the latest closed one per journey and once-key. */
export async function loadEnrolmentStates(
  sql: Sql,
  leadIds: readonly string[],
): Promise<ReadonlyMap<string, readonly EnrolmentState[]>> {
  if (leadIds.length === 0) return new Map();
  const rows = await sql.query<
    EnrolmentState & { readonly leadId: string; readonly closedAt: number | null }
  >(
    `SELECT "leadId", id, journey, once_key AS "onceKey", entry_number AS "entryNumber", status,
       plan_hash AS "planHash", entered_at AS "enteredAt", closed_at AS "closedAt", entry, satisfied
     FROM (SELECT m.canonical_id AS "leadId", e.*, row_number() OVER (
             PARTITION BY m.canonical_id, e.journey, e.once_key, e.status ORDER BY e.entry_number DESC, e.id) AS nth
           FROM lead m JOIN enrolment e ON e.lead_id = m.id
           WHERE m.canonical_id = ANY($1::uuid[])) AS latest
     WHERE status = 'open' OR nth = 1
     ORDER BY entered_at, id`,
    [leadIds],
  );
  return byLead(
    rows.map(({ closedAt, ...row }) => ({ ...row, ...(closedAt === null ? {} : { closedAt }) })),
  );
}

export async function saveEnrolments(sql: Sql, enrolments: readonly NewEnrolment[]): Promise<void> {
  if (enrolments.length === 0) return;
  await sql.run(
    `INSERT INTO enrolment (id, lead_id, journey, once_key, entry_number, status, plan_hash, entry, entry_event_id,
       release_id, entered_at, expected_by, satisfied, outcome, goal, closed_at)
     SELECT id, "leadId", journey, "onceKey", "entryNumber", CASE WHEN at IS NULL THEN 'open' ELSE 'closed' END,
       "planHash", entry, "entryEventId", "releaseId", to_timestamp("enteredAt" / 1000.0),
       CASE WHEN at IS NULL THEN to_timestamp("expectedBy" / 1000.0) END, satisfied, outcome, coalesce(goal, false), to_timestamp(at / 1000.0)
     FROM json_to_recordset($1::json) AS x(id uuid, "leadId" uuid, journey text, "onceKey" text, "entryNumber" int,
       "planHash" text, entry jsonb, "entryEventId" uuid, "releaseId" uuid, "enteredAt" float8, "expectedBy" float8, satisfied text[],
       outcome text, goal boolean, at float8)`,
    [JSON.stringify(enrolments.map(({ closed, ...row }) => ({ ...row, ...closed })))],
  );
}

export interface ClosedEnrolment {
  readonly id: string;
  /** `completed`, or the id of the exit. */
  readonly outcome: string;
  readonly goal: boolean;
  readonly at: number;
}

/** Compare and set; returns the ids that were still open. */
export async function closeEnrolments(
  sql: Sql,
  closed: readonly ClosedEnrolment[],
): Promise<readonly string[]> {
  if (closed.length === 0) return [];
  const rows = await sql.query<{ readonly id: string }>(
    `UPDATE enrolment SET status = 'closed', outcome = x.outcome, goal = x.goal,
       closed_at = to_timestamp(x.at / 1000.0), expected_by = NULL
     FROM unnest($1::uuid[], $2::text[], $3::boolean[], $4::float8[]) AS x(id, outcome, goal, at)
     WHERE enrolment.id = x.id AND enrolment.status = 'open'
     RETURNING enrolment.id`,
    [
      closed.map((row) => row.id),
      closed.map((row) => row.outcome),
      closed.map((row) => row.goal),
      closed.map((row) => row.at),
    ],
  );
  return rows.map((row) => row.id);
}

/** Remembers which waits were reported, so that each is reported once. */
export async function saveSatisfied(
  sql: Sql,
  enrolments: readonly { readonly id: string; readonly satisfied: readonly string[] }[],
): Promise<void> {
  if (enrolments.length === 0) return;
  await sql.run(
    `UPDATE enrolment SET satisfied = x.satisfied
     FROM json_to_recordset($1::json) AS x(id uuid, satisfied text[])
     WHERE enrolment.id = x.id`,
    [JSON.stringify(enrolments.map(({ id, satisfied }) => ({ id, satisfied })))],
  );
}

export interface StoredEnrolment {
  readonly id: string;
  /** The canonical lead. */
  readonly leadId: string;
  readonly splitKey: string;
  readonly journey: string;
  readonly status: 'open' | 'closed';
  readonly planHash: string;
  readonly targetPlan: string | null;
  readonly entry: JsonObject;
  readonly releaseId: string;
  readonly enteredAt: number;
  readonly closedAt: number | null;
  readonly outcome: string | null;
  readonly step: string | null;
  readonly since: number | null;
  readonly expectedBy: number | null;
}

export async function loadEnrolments(
  sql: Sql,
  ids: readonly string[],
): Promise<readonly StoredEnrolment[]> {
  if (ids.length === 0) return [];
  return sql.query<StoredEnrolment>(
    `SELECT e.id, m.canonical_id AS "leadId", c.split_key AS "splitKey", e.journey, e.status,
       e.plan_hash AS "planHash", e.target_plan AS "targetPlan", e.entry, e.release_id AS "releaseId",
       e.entered_at AS "enteredAt", e.closed_at AS "closedAt", e.outcome, e.step, e.since,
       e.expected_by AS "expectedBy"
     FROM enrolment e JOIN lead m ON m.id = e.lead_id JOIN lead c ON c.id = m.canonical_id
     WHERE e.id = ANY($1::uuid[])`,
    [ids],
  );
}

/**
 * Runs as the activities that are to act for them see them, in one statement: each with its enrolment and
 * the pauses that touch what it slept through.
 */
import type { PausedStretch } from '../core/journey/pause.ts';
import type { Pause } from '../core/sending/policy.ts';
import type { Sql } from './client.ts';
import type { StoredEnrolment } from './enrolments.ts';
import { gathered, usualEveryMs } from './gathering.ts';

export interface RunQuery {
  readonly enrolmentId: string;
  /** Pauses that ended before this instant had no part in it. */
  readonly since: number;
}
export interface FoundRun extends StoredEnrolment {
  readonly targetRelease: string | null;
  readonly movedBy: string | null;
  readonly entryEventId: string | null;
  readonly isParked: boolean;
  /** When a run that was parked may act: null before it has its turn. */
  readonly turnAt: number | null;
  /** The canonical lead's: whoever acts on what was read after it sees whether the lead has changed. */
  readonly leadSeq: number;
  readonly pauses: readonly RunPause[];
}
export interface RunPause extends PausedStretch, Pick<Pause, 'scope'> {
  readonly key: string;
}

const ms = (column: string): string => `round(extract(epoch FROM ${column}) * 1000)`;

/** Runs that are looked up at the same time are looked up together. */
export function createRunFinder(sql: Sql): (query: RunQuery) => Promise<FoundRun | undefined> {
  const find = gathered<RunQuery, FoundRun | null>({
    crowdedEveryMs: usualEveryMs,
    namesOf: ({ enrolmentId }) => [enrolmentId],
    work: (queries) => findRuns(sql, queries),
  });
  return async (query) => (await find(query)) ?? undefined;
}

async function findRuns(
  sql: Sql,
  queries: readonly RunQuery[],
): Promise<readonly (FoundRun | null)[]> {
  const rows = await sql.query<FoundRun>(findSql, [
    queries.map(({ enrolmentId }) => enrolmentId),
    queries.map(({ since }) => since),
  ]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return queries.map(({ enrolmentId }) => byId.get(enrolmentId) ?? null);
}

const findSql = `SELECT r.*, c.seq AS "leadSeq", c.split_key AS "splitKey",
    (SELECT coalesce(json_agg(json_build_object('scope', p.scope, 'key', p.key, 'from', ${ms('p."from"')},
       'until', ${ms('p.until')})), '[]')
     FROM pause p
     WHERE (p.until IS NULL OR p.until > to_timestamp(q.since / 1000.0))
       AND (p.scope IN ('all', 'sender') OR (p.scope = 'journey' AND p.key = r.journey)
         OR (p.scope = 'lead' AND p.key IN (SELECT l.id::text FROM lead l WHERE l.canonical_id = r."leadId")))
    ) AS pauses
  FROM unnest($1::uuid[], $2::float8[]) AS q(id, since)
  CROSS JOIN LATERAL (
    SELECT e.id, m.canonical_id AS "leadId", e.journey, e.status, e.plan_hash AS "planHash",
      e.target_plan AS "targetPlan", e.target_release AS "targetRelease", e.moved_by AS "movedBy", e.entry,
      e.entry_event_id AS "entryEventId", e.release_id AS "releaseId", e.entered_at AS "enteredAt",
      e.closed_at AS "closedAt", e.outcome, e.step, e.since, e.expected_by AS "expectedBy",
      e.parked IS NOT NULL AS "isParked", (e.parked->>'resumeAt')::float8 AS "turnAt"
    FROM enrolment e JOIN lead m ON m.id = e.lead_id WHERE e.id = q.id OFFSET 0) AS r
  CROSS JOIN LATERAL (SELECT seq, split_key FROM lead WHERE lead.id = r."leadId" OFFSET 0) AS c`;

/**
 * Whether something was done for a command already: a mail that may have left, a task, an event of the
 * journey, an arm that was drawn (`armId`, of its decision).
 */
export async function hasActed(sql: Sql, commandId: string, armId: string): Promise<boolean> {
  const rows = await sql.query(
    `SELECT WHERE EXISTS (SELECT FROM send s WHERE s.command_id = $1
        AND (s.state NOT IN ('planned', 'held') OR s.attempts > 0))
      OR EXISTS (SELECT FROM task t WHERE t.command_id = $1)
      OR EXISTS (SELECT FROM event v WHERE v.source = 'journey' AND v.message_id = $1)
      OR EXISTS (SELECT FROM decision d WHERE d.id = $2::uuid)`,
    [commandId, armId],
  );
  return rows.length > 0;
}

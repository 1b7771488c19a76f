/**
 * A run as the activity that is to act for it sees it, in one statement: its enrolment, the pauses that
 * touch what it slept through.
 */
import type { PausedStretch } from '../core/journey/pause.ts';
import type { Pause } from '../core/sending/policy.ts';
import type { Sql } from './client.ts';
import type { StoredEnrolment } from './enrolments.ts';

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
  /** The canonical lead's: whoever acts on what was read after it sees whether the lead has changed. */
  readonly leadSeq: number;
  readonly pauses: readonly RunPause[];
}
export interface RunPause extends PausedStretch, Pick<Pause, 'scope'> {
  readonly key: string;
}

const ms = (column: string): string => `round(extract(epoch FROM ${column}) * 1000)`;

export async function findRun(sql: Sql, query: RunQuery): Promise<FoundRun | undefined> {
  const [row] = await sql.query<FoundRun>(
    `SELECT e.id, m.canonical_id AS "leadId", c.seq AS "leadSeq", c.split_key AS "splitKey", e.journey, e.status,
       e.plan_hash AS "planHash", e.target_plan AS "targetPlan", e.target_release AS "targetRelease",
       e.moved_by AS "movedBy", e.entry, e.entry_event_id AS "entryEventId", e.release_id AS "releaseId",
       e.entered_at AS "enteredAt", e.closed_at AS "closedAt", e.outcome, e.step, e.since,
       e.expected_by AS "expectedBy", e.parked IS NOT NULL AS "isParked",
       (SELECT coalesce(json_agg(json_build_object('scope', p.scope, 'key', p.key, 'from', ${ms('p."from"')},
          'until', ${ms('p.until')})), '[]')
        FROM pause p
        WHERE (p.until IS NULL OR p.until > to_timestamp($2::float8 / 1000.0))
          AND (p.scope IN ('all', 'sender') OR (p.scope = 'journey' AND p.key = e.journey)
            OR (p.scope = 'lead' AND p.key IN (SELECT l.id::text FROM lead l WHERE l.canonical_id = m.canonical_id)))
       ) AS pauses
     FROM enrolment e JOIN lead m ON m.id = e.lead_id JOIN lead c ON c.id = m.canonical_id
     WHERE e.id = $1`,
    [query.enrolmentId, query.since],
  );
  return row;
}

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

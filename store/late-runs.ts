/**
 * Runs that should have acted by now, and what was found about them. For operations only: whether a
 * run is late is asked by the caller's clock, when it was last looked at by the database's.
 */
import type { JourneyMessage } from '../core/journey/input.ts';
import type { Sql } from './client.ts';

export interface LateRun {
  readonly id: string;
  readonly journey: string;
  readonly expectedBy: number;
  /** Of the last look. */
  readonly found: string | null;
}
export interface LateRunQuery {
  readonly now: number;
  readonly lateMs: number;
  readonly againMs: number;
  readonly limit: number;
}

/** Those never looked at first. What waits in the outbox is not late but undelivered, and listed as such. */
export async function findLateRuns(sql: Sql, query: LateRunQuery): Promise<readonly LateRun[]> {
  return sql.query<LateRun>(
    `SELECT e.id, e.journey, e.expected_by AS "expectedBy", e.found FROM enrolment e
     WHERE e.status = 'open' AND e.expected_by < to_timestamp(($1::float8 - $2::float8) / 1000.0)
       AND (e.checked_at IS NULL OR e.checked_at < now() - $3::float8 * interval '1 ms')
       AND NOT EXISTS (SELECT FROM outbox o WHERE o.target = 'journey' AND o.target_id = e.id)
     ORDER BY e.checked_at NULLS FIRST, e.expected_by LIMIT $4`,
    [query.now, query.lateMs, query.againMs, query.limit],
  );
}

export interface Finding {
  readonly id: string;
  /** As it was when the run was looked at: one that went on meanwhile is left alone. */
  readonly seen: number;
  /** Null: nothing is wrong. */
  readonly found: string | null;
  readonly expectedBy: number;
}

export async function saveFinding(sql: Sql, finding: Finding): Promise<void> {
  await sql.run(
    `UPDATE enrolment SET found = $3, checked_at = now(), expected_by = to_timestamp($4::float8 / 1000.0)
     WHERE id = $1 AND status = 'open'
       AND round(extract(epoch FROM expected_by) * 1000) = $2::float8`,
    [finding.id, finding.seen, finding.found, finding.expectedBy],
  );
}

export interface RunRows {
  /** The step that acted last has no send on its way. */
  readonly isSettled: boolean;
  /** Emails that had their answer, by the names their steps have in the plan of today. */
  readonly answered: readonly string[];
  /** Every wait that was reported, in order. */
  readonly heard: readonly JourneyMessage[];
}

export async function loadStanding(sql: Sql, enrolmentId: string): Promise<RunRows> {
  const [row] = await sql.query<Pick<RunRows, 'isSettled' | 'answered'>>(
    `SELECT NOT EXISTS (SELECT FROM send s WHERE s.enrolment_id = e.id AND s.step = e.step
         AND s.state IN ('planned', 'held', 'claimed', 'transmitting')) AS "isSettled",
       ARRAY(SELECT DISTINCT s.step FROM send s WHERE s.enrolment_id = e.id
         AND s.state NOT IN ('planned', 'held', 'claimed', 'transmitting') ORDER BY s.step) AS answered
     FROM enrolment e WHERE e.id = $1`,
    [enrolmentId],
  );
  const heard = await sql.query<Omit<Extract<JourneyMessage, { type: 'satisfied' }>, 'type'>>(
    `SELECT d.seq, d.detail->>'step' AS step, d.detail->>'arm' AS arm, least(d.at, v.occurred_at) AS at
     FROM enrolment e JOIN lead o ON o.id = e.lead_id JOIN lead m ON m.canonical_id = o.canonical_id
     JOIN decision d ON d.lead_id = m.id LEFT JOIN event v ON v.id = d.event_id
     WHERE e.id = $1 AND d.kind = 'wait' AND d.detail->>'enrolmentId' = $1::text
     ORDER BY d.seq`,
    [enrolmentId],
  );
  return {
    isSettled: row?.isSettled === true,
    answered: row?.answered ?? [],
    heard: heard.map((message) => ({ type: 'satisfied', ...message })),
  };
}

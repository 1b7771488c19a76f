/**
 * The rows that tell where each open run of some journeys stands. One statement; for people who look
 * before they publish, never for a run.
 */
import type { OpenRun } from '../core/edits/plan-edits.ts';
import type { Sql } from './client.ts';

export async function readStandings(
  sql: Sql,
  journeys: readonly string[],
): Promise<readonly OpenRun[]> {
  if (journeys.length === 0) return [];
  return sql.query<OpenRun>(
    `WITH run AS (
       SELECT e.*, m.canonical_id FROM enrolment e JOIN lead m ON m.id = e.lead_id
       WHERE e.status = 'open' AND e.journey = ANY($1)),
     told AS (
       SELECT run.id,
         jsonb_object_agg(d.detail->>'step', d.detail->>'arm') FILTER (WHERE d.kind IN ('branch', 'split')) AS drawn,
         jsonb_agg(jsonb_build_object('step', d.detail->>'step', 'arm', d.detail->>'arm',
           'at', round(extract(epoch FROM least(d.at, v.occurred_at)) * 1000)) ORDER BY d.seq)
           FILTER (WHERE d.kind = 'wait') AS heard
       FROM run JOIN decision d ON d.lead_id IN (run.lead_id, run.canonical_id)
         AND d.kind IN ('branch', 'split', 'wait') AND d.detail->>'enrolmentId' = run.id::text
       LEFT JOIN event v ON v.id = d.event_id
       GROUP BY run.id)
     SELECT run.id, run.canonical_id AS "leadId", run.journey, run.plan_hash AS "planHash",
       run.entered_at AS "enteredAt", run.step, run.since, run.parked->>'step' AS "parkedAt",
       EXISTS (SELECT FROM send s WHERE s.enrolment_id = run.id AND s.step = run.step
         AND s.state IN ('planned', 'held', 'claimed', 'transmitting')) AS "isHeld",
       coalesce(told.drawn, '{}') AS drawn, coalesce(told.heard, '[]') AS heard
     FROM run LEFT JOIN told ON told.id = run.id
     ORDER BY run.entered_at, run.id`,
    [journeys],
  );
}

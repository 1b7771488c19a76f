/**
 * Decisions with their reasons, as they were made: appended in `seq` order, never rewritten.
 *
 * The one thing added later is `confirmed`, the second opinion of json-rules-engine on stage changes
 * and exits. A `false` there is a defect of ours and is listed under "needs attention".
 */
import type { Decision } from '../core/decision/decision.ts';
import type { Sql } from './client.ts';

export interface NewDecision {
  readonly id: string;
  readonly leadId: string;
  readonly seq: number;
  /** Null for what the clock decided. */
  readonly eventId: string | null;
  readonly kind: Decision['kind'];
  readonly at: number;
  readonly releaseId: string;
  readonly detail: unknown;
}

export async function saveDecisions(sql: Sql, decisions: readonly NewDecision[]): Promise<void> {
  if (decisions.length === 0) return;
  await sql.run(
    `INSERT INTO decision (id, lead_id, seq, event_id, kind, at, release_id, detail)
     SELECT id, "leadId", seq, "eventId", kind, to_timestamp(at / 1000.0), "releaseId", detail
     FROM json_to_recordset($1::json) AS x(id uuid, "leadId" uuid, seq bigint, "eventId" uuid, kind text, at float8,
       "releaseId" uuid, detail jsonb)`,
    [JSON.stringify(decisions)],
  );
}

export async function confirmDecisions(
  sql: Sql,
  opinions: readonly { readonly id: string; readonly agrees: boolean }[],
): Promise<void> {
  if (opinions.length === 0) return;
  await sql.run(
    `UPDATE decision SET confirmed = x.agrees
     FROM unnest($1::uuid[], $2::boolean[]) AS x(id, agrees) WHERE decision.id = x.id`,
    [opinions.map((opinion) => opinion.id), opinions.map((opinion) => opinion.agrees)],
  );
}

/** A stage change or exit without a second opinion, with what is needed to ask for it. */
export interface Unconfirmed {
  readonly id: string;
  readonly kind: 'stage' | 'exit';
  /** The stage rule, or the exit. */
  readonly rule: string;
  readonly at: number;
  readonly releaseId: string;
  readonly explanation: unknown;
  /** Of the run that an exit ended. */
  readonly planHash: string | null;
}

/** Oldest first, by the index of exactly these. Its age is a matter of operations: no decision reads it. */
export async function findUnconfirmed(
  sql: Sql,
  olderThanMs: number,
  limit: number,
): Promise<readonly Unconfirmed[]> {
  return sql.query<Unconfirmed>(
    `SELECT d.id, d.kind, coalesce(d.detail->>'exit', d.detail->>'rule') AS rule, d.at,
       d.release_id AS "releaseId", d.detail->'explanation' AS explanation, e.plan_hash AS "planHash"
     FROM decision d LEFT JOIN enrolment e ON e.id = (d.detail->>'enrolmentId')::uuid
     WHERE d.confirmed IS NULL AND d.kind IN ('stage', 'exit')
       AND d.recorded_at < now() - $1::float8 * interval '1 ms'
     ORDER BY d.id LIMIT $2`,
    [olderThanMs, limit],
  );
}

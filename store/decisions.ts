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

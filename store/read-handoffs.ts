/** Handoffs for people, the latest first; pages order the open ones by deadline. Reads only. */
import type { JsonObject } from '../core/rules/condition.ts';
import type { Sql } from './client.ts';
import type { StoredHandoff } from './handoffs.ts';

export interface HandoffListing extends StoredHandoff {
  readonly address: string | null;
  readonly traits: JsonObject;
  readonly account: string | null;
  /** The attempt that has it now; 0 while nobody has. */
  readonly attempt: number;
}
export interface HandoffQuery {
  readonly status?: string;
  readonly leadId?: string;
  readonly limit: number;
  readonly after?: { readonly at: number; readonly id: string };
}

export async function listHandoffs(
  sql: Sql,
  query: HandoffQuery,
): Promise<readonly HandoffListing[]> {
  return sql.query<HandoffListing>(
    `SELECT h.id, m.canonical_id AS "leadId", h.handoff, h.routing, h.stage, h.cause, h.status, h.destination, h.rep,
       h.match, h.sla, h.reassigned, h.opened_at AS "openedAt", h.assigned_at AS "assignedAt",
       h.accept_by AS "acceptBy", h.escalated_at AS "escalatedAt", h.settled_at AS "settledAt",
       h.settled_by AS "settledBy", h.reason, h.detail, h.release_id AS "releaseId", l.address, l.traits,
       coalesce(a.name, a.domain) AS account,
       coalesce((SELECT max(s.attempt) FROM assignment s WHERE s.handoff_id = h.id), 0) AS attempt
     FROM handoff h JOIN lead m ON m.id = h.lead_id JOIN lead l ON l.id = m.canonical_id
     LEFT JOIN account g ON g.id = l.account_id LEFT JOIN account a ON a.id = g.canonical_id
     WHERE ($1::text IS NULL OR h.status = $1) AND ($2::uuid IS NULL OR m.canonical_id = $2)
       AND ($3::float8 IS NULL OR (h.opened_at, h.id) < (to_timestamp($3 / 1000.0), $4::uuid))
     ORDER BY h.opened_at DESC, h.id DESC LIMIT $5`,
    [
      ...[query.status ?? null, query.leadId ?? null],
      ...[query.after?.at ?? null, query.after?.id ?? null, query.limit],
    ],
  );
}

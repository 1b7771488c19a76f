/** The send ledger for people: what was sent, held or not sent, and why. Reads only. */
import type { JsonObject } from '../core/rules/condition.ts';
import type { Sql } from './client.ts';

export interface SendListing {
  readonly id: string;
  readonly leadId: string;
  readonly commandId: string;
  readonly state: string;
  readonly class: string;
  readonly journey: string | null;
  readonly handoffId: string | null;
  readonly step: string;
  readonly template: string;
  readonly subject: string | null;
  readonly address: string | null;
  readonly reason: string | null;
  readonly evidence: JsonObject;
  readonly response: string | null;
  readonly plannedAt: number;
  readonly heldUntil: number | null;
  readonly at: number;
  readonly attempts: number;
}
export interface SendQuery {
  readonly state?: string;
  readonly limit: number;
  readonly after?: { readonly at: number; readonly id: string };
}

const settled = 'coalesce(s.settled_at, s.transmitting_at, s.counted_at, s.planned_at)';

export async function listSends(sql: Sql, query: SendQuery): Promise<readonly SendListing[]> {
  return sql.query<SendListing>(
    `SELECT s.id, m.canonical_id AS "leadId", s.command_id AS "commandId", s.state, s.class, s.journey,
       s.handoff_id AS "handoffId", s.step, s.template, s.subject, coalesce(s.address, l.address) AS address,
       s.reason, s.evidence, s.response, s.planned_at AS "plannedAt", s.held_until AS "heldUntil",
       ${settled} AS at, s.attempts
     FROM send s JOIN lead m ON m.id = s.lead_id JOIN lead l ON l.id = m.canonical_id
     WHERE ($1::text IS NULL OR s.state = $1)
       AND ($2::float8 IS NULL OR (${settled}, s.id) < (to_timestamp($2 / 1000.0), $3::uuid))
     ORDER BY ${settled} DESC, s.id DESC LIMIT $4`,
    [query.state ?? null, query.after?.at ?? null, query.after?.id ?? null, query.limit],
  );
}

export interface LinkedSend {
  readonly leadId: string;
  readonly address: string;
  readonly commandId: string;
  readonly topic: string | null;
}

/** Whom an email went to: the lead as it stands now, the address as it was written to. */
export async function findLinkedSend(sql: Sql, sendId: string): Promise<LinkedSend | null> {
  const [row] = await sql.query<LinkedSend>(
    `SELECT m.canonical_id AS "leadId", s.address, s.command_id AS "commandId", s.topic
     FROM send s JOIN lead m ON m.id = s.lead_id WHERE s.id = $1 AND s.address IS NOT NULL`,
    [sendId],
  );
  return row ?? null;
}

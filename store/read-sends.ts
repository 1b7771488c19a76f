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
  readonly messageId: string;
  /** When it last began to be handed over. */
  readonly transmittingAt: number | null;
}
export interface SendQuery {
  readonly state?: string;
  /** Only what nobody has looked at although its moment is over by so much. */
  readonly overdue?: { readonly now: number; readonly lateMs: number };
  readonly limit: number;
  readonly after?: { readonly at: number; readonly id: string };
}

const settled = 'coalesce(s.settled_at, s.transmitting_at, s.counted_at, s.planned_at)';

/** What would go on by itself if its run, or its worker, were alive. A pause has no moment to be late for. */
export const overdueSend = (now: string, lateMs: string): string =>
  `(s.state IN ('planned', 'claimed', 'transmitting') OR (s.state = 'held' AND s.held_until IS NOT NULL))
   AND coalesce(s.held_until, s.lease_until, s.planned_at) < to_timestamp((${now} - ${lateMs}) / 1000.0)`;

const listing = `SELECT s.id, m.canonical_id AS "leadId", s.command_id AS "commandId", s.state, s.class, s.journey,
    s.handoff_id AS "handoffId", s.step, s.template, s.subject, coalesce(s.address, l.address) AS address,
    s.reason, s.evidence, s.response, s.planned_at AS "plannedAt", s.held_until AS "heldUntil",
    ${settled} AS at, s.attempts, s.message_id AS "messageId", s.transmitting_at AS "transmittingAt"
  FROM send s JOIN lead m ON m.id = s.lead_id JOIN lead l ON l.id = m.canonical_id`;

export async function listSends(sql: Sql, query: SendQuery): Promise<readonly SendListing[]> {
  const { state, overdue, after, limit } = query;
  return sql.query<SendListing>(
    `${listing} WHERE ($1::text IS NULL OR s.state = $1)
       AND ($2::float8 IS NULL OR (${settled}, s.id) < (to_timestamp($2 / 1000.0), $3::uuid))
       AND ($5::float8 IS NULL OR (${overdueSend('$5::float8', '$6::float8')}))
     ORDER BY ${settled} DESC, s.id DESC LIMIT $4`,
    [
      ...[state ?? null, after?.at ?? null, after?.id ?? null, limit],
      ...[overdue?.now ?? null, overdue?.lateMs ?? null],
    ],
  );
}

/** By the id of its row or by its command. */
export async function findSend(sql: Sql, name: string): Promise<SendListing | null> {
  const [row] = await sql.query<SendListing>(
    `${listing} WHERE s.command_id = $1
       OR s.id = CASE WHEN $1 ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN $1::uuid END`,
    [name],
  );
  return row ?? null;
}

export interface SettlementRow {
  readonly before: string;
  readonly after: string;
  readonly source: string;
  readonly because: string;
  readonly by: string | null;
  readonly at: number;
}

/** How the fate of one email came to be known, oldest first. */
export async function listSettlements(sql: Sql, sendId: string): Promise<readonly SettlementRow[]> {
  return sql.query<SettlementRow>(
    `SELECT before, after, source, because, by, at FROM send_settlement WHERE send_id = $1
     ORDER BY recorded_at, id`,
    [sendId],
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

/** Whether the journey of an email still runs; a handoff has none. */
export async function isRunOpen(sql: Sql, commandId: string): Promise<boolean> {
  const [row] = await sql.query(
    `SELECT e.id FROM send s JOIN enrolment e ON e.id = s.enrolment_id
     WHERE s.command_id = $1 AND e.status = 'open' AND s.class <> 'internal'`,
    [commandId],
  );
  return row !== undefined;
}

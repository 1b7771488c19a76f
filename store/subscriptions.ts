/**
 * What the pages behind the links of an email read about the address they were mailed to: everything it
 * ever said about consent, and the request that a confirmation mail was written for. Reads only.
 */
import type { Consent } from '../core/facts/lead.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import type { Sql } from './client.ts';

/** With where it came from: a page offers to undo what was done by itself. */
export interface SaidConsent extends Consent {
  readonly source: string | null;
  readonly messageId: string | null;
}

/** All of it, unlike `loadPermissions`: what was in force at an earlier instant must be found again. */
export async function listConsents(sql: Sql, address: string): Promise<readonly SaidConsent[]> {
  const rows = await sql.query<SaidConsent & { readonly topic: string }>(
    `SELECT c.class, c.topic, c.state, c.at, e.source, e.message_id AS "messageId"
     FROM consent c LEFT JOIN event e ON e.id = c.event_id
     WHERE c.address = $1 AND c.state <> 'none' ORDER BY c.at, c.seq`,
    [address],
  );
  return rows.map(({ topic, ...row }) => ({ ...row, ...(topic === '' ? {} : { topic }) }));
}

export interface StoredRequest {
  /** As the lead stands now. */
  readonly leadId: string;
  /** As it was written to. */
  readonly address: string;
  readonly commandId: string;
  readonly enrolmentId: string;
  readonly entry: JsonObject;
  /** Name of the event that entered the journey; null where none did. */
  readonly event: string | null;
  readonly askedAt: number;
  readonly sentAt: number | null;
}

/** What the journey that wrote this mail was entered for. */
export async function findRequest(sql: Sql, sendId: string): Promise<StoredRequest | null> {
  const [row] = await sql.query<StoredRequest>(
    `SELECT m.canonical_id AS "leadId", s.address, s.command_id AS "commandId", n.id AS "enrolmentId",
       n.entry, e.name AS event, n.entered_at AS "askedAt", s.settled_at AS "sentAt"
     FROM send s JOIN lead m ON m.id = s.lead_id JOIN enrolment n ON n.id = s.enrolment_id
     LEFT JOIN event e ON e.id = n.entry_event_id
     WHERE s.id = $1 AND s.address IS NOT NULL AND s.class = 'transactional'`,
    [sendId],
  );
  return row ?? null;
}

/** The address a lead has now. */
export async function findAddressOf(
  sql: Sql,
  leadId: string,
): Promise<{ readonly leadId: string; readonly address: string } | null> {
  const [row] = await sql.query<{ readonly leadId: string; readonly address: string }>(
    `SELECT c.id AS "leadId", c.address FROM lead l JOIN lead c ON c.id = l.canonical_id
     WHERE l.id = $1 AND c.address IS NOT NULL`,
    [leadId],
  );
  return row ?? null;
}

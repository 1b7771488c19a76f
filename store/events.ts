/**
 * Events: the set of facts about a lead. Stored once per (source, message id), never changed, kept
 * under the lead id they came with; reads go through `lead.canonical_id`.
 *
 * `lead_event_count` holds the counts over all time, so that no decision has to read a long history.
 */
import type { EventCount, LeadEvent, SaidBy, Trust } from '../core/facts/lead.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import type { Sql } from './client.ts';

/** Which events a decision can look at, and how far back. */
export interface EventNeed {
  readonly event: string;
  /** Epoch milliseconds; absent: all of them. */
  readonly since?: number;
}

/** What the fold was told beside properties and traits: with it a lead can be built again as it was. */
export interface SaidBeside {
  readonly address?: string;
  readonly accountId?: string;
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  readonly fillOnly?: boolean;
  readonly historical?: boolean;
  readonly by?: SaidBy;
  readonly confidence?: number;
}

export interface StoredEvent {
  readonly id: string;
  readonly source: string;
  readonly messageId: string;
  readonly leadId: string;
  readonly seq: number;
  readonly type: string;
  readonly name: string;
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  readonly trust: Trust;
  readonly said: SaidBeside | null;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly answer: unknown;
  readonly releaseId: string;
}

export async function saveEvents(sql: Sql, events: readonly StoredEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sql.run(
    `INSERT INTO event (id, source, message_id, lead_id, seq, type, name, properties, traits, trust, said, occurred_at,
       received_at, answer, release_id)
     SELECT id, source, "messageId", "leadId", seq, type, name, properties, traits, trust, said,
       to_timestamp("occurredAt" / 1000.0), to_timestamp("receivedAt" / 1000.0), answer, "releaseId"
     FROM json_to_recordset($1::json) AS x(id uuid, source text, "messageId" text, "leadId" uuid, seq bigint,
       type text, name text, properties jsonb, traits jsonb, trust text, said jsonb, "occurredAt" float8, "receivedAt" float8,
       answer json, "releaseId" uuid)`,
    [JSON.stringify(events)],
  );
}

/** The stored answers of events that were taken in before, by event id. */
export async function findAnswers<Answer>(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Answer>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<{ readonly id: string; readonly answer: Answer }>(
    'SELECT id, answer FROM event WHERE id = ANY($1::uuid[])',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.answer]));
}

export async function loadLeadEvents(
  sql: Sql,
  leadIds: readonly string[],
  needs: readonly EventNeed[],
): Promise<ReadonlyMap<string, readonly LeadEvent[]>> {
  if (leadIds.length === 0 || needs.length === 0) return new Map();
  const rows = await sql.query<LeadEvent & { readonly leadId: string }>(
    // OFFSET 0 keeps the planner at one index probe per lead and need: without statistics it would
    // rather read the whole table of events.
    `SELECT m.canonical_id AS "leadId", e.*
     FROM lead m
     CROSS JOIN unnest($2::text[], $3::float8[]) AS need(name, since)
     CROSS JOIN LATERAL (
       SELECT id, name, properties, occurred_at AS "occurredAt", seq, trust FROM event
       WHERE lead_id = m.id AND name = need.name
         AND occurred_at >= coalesce(to_timestamp(need.since / 1000.0), '-infinity')
       OFFSET 0) AS e
     WHERE m.canonical_id = ANY($1::uuid[])
     ORDER BY e."occurredAt", e.seq`,
    [leadIds, needs.map((need) => need.event), needs.map((need) => need.since ?? null)],
  );
  return byLead(rows);
}

export async function loadEventCounts(
  sql: Sql,
  leadIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly [event: string]: EventCount }>> {
  if (leadIds.length === 0) return new Map();
  const rows = await sql.query<EventCount & { readonly leadId: string; readonly name: string }>(
    `SELECT m.canonical_id AS "leadId", c.name, sum(c.count)::bigint AS count, min(c.first_at) AS "firstAt",
       max(c.last_at) AS "lastAt"
     FROM lead m JOIN lead_event_count c ON c.lead_id = m.id
     WHERE m.canonical_id = ANY($1::uuid[])
     GROUP BY 1, 2`,
    [leadIds],
  );
  const counts = new Map<string, { [event: string]: EventCount }>();
  for (const { leadId, name, ...count } of rows) {
    const lead = counts.get(leadId) ?? {};
    lead[name] = count;
    counts.set(leadId, lead);
  }
  return counts;
}

export interface CountedEvents {
  readonly leadId: string;
  readonly name: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Adds to the counts: rows of one (lead, name) must arrive summed up. */
export async function addEventCounts(sql: Sql, counted: readonly CountedEvents[]): Promise<void> {
  if (counted.length === 0) return;
  await sql.run(
    `INSERT INTO lead_event_count AS c (lead_id, name, count, first_at, last_at)
     SELECT lead_id, name, count, to_timestamp(first_at / 1000.0), to_timestamp(last_at / 1000.0)
     FROM (SELECT "leadId" AS lead_id, name, count, "firstAt" AS first_at, "lastAt" AS last_at
           FROM json_to_recordset($1::json) AS x("leadId" uuid, name text, count int, "firstAt" float8, "lastAt" float8)) AS y
     ORDER BY lead_id, name
     ON CONFLICT (lead_id, name) DO UPDATE SET count = c.count + excluded.count,
       first_at = least(c.first_at, excluded.first_at), last_at = greatest(c.last_at, excluded.last_at)`,
    [JSON.stringify(counted)],
  );
}

/** Groups rows by their `leadId`, which is left out of them. */
export function byLead<Row extends { readonly leadId: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, readonly Omit<Row, 'leadId'>[]> {
  const grouped = new Map<string, Omit<Row, 'leadId'>[]>();
  for (const { leadId, ...row } of rows) {
    const group = grouped.get(leadId);
    if (group === undefined) grouped.set(leadId, [row]);
    else group.push(row);
  }
  return grouped;
}

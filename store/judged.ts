/**
 * What a later verdict on an event ("that click was a robot") reads and writes. Events never change but
 * for this: the trust of one, with the counts that hang on it. The verdict's own event keeps what was.
 *
 * Apart from `events.ts` because only batches with a verdict pay for it: one statement to read, two to
 * write, however many verdicts there are.
 */
import type { LeadEvent, Trust } from '../core/facts/lead.ts';
import { byLead } from './events.ts';
import type { Sql } from './client.ts';

/** Of a lead with more events the latest are looked at; beside them what its rules need is loaded as ever. */
const eventsMost = 5_000;

/** Everything heard of these leads, so that "last" instants can be found anew. */
export async function loadWholeHistories(
  sql: Sql,
  leadIds: readonly string[],
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, readonly LeadEvent[]>> {
  const rows = await sql.query<LeadEvent & { readonly leadId: string }>(
    `SELECT p.id AS "leadId", e.* FROM unnest($1::uuid[]) AS p(id) CROSS JOIN LATERAL (
       SELECT e.id, e.name, e.properties, e.occurred_at AS "occurredAt", e.seq, e.trust
       FROM lead m JOIN event e ON e.lead_id = m.id
       WHERE m.canonical_id = p.id AND e.type NOT IN ('enrol', 'merge')
       ORDER BY (e.id = ANY($2::uuid[]) OR e.name = 'Event Judged') DESC, e.occurred_at DESC
       LIMIT ${eventsMost}) AS e`,
    [leadIds, eventIds],
  );
  return byLead(rows);
}

export interface JudgedEvent {
  readonly id: string;
  readonly trust: Trust;
}

/** After the events of the batch are stored: one of them may be what is judged. */
export async function judgeEvents(sql: Sql, judged: readonly JudgedEvent[]): Promise<void> {
  if (judged.length === 0) return;
  const ids = judged.map(({ id }) => id);
  await sql.run(
    `UPDATE event SET trust = x.trust
     FROM unnest($1::uuid[], $2::text[]) AS x(id, trust) WHERE event.id = x.id`,
    [ids, judged.map(({ trust }) => trust)],
  );
  await sql.run(
    `WITH counted AS (
       SELECT t.lead_id, t.name, count(e.id) AS count, min(e.occurred_at) AS first_at, max(e.occurred_at) AS last_at
       FROM (SELECT DISTINCT lead_id, name FROM event WHERE id = ANY($1::uuid[]) AND name <> '') AS t
       LEFT JOIN event e ON e.lead_id = t.lead_id AND e.name = t.name AND e.trust <> 'likely-robot'
       GROUP BY 1, 2),
     gone AS (
       DELETE FROM lead_event_count c USING counted x
       WHERE x.count = 0 AND c.lead_id = x.lead_id AND c.name = x.name)
     INSERT INTO lead_event_count AS c (lead_id, name, count, first_at, last_at)
     SELECT lead_id, name, count, first_at, last_at FROM counted WHERE count > 0 ORDER BY lead_id, name
     ON CONFLICT (lead_id, name) DO UPDATE
     SET count = excluded.count, first_at = excluded.first_at, last_at = excluded.last_at`,
    [ids],
  );
}

/** Whose event it is, under the lead that stands for it now; null: there is none of that id. */
export async function findEvent(
  sql: Sql,
  id: string,
): Promise<(LeadEvent & { readonly leadId: string }) | null> {
  const rows = await sql.query<LeadEvent & { readonly leadId: string }>(
    `SELECT m.canonical_id AS "leadId", e.id, e.name, e.properties, e.occurred_at AS "occurredAt", e.seq, e.trust
     FROM event e JOIN lead m ON m.id = e.lead_id WHERE e.id = $1::uuid`,
    [id],
  );
  return rows[0] ?? null;
}

/** What was heard of one email, and what was decided with it: rows of its lead's timeline. Reads only. */
import type { Sql } from './client.ts';
import type { TimelineRow } from './read-timeline.ts';

/** The command of an email by the Message-ID it went out with. */
export async function commandOfMail(sql: Sql, messageId: string): Promise<string | null> {
  const [row] = await sql.query<{ readonly commandId: string }>(
    `SELECT command_id AS "commandId" FROM send WHERE message_id = $1 ORDER BY planned_at DESC LIMIT 1`,
    [messageId],
  );
  return row?.commandId ?? null;
}

/**
 * What names it, and what its links did: their message ids begin with its command. Oldest first; at most `limit`. `leadId` is the canonical one.
 */
export async function readMailStory(
  sql: Sql,
  { leadId, sendId, commandId }: StoryOf,
  limit: number,
): Promise<readonly TimelineRow[]> {
  return sql.query<TimelineRow>(
    `WITH heard AS (
       SELECT e.* FROM lead m JOIN event e ON e.lead_id = m.id
       WHERE m.canonical_id = $1 AND (e.properties ->> 'send' = $2
         OR e.message_id LIKE $3 || '/%'))
     SELECT * FROM (
       SELECT 'event' AS kind, id::text AS id, occurred_at AS at, 0::float8 AS rank,
         CASE WHEN name = '' THEN type ELSE name END AS what,
         jsonb_build_object('name', name, 'type', type, 'properties', properties, 'traits', traits,
           'source', source, 'trust', trust) AS detail
       FROM heard
       UNION ALL
       SELECT 'decision', d.id::text, d.at, 1::float8, d.kind,
         d.detail || jsonb_build_object('confirmed', d.confirmed)
       FROM heard h JOIN decision d ON d.lead_id = h.lead_id AND d.event_id = h.id) AS story
     ORDER BY at, rank, id LIMIT $4`,
    [leadId, sendId, commandId.replace(/[\\%_]/g, '\\$&'), limit],
  );
}

export interface StoryOf {
  readonly leadId: string;
  readonly sendId: string;
  readonly commandId: string;
}

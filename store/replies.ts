/** An answer to an email as a rep is told of it: its words, and the mail it answers. Reads only. */
import type { Sql } from './client.ts';

export interface StoredReply {
  readonly eventId: string;
  /** Whose it is now: a merge may have moved it. */
  readonly leadId: string;
  readonly at: number;
  /** Null where the answer had no words of its own. */
  readonly excerpt: string | null;
  /** Of the mail it answers, where the ledger has it. */
  readonly subject: string | null;
  readonly sentAt: number | null;
}

export async function findReply(sql: Sql, eventId: string): Promise<StoredReply | undefined> {
  const [row] = await sql.query<StoredReply>(
    `SELECT e.id AS "eventId", m.canonical_id AS "leadId", e.occurred_at AS at,
       e.properties->>'excerpt' AS excerpt, s.subject,
       coalesce(s.transmitting_at, s.settled_at) AS "sentAt"
     FROM event e JOIN lead m ON m.id = e.lead_id
     LEFT JOIN send s ON s.id = CASE WHEN e.properties->>'send' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
       THEN (e.properties->>'send')::uuid END
     WHERE e.id = $1`,
    [eventId],
  );
  return row;
}

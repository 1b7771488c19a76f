/**
 * Pauses of leads who are away, as their automatic answer said. Written with the event that brought it.
 *
 * One per lead: a later date makes the pause in force longer, an earlier one nothing. Apart from
 * `pauses.ts`, where people begin and end them one at a time under a lock of their own.
 */
import type { Sql } from './client.ts';

/** Who paused, in the row. */
const AUTO_REPLY = 'auto-reply';

export interface NewAbsence {
  readonly id: string;
  readonly leadId: string;
  readonly from: number;
  readonly until: number;
  readonly why: string;
}

export async function saveAbsences(sql: Sql, absences: readonly NewAbsence[]): Promise<void> {
  if (absences.length === 0) return;
  await sql.run(
    `WITH said AS (
       SELECT id, "leadId", to_timestamp("from" / 1000.0) AS since, to_timestamp(until / 1000.0) AS until, why
       FROM json_to_recordset($1::json) AS x(id uuid, "leadId" uuid, "from" float8, until float8, why text)),
     known AS (
       SELECT s.id AS said, p.id FROM said s JOIN lead l ON l.id = s."leadId"
       JOIN lead m ON m.canonical_id = l.canonical_id
       JOIN pause p ON p.scope = 'lead' AND p.key = m.id::text
       WHERE p.by = $2 AND p.resumed_at IS NULL AND p.until > s.since),
     longer AS (
       UPDATE pause AS p SET until = s.until, planned_until = s.until, why = s.why
       FROM known k JOIN said s ON s.id = k.said WHERE p.id = k.id AND p.until < s.until)
     INSERT INTO pause (id, scope, key, "from", until, planned_until, why, by)
     SELECT id, 'lead', "leadId"::text, since, until, until, why, $2 FROM said
     WHERE NOT EXISTS (SELECT FROM known k WHERE k.said = said.id)`,
    [JSON.stringify(absences), AUTO_REPLY],
  );
}

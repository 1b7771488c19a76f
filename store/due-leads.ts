/**
 * Leads at which the clock alone may change an answer. Rows that a transaction holds are passed over:
 * whoever holds one decides what came due before anything else.
 */
import type { Sql } from './client.ts';

export interface DueLead {
  readonly id: string;
  readonly dueAt: number;
}

export async function findDueLeads(
  sql: Sql,
  now: number,
  limit: number,
  /** Leads whose tick failed a moment ago. */
  except: readonly string[] = [],
): Promise<readonly DueLead[]> {
  return sql.query<DueLead>(
    `SELECT id, due_at AS "dueAt" FROM lead
     WHERE due_at <= to_timestamp($1::float8 / 1000.0) AND canonical_id = id
       AND id <> ALL($3::uuid[])
     ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED`,
    [now, limit, except],
  );
}

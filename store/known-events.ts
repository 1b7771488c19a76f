/**
 * Which events were taken in before, by id. For imports, which bring thousands that are mostly known
 * the second time: unlike `findAnswers` it reads the index alone.
 */
import type { Sql } from './client.ts';

export async function findKnownEvents(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql.query<{ readonly id: string }>(
    'SELECT id FROM event WHERE id = ANY($1::uuid[])',
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

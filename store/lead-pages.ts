/** Goes through all leads page by page, in order of id, so that any number of them fits in memory. */
import type { Sql } from './client.ts';

export async function* leadPages(sql: Sql, size: number): AsyncGenerator<readonly string[]> {
  let after: string | null = null;
  for (;;) {
    const rows: readonly { readonly id: string }[] = await sql.query(
      `SELECT id FROM lead WHERE canonical_id = id AND erased_at IS NULL AND ($1::uuid IS NULL OR id > $1::uuid)
       ORDER BY id LIMIT $2`,
      [after, size],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ id }) => id);
    after = last.id;
  }
}

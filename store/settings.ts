/** Small facts about the installation itself, by key. */
import type { Sql } from './client.ts';

export async function readSetting(sql: Sql, key: string): Promise<unknown> {
  const rows = await sql.query<{ readonly value: unknown }>(
    `SELECT value FROM setting WHERE key = $1`,
    [key],
  );
  return rows[0]?.value;
}

export async function saveSetting(sql: Sql, key: string, value: unknown): Promise<void> {
  await sql.run(
    `INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [key, JSON.stringify(value)],
  );
}

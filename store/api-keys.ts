/** API keys: only their hashes. A key is revoked, never deleted, so that what it did stays told. */
import type { Sql } from './client.ts';

export interface NewApiKey {
  readonly id: string;
  readonly hash: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly now: number;
}

/** The scopes of a live key, or null. */
export async function findScopes(sql: Sql, hash: string): Promise<readonly string[] | null> {
  const [row] = await sql.query<{ readonly scopes: readonly string[] }>(
    'SELECT scopes FROM api_key WHERE hash = $1 AND revoked_at IS NULL',
    [hash],
  );
  return row?.scopes ?? null;
}

/** The key of the environment: it replaces the one that had this id before. */
export async function saveApiKey(sql: Sql, key: NewApiKey): Promise<void> {
  await sql.run(
    `INSERT INTO api_key (id, hash, label, scopes, created_at)
     VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000.0))
     ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, label = excluded.label, scopes = excluded.scopes,
       created_at = CASE WHEN api_key.hash = excluded.hash THEN api_key.created_at ELSE excluded.created_at END,
       revoked_at = NULL`,
    [key.id, key.hash, key.label, key.scopes, key.now],
  );
}

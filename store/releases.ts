/**
 * Definitions by content hash, and the releases that list them. Both are only ever added to: a plan a
 * lead entered with is found for as long as the database lives.
 *
 * Two people who publish at once are told apart by the lock: the second one sees the first one's
 * release as the latest, and its caller compares against that.
 */
import type { Sql, Store } from './client.ts';

export interface StoredDefinition {
  readonly hash: string;
  readonly kind: string;
  readonly key: string;
  readonly source: string;
  readonly compiled: unknown;
}
export interface ReleaseMeta {
  readonly id: string;
  readonly author: string;
  readonly message: string;
  readonly publishedAt: number;
  /** The release this one was compared against; another in force by now refuses it. */
  readonly basedOn?: string | null;
}
export interface StoredRelease {
  readonly id: string;
  readonly number: number;
  readonly author: string;
  readonly message: string;
  readonly publishedAt: number;
  /** `<kind>/<key>` → hash. */
  readonly entries: { readonly [part: string]: string };
}

/** Somebody else published since the comparison. */
export class ReleaseConflict extends Error {
  override readonly name = 'ReleaseConflict';
}

const selectRelease = `SELECT id, number, author, message, published_at AS "publishedAt", entries FROM release`;

export async function latestRelease(sql: Sql): Promise<StoredRelease | undefined> {
  return (await sql.query<StoredRelease>(`${selectRelease} ORDER BY number DESC LIMIT 1`))[0];
}

export async function findRelease(sql: Sql, id: string): Promise<StoredRelease | undefined> {
  return (await sql.query<StoredRelease>(`${selectRelease} WHERE id = $1`, [id]))[0];
}

export async function saveRelease(
  store: Store,
  parts: readonly StoredDefinition[],
  meta: ReleaseMeta,
): Promise<void> {
  const entries = Object.fromEntries(parts.map(({ kind, key, hash }) => [`${kind}/${key}`, hash]));
  await store.transaction(async (sql) => {
    await sql.query(`SELECT pg_advisory_xact_lock(hashtext('perennial release'))`);
    const latest = await latestRelease(sql);
    if (meta.basedOn !== undefined && (latest?.id ?? null) !== meta.basedOn) {
      throw new ReleaseConflict(
        `Release ${latest?.number ?? 0} ("${latest?.message ?? ''}", by ${latest?.author ?? ''}) was published in the meantime: look at what it changed and publish again.`,
      );
    }
    await sql.run(
      `INSERT INTO definition (hash, kind, key, source, compiled)
       SELECT hash, kind, key, source, compiled
       FROM json_to_recordset($1::json) AS x(hash text, kind text, key text, source text, compiled json)
       ON CONFLICT (hash) DO NOTHING`,
      [JSON.stringify(parts)],
    );
    await sql.run(
      `INSERT INTO release (id, author, message, entries, published_at)
       VALUES ($1, $2, $3, $4, to_timestamp($5 / 1000.0))`,
      [meta.id, meta.author, meta.message, JSON.stringify(entries), meta.publishedAt],
    );
  });
}

/** In no order; a hash that is not there is left out. */
export async function loadDefinitions(
  sql: Sql,
  hashes: readonly string[],
): Promise<readonly StoredDefinition[]> {
  if (hashes.length === 0) return [];
  return sql.query<StoredDefinition>(
    `SELECT hash, kind, key, source, compiled FROM definition WHERE hash = ANY($1)`,
    [hashes],
  );
}

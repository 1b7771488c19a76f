/**
 * Definitions by content hash, and the releases that list them. Both are only ever added to: a plan a
 * lead entered with is found for as long as the database lives. What a release does to runs in flight is
 * written in the same transaction: there is no release whose leads were forgotten.
 *
 * Two people who publish at once are told apart by the lock: the second one sees the first one's
 * release as the latest, and its caller compares against that.
 */
import { randomUUID } from 'node:crypto';
import { applyEdits, type AppliedEdits } from './apply-edits.ts';
import type { Sql, Store } from './client.ts';
import { lockPublishing } from './edits.ts';
import { askForRecompute } from './recomputes.ts';

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
  readonly approvedBy?: string;
  /** The number of the release that this one puts in force again. */
  readonly restores?: number;
  /** The release this one was compared against; another in force by now refuses it. */
  readonly basedOn?: string | null;
}
export interface StoredRelease {
  readonly id: string;
  readonly number: number;
  readonly author: string;
  readonly message: string;
  readonly publishedAt: number;
  readonly approvedBy: string | null;
  readonly restores: number | null;
  /** `<kind>/<key>` → hash. */
  readonly entries: { readonly [part: string]: string };
}

/** Somebody else published since the comparison. */
export class ReleaseConflict extends Error {
  override readonly name = 'ReleaseConflict';
  readonly inForce: StoredRelease | undefined;
  constructor(inForce: StoredRelease | undefined) {
    super(
      inForce === undefined
        ? 'Nothing is published here yet.'
        : `Release ${inForce.number} ("${inForce.message}", by ${inForce.author}, ${new Date(inForce.publishedAt).toISOString()}) was published in the meantime: look at what it changed and publish again.`,
    );
    this.inForce = inForce;
  }
}

const selectRelease = `SELECT id, number, author, message, published_at AS "publishedAt",
  approved_by AS "approvedBy", restores, entries FROM release`;

export async function latestRelease(sql: Sql): Promise<StoredRelease | undefined> {
  return (await sql.query<StoredRelease>(`${selectRelease} ORDER BY number DESC LIMIT 1`))[0];
}

export async function findRelease(sql: Sql, id: string): Promise<StoredRelease | undefined> {
  return (await sql.query<StoredRelease>(`${selectRelease} WHERE id = $1`, [id]))[0];
}

/** The one in force at that instant; undefined before the first. */
export async function findReleaseAt(sql: Sql, at: number): Promise<StoredRelease | undefined> {
  return (
    await sql.query<StoredRelease>(
      `${selectRelease} WHERE published_at <= to_timestamp($1::float8 / 1000.0) ORDER BY number DESC LIMIT 1`,
      [at],
    )
  )[0];
}

export async function findReleaseByNumber(
  sql: Sql,
  number: number,
): Promise<StoredRelease | undefined> {
  return (await sql.query<StoredRelease>(`${selectRelease} WHERE number = $1`, [number]))[0];
}

export interface ReleaseQuery {
  readonly limit: number;
  /** Only those before it. */
  readonly before?: number;
}

/** Newest first. */
export async function listReleases(
  sql: Sql,
  { limit, before }: ReleaseQuery,
): Promise<readonly StoredRelease[]> {
  return sql.query<StoredRelease>(
    `${selectRelease} WHERE $2::int IS NULL OR number < $2 ORDER BY number DESC LIMIT $1`,
    [limit, before ?? null],
  );
}

export async function saveRelease(
  store: Store,
  parts: readonly StoredDefinition[],
  meta: ReleaseMeta,
): Promise<AppliedEdits> {
  const entries = Object.fromEntries(parts.map(({ kind, key, hash }) => [`${kind}/${key}`, hash]));
  return alone(store, async (sql) => {
    await sql.run(
      `INSERT INTO definition (hash, kind, key, source, compiled)
       SELECT hash, kind, key, source, compiled
       FROM json_to_recordset($1::json) AS x(hash text, kind text, key text, source text, compiled json)
       ON CONFLICT (hash) DO NOTHING`,
      [JSON.stringify(parts)],
    );
    return putInForce(sql, entries, meta);
  });
}

/** A release that is already stored, in force again under a number of its own. */
export async function restoreRelease(
  store: Store,
  restored: Pick<StoredRelease, 'number' | 'entries'>,
  meta: ReleaseMeta,
): Promise<AppliedEdits> {
  const { number, entries } = restored;
  return alone(store, (sql) => putInForce(sql, entries, { ...meta, restores: number }));
}

/** One publisher at a time: the next one sees what this one did. */
async function alone<T>(store: Store, work: (sql: Sql) => Promise<T>): Promise<T> {
  return store.transaction(async (sql) => {
    await lockPublishing(sql);
    return work(sql);
  }, publishingLimits);
}

/** Marking 100,000 runs takes seconds, and waits for the leads that ingest holds. */
const publishingLimits = { lockTimeoutMs: 60_000, statementTimeoutMs: 300_000 };

async function putInForce(
  sql: Sql,
  entries: StoredRelease['entries'],
  meta: ReleaseMeta,
): Promise<AppliedEdits> {
  const latest = await latestRelease(sql);
  if (meta.basedOn !== undefined && (latest?.id ?? null) !== meta.basedOn) {
    throw new ReleaseConflict(latest);
  }
  await sql.run(
    `INSERT INTO release (id, author, message, entries, published_at, approved_by, restores)
     VALUES ($1, $2, $3, $4, to_timestamp($5 / 1000.0), $6, $7)`,
    [
      ...[meta.id, meta.author, meta.message, JSON.stringify(entries), meta.publishedAt],
      ...[meta.approvedBy ?? null, meta.restores ?? null],
    ],
  );
  const before = latest?.entries ?? {};
  const parts = new Set([...Object.keys(before), ...Object.keys(entries)]);
  const changed = [...parts].filter((part) => before[part] !== entries[part]);
  if (latest !== undefined && judgesAnew(changed)) await recomputeFor(sql, meta);
  return applyEdits(sql, { releaseId: meta.id, at: meta.publishedAt, before, entries });
}

/** What scores and stages are made of: when it changes, every lead is judged anew. */
const judging = new Set(['scoring', 'qualification', 'facts', 'interests', 'accounts']);

/** Whether a change of these parts has every lead decided anew. */
export function judgesAnew(parts: readonly string[]): boolean {
  return parts.some((part) => judging.has(part.split('/', 1)[0] ?? ''));
}

/** Asked for in the publishing transaction, so that no change of the rules is forgotten. */
async function recomputeFor(
  sql: Sql,
  { id: releaseId, author, publishedAt }: ReleaseMeta,
): Promise<void> {
  const release = await findRelease(sql, releaseId);
  await askForRecompute(sql, {
    id: randomUUID(),
    releaseId,
    reason: `Rules changed: release ${release?.number ?? 0}`,
    by: author,
    at: publishedAt,
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

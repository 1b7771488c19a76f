/**
 * Who is meant: `identity(kind, value) → lead`, and which lead stands for a merged group.
 *
 * Keys are only ever added, never moved: a merge changes `lead.canonical_id` alone, and every read
 * goes through it, so merge and unmerge are one update each. Nothing here decides who is who.
 */
import type { StageState } from '../core/facts/lead.ts';
import type { Sql } from './client.ts';

export type IdentityKind = 'userId' | 'email' | 'anonymousId';
export interface IdentityKey {
  readonly kind: IdentityKind;
  readonly value: string;
}
export interface FoundIdentity extends IdentityKey {
  /** The canonical lead. */
  readonly leadId: string;
  /** The one the key was attached to. */
  readonly ownId: string;
  readonly address: string | null;
}

export async function findIdentities(
  sql: Sql,
  keys: readonly IdentityKey[],
): Promise<readonly FoundIdentity[]> {
  if (keys.length === 0) return [];
  return sql.query<FoundIdentity>(
    `SELECT i.kind, i.value, i.lead_id AS "ownId", m.canonical_id AS "leadId", c.address
     FROM unnest($1::text[], $2::text[]) AS k(kind, value)
     JOIN identity i ON i.kind = k.kind AND i.value = k.value
     JOIN lead m ON m.id = i.lead_id
     JOIN lead c ON c.id = m.canonical_id`,
    [keys.map((key) => key.kind), keys.map((key) => key.value)],
  );
}

/** Every user id that each merged group holds, by its canonical lead. */
export async function findUserIds(
  sql: Sql,
  leadIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (leadIds.length === 0) return new Map();
  const rows = await sql.query<{ readonly leadId: string; readonly value: string }>(
    `SELECT m.canonical_id AS "leadId", u.value
     FROM lead m JOIN identity u ON u.lead_id = m.id AND u.kind = 'userId'
     WHERE m.canonical_id = ANY($1::uuid[])
     ORDER BY 1, 2`,
    [leadIds],
  );
  const held = new Map<string, string[]>();
  for (const { leadId, value } of rows) held.set(leadId, [...(held.get(leadId) ?? []), value]);
  return held;
}

/** Which lead stands for each of these ids now; an id without a lead is absent. */
export async function findCanonical(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<{ readonly id: string; readonly canonicalId: string }>(
    'SELECT id, canonical_id AS "canonicalId" FROM lead WHERE id = ANY($1::uuid[])',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.canonicalId]));
}

/** Of leads that are named by our own ids: who stands for them, and who was erased. */
export async function findNamed(
  sql: Sql,
  ids: readonly string[],
): Promise<{
  readonly canonical: ReadonlyMap<string, string>;
  readonly erased: ReadonlySet<string>;
}> {
  if (ids.length === 0) return { canonical: new Map(), erased: new Set() };
  const rows = await sql.query<{
    readonly id: string;
    readonly canonicalId: string;
    readonly isErased: boolean;
  }>(
    `SELECT id, canonical_id AS "canonicalId", erased_at IS NOT NULL AS "isErased" FROM lead
     WHERE id = ANY($1::uuid[])`,
    [ids],
  );
  return {
    canonical: new Map(rows.map((row) => [row.id, row.canonicalId])),
    erased: new Set(rows.flatMap(({ id, isErased }) => (isErased ? [id] : []))),
  };
}

/** Those of these leads that have an address. */
export async function findAddressed(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql.query<{ readonly id: string }>(
    'SELECT id FROM lead WHERE id = ANY($1::uuid[]) AND address IS NOT NULL',
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Adds keys in sorted order, so that two transactions with the same new keys wait for each other
 * instead of deadlocking. A new address waits to be verified from then on. Returns how many were new: fewer than asked for means another transaction won.
 */
export async function addIdentities(
  sql: Sql,
  keys: readonly (IdentityKey & { readonly leadId: string })[],
): Promise<number> {
  if (keys.length === 0) return 0;
  return sql.run(
    `WITH fresh AS (
       INSERT INTO identity (kind, value, lead_id)
       SELECT kind, value, lead_id FROM unnest($1::text[], $2::text[], $3::uuid[]) AS k(kind, value, lead_id)
       ORDER BY kind, value
       ON CONFLICT DO NOTHING RETURNING kind, value),
     unverified AS (
       INSERT INTO email_check (address) SELECT value FROM fresh WHERE kind = 'email' ORDER BY value
       ON CONFLICT DO NOTHING)
     SELECT FROM fresh`,
    [keys.map((key) => key.kind), keys.map((key) => key.value), keys.map((key) => key.leadId)],
  );
}

export interface Merge {
  readonly from: string;
  readonly into: string;
}

export interface MergeAt extends Merge {
  readonly at: number;
  readonly record: MergeRecord;
}

/** As it is kept: between the two leads themselves, whoever stands for them by the end of the batch. */
export interface MergeRecord {
  readonly id: string;
  readonly from: string;
  readonly into: string;
  readonly at: number;
  readonly by: string;
  readonly why: string;
  readonly detail: MergeDetail;
}

/** What the survivor was before, as far as the merge changed it by more than facts. */
export interface MergeDetail {
  readonly bornAt: number;
  readonly tags: readonly string[];
  /** Where it took over the further stage. */
  readonly stage?: StageState;
  readonly tookOwner?: true;
  readonly tookAccount?: true;
  readonly tookDisqualified?: true;
}

/** Every lead of the absorbed groups answers to the surviving one from now on. */
export async function mergeLeads(sql: Sql, merges: readonly MergeAt[]): Promise<void> {
  if (merges.length === 0) return;
  await sql.run(
    `UPDATE lead SET canonical_id = m.into_id, due_at = NULL
     FROM unnest($1::uuid[], $2::uuid[]) AS m(from_id, into_id)
     WHERE lead.canonical_id = m.from_id`,
    [merges.map((merge) => merge.from), merges.map((merge) => merge.into)],
  );
  await sql.run(
    `INSERT INTO lead_merge (id, kind, from_id, into_id, at, by, why, detail)
     SELECT id, 'merged', "from", "into", to_timestamp(at / 1000.0), by, why, detail
     FROM json_to_recordset($1::json) AS x(id uuid, "from" uuid, "into" uuid, at float8, by text, why text, detail jsonb)`,
    [JSON.stringify(merges.map(({ record }) => record))],
  );
}

/** Pairs among these leads that a person keeps apart, by the leads that stand for them now. */
export async function findKeptApart(
  sql: Sql,
  leadIds: readonly string[],
): Promise<readonly (readonly [string, string])[]> {
  if (leadIds.length < 2) return [];
  const rows = await sql.query<{ readonly one: string; readonly other: string }>(
    `SELECT a.canonical_id AS one, b.canonical_id AS other
     FROM lead a JOIN merge_candidate c ON c.lead_id = a.id AND c.outcome = 'kept-apart'
     JOIN lead b ON b.id = c.other_id
     WHERE a.canonical_id = ANY($1::uuid[]) AND b.canonical_id = ANY($1::uuid[])`,
    [leadIds],
  );
  return rows.map(({ one, other }) => [one, other]);
}

export interface MergeCandidate {
  readonly leadIds: readonly [string, string];
  readonly because: string;
  readonly at: number;
}

/** Lists pairs for a person to decide; a pair already listed stays as it is. */
export async function listMergeCandidates(
  sql: Sql,
  pairs: readonly MergeCandidate[],
): Promise<void> {
  if (pairs.length === 0) return;
  const sorted = pairs.map((pair) => [...pair.leadIds].sort());
  await sql.run(
    `INSERT INTO merge_candidate (lead_id, other_id, because, at)
     SELECT a, b, because, to_timestamp(at / 1000.0)
     FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::float8[]) AS p(a, b, because, at)
     ORDER BY a, b
     ON CONFLICT DO NOTHING`,
    [
      sorted.map((pair) => pair[0]),
      sorted.map((pair) => pair[1]),
      pairs.map((pair) => pair.because),
      pairs.map((pair) => pair.at),
    ],
  );
}

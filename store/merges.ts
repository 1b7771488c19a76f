/**
 * Merges as people see them: pairs that wait for a decision, what was merged when, by whom and why,
 * and the undoing of it.
 *
 * A merge is in force while no row undoes it. An absorbed lead has exactly one merge in force, so these
 * form a tree: who goes when one of them is undone is whoever came with the lead it absorbed.
 */
import type { JsonObject } from '../core/rules/condition.ts';
import type { Trust } from '../core/facts/lead.ts';
import type { Sql } from './client.ts';
import type { SaidBeside } from './events.ts';
import type { MergeDetail } from './identities.ts';

export interface StoredMerge {
  readonly id: string;
  readonly fromId: string;
  readonly intoId: string;
  readonly at: number;
  readonly by: string;
  readonly why: string;
  readonly detail: Partial<MergeDetail>;
  /** By what the absorbed lead was known: its address, else a user id, else that of a browser. */
  readonly fromName: string | null;
  /** Of the undoing; null while it is in force. */
  readonly undoneAt: number | null;
}

const selectMerge = `SELECT m.id, m.from_id AS "fromId", m.into_id AS "intoId", m.at, m.by, m.why, m.detail,
    (SELECT i.value FROM identity i WHERE i.lead_id = m.from_id
       ORDER BY array_position(ARRAY['email', 'userId', 'anonymousId'], i.kind), i.value LIMIT 1) AS "fromName",
    (SELECT u.at FROM lead_merge u WHERE u.undoes = m.id) AS "undoneAt"
  FROM lead_merge m`;

/** By its own id, or the one in force by which this lead was absorbed. */
export async function findMerge(
  sql: Sql,
  by: { readonly id: string } | { readonly absorbed: string },
): Promise<StoredMerge | undefined> {
  const [merge] =
    'id' in by
      ? await sql.query<StoredMerge>(`${selectMerge} WHERE m.id = $1::uuid AND m.kind = 'merged'`, [
          by.id,
        ])
      : await sql.query<StoredMerge>(
          `${selectMerge} WHERE m.from_id = $1::uuid AND m.kind = 'merged'
             AND NOT EXISTS (SELECT FROM lead_merge u WHERE u.undoes = m.id)`,
          [by.absorbed],
        );
  return merge;
}

/** In force, of everybody for whom this lead stands; the latest first. */
export async function listMergesOf(sql: Sql, leadId: string): Promise<readonly StoredMerge[]> {
  return sql.query<StoredMerge>(
    `${selectMerge} JOIN lead l ON l.id = m.from_id
     WHERE l.canonical_id = (SELECT canonical_id FROM lead WHERE id = $1::uuid) AND m.kind = 'merged'
       AND NOT EXISTS (SELECT FROM lead_merge u WHERE u.undoes = m.id)
     ORDER BY m.at DESC, m.id`,
    [leadId],
  );
}

/** This lead and all that it had absorbed, by the merges in force. */
export async function leadsUnder(sql: Sql, leadId: string): Promise<readonly string[]> {
  const rows = await sql.query<{ readonly id: string }>(
    `WITH RECURSIVE under AS (
       SELECT $1::uuid AS id
       UNION SELECT m.from_id FROM under JOIN lead_merge m ON m.into_id = under.id AND m.kind = 'merged'
         AND NOT EXISTS (SELECT FROM lead_merge u WHERE u.undoes = m.id))
     SELECT id FROM under ORDER BY id`,
    [leadId],
  );
  return rows.map(({ id }) => id);
}

/** The lock of each of these leads, absorbed ones included: a merge takes those after whoever stands for them. */
export async function lockGroup(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.query<{ readonly id: string; readonly canonicalId: string }>(
    `SELECT id, canonical_id AS "canonicalId" FROM lead WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
    [ids],
  );
  return new Map(rows.map(({ id, canonicalId }) => [id, canonicalId]));
}

export interface Separation {
  readonly id: string;
  readonly undoes: StoredMerge;
  /** The absorbed lead and those that came with it. */
  readonly group: readonly string[];
  readonly at: number;
  readonly by: string;
  readonly why: string;
}

/** The group answers to the lead it came from; the pair is kept apart from now on. */
export async function separateLeads(sql: Sql, separation: Separation): Promise<void> {
  const { id, undoes, group, at, by, why } = separation;
  const { fromId, intoId } = undoes;
  await sql.run(`UPDATE lead SET canonical_id = $1::uuid WHERE id = ANY($2::uuid[])`, [
    fromId,
    group,
  ]);
  await sql.run(
    `INSERT INTO lead_merge (id, kind, from_id, into_id, at, by, why, undoes)
     VALUES ($1, 'separated', $2, $3, to_timestamp($4::float8 / 1000.0), $5, $6, $7)`,
    [id, fromId, intoId, at, by, why, undoes.id],
  );
  await keepApart(sql, { leadIds: [fromId, intoId], because: 'separated', at, by, why });
}

export interface KeptApart {
  readonly leadIds: readonly [string, string];
  readonly because: string;
  readonly at: number;
  readonly by: string;
  readonly why: string;
}

/** A person's word on a pair, listed before or not: it is neither merged by itself nor listed again. */
export async function keepApart(sql: Sql, pair: KeptApart): Promise<void> {
  const [one, other] = [...pair.leadIds].sort();
  await sql.run(
    `INSERT INTO merge_candidate (lead_id, other_id, because, at, settled_at, outcome, settled_by, why)
     VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000.0), to_timestamp($4::float8 / 1000.0), 'kept-apart', $5, $6)
     ON CONFLICT (lead_id, other_id) DO UPDATE SET outcome = excluded.outcome,
       settled_at = excluded.settled_at, settled_by = excluded.settled_by, why = excluded.why`,
    [one, other, pair.because, pair.at, pair.by, pair.why],
  );
}

export interface SaidEvent {
  readonly leadId: string;
  readonly source: string;
  readonly traits: JsonObject;
  readonly said: SaidBeside | null;
  readonly occurredAt: number;
  readonly receivedAt: number;
}

/** What was said of leads themselves, in the order in which it was taken in. */
export async function readSaid(sql: Sql, ids: readonly string[]): Promise<readonly SaidEvent[]> {
  return sql.query<SaidEvent>(
    `SELECT lead_id AS "leadId", source, traits, said, occurred_at AS "occurredAt", received_at AS "receivedAt"
     FROM event WHERE lead_id = ANY($1::uuid[]) AND (traits <> '{}' OR said IS NOT NULL) ORDER BY seq`,
    [ids],
  );
}

/** When each kind of event was last heard of; few rows, however long the history. */
export async function readLastHeard(
  sql: Sql,
  ids: readonly string[],
): Promise<
  readonly {
    readonly name: string;
    readonly type: string;
    readonly trust: Trust;
    readonly at: number;
  }[]
> {
  return sql.query(
    `SELECT name, type, trust, max(occurred_at) AS at FROM event WHERE lead_id = ANY($1::uuid[])
     GROUP BY name, type, trust`,
    [ids],
  );
}

/** The addresses that these leads brought themselves. */
export async function readOwnAddresses(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await sql.query<{ readonly value: string }>(
    `SELECT value FROM identity WHERE lead_id = ANY($1::uuid[]) AND kind = 'email'`,
    [ids],
  );
  return new Set(rows.map(({ value }) => value));
}

export interface ListedCandidate {
  /** The leads that stand for the two now. */
  readonly leadId: string;
  readonly otherId: string;
  readonly because: string;
  readonly at: number;
}

/** Pairs that wait for a person; those that became one meanwhile are settled. The latest first. */
export async function listCandidates(
  sql: Sql,
  page: { readonly limit: number; readonly after?: { readonly at: number; readonly id: string } },
): Promise<readonly ListedCandidate[]> {
  return sql.query<ListedCandidate>(
    `SELECT * FROM (SELECT DISTINCT ON (least(a.canonical_id, b.canonical_id), greatest(a.canonical_id, b.canonical_id))
         a.canonical_id AS "leadId", b.canonical_id AS "otherId", c.because, c.at
       FROM ${openCandidates}
       ORDER BY least(a.canonical_id, b.canonical_id), greatest(a.canonical_id, b.canonical_id), c.at DESC) AS listed
     WHERE $2::float8 IS NULL OR (at, "leadId") < (to_timestamp($2 / 1000.0), $3::uuid)
     ORDER BY at DESC, "leadId" DESC LIMIT $1`,
    [page.limit, page.after?.at ?? null, page.after?.id ?? null],
  );
}

export const openCandidates = `merge_candidate c JOIN lead a ON a.id = c.lead_id JOIN lead b ON b.id = c.other_id
  AND b.canonical_id <> a.canonical_id WHERE c.settled_at IS NULL`;

/** The lead that is named itself, also while another one stands for it. */
export async function findOwnLead(
  sql: Sql,
  key: { readonly id?: string; readonly userId?: string; readonly email?: string },
): Promise<string | null> {
  const [row] = await sql.query<{ readonly id: string }>(
    `SELECT id FROM (
       SELECT id, 1 AS rank FROM lead WHERE id = $1::uuid AND erased_at IS NULL
       UNION ALL SELECT lead_id, 2 FROM identity WHERE kind = 'userId' AND value = $2::text
       UNION ALL SELECT lead_id, 3 FROM identity WHERE kind = 'email' AND value = $3::text) AS found
     ORDER BY rank LIMIT 1`,
    [key.id ?? null, key.userId ?? null, key.email ?? null],
  );
  return row?.id ?? null;
}

/** Everything by which a lead is known, absorbed ones' keys included. */
export async function listKeys(
  sql: Sql,
  leadId: string,
): Promise<readonly { readonly kind: string; readonly value: string }[]> {
  return sql.query(
    `SELECT i.kind, i.value FROM lead m JOIN identity i ON i.lead_id = m.id
     WHERE m.canonical_id = $1::uuid ORDER BY i.kind, i.value`,
    [leadId],
  );
}

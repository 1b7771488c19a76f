/**
 * The statements of an erasure. The caller holds the lock of every lead concerned and has ended what was
 * running; here the rows go, by the one list of where personal data lives (`personal-data.ts`).
 *
 * Nothing here may be run outside of that transaction: half an erasure is none.
 */
import type { Sql } from './client.ts';
import { ensureErasureSalt, erasedKey } from './erased-key.ts';
import { personalTables, type PersonalTable } from './personal-data.ts';

/** All by which a person is found in the tables. */
export interface Person {
  /** The lead that stands for it, first, and those merged into it. */
  readonly ids: readonly string[];
  readonly addresses: readonly string[];
}

export interface Erasure {
  readonly id: string;
  readonly leadId: string;
  readonly by: string;
  readonly why: string;
  readonly at: number;
  /** Rows that were deleted or emptied, by table; tables without any are left out. */
  readonly counts: { readonly [table: string]: number };
}

/** The group of leads that a lead stands for; empty where there is none, or where another stands for it. */
export async function lockPerson(sql: Sql, leadId: string): Promise<readonly string[]> {
  // The one that stands for them first: merges, and their undoing, take the locks in this order.
  await sql.query('SELECT id FROM lead WHERE id = $1::uuid FOR UPDATE', [leadId]);
  const rows = await sql.query<{ readonly id: string }>(
    `SELECT id FROM lead WHERE canonical_id = $1::uuid ORDER BY id FOR UPDATE`,
    [leadId],
  );
  const ids = rows.map(({ id }) => id);
  return ids.includes(leadId) ? [leadId, ...ids.filter((id) => id !== leadId)] : [];
}

/** The lead and all that were merged into it, without taking a lock. */
export async function listGroup(sql: Sql, leadId: string): Promise<readonly string[]> {
  const rows = await sql.query<{ readonly id: string }>(
    'SELECT id FROM lead WHERE canonical_id = $1::uuid ORDER BY id',
    [leadId],
  );
  return rows.map(({ id }) => id);
}

/** Earlier addresses too, unless another lead is known by them now. */
export async function findPerson(sql: Sql, ids: readonly string[]): Promise<Person> {
  const rows = await sql.query<{ readonly address: string }>(
    `SELECT value AS address FROM identity WHERE kind = 'email' AND lead_id = ANY($1::uuid[])
     UNION SELECT address FROM lead WHERE id = ANY($1::uuid[]) AND address IS NOT NULL
     UNION SELECT s.address FROM send s WHERE s.lead_id = ANY($1::uuid[]) AND s.class <> 'internal'
       AND s.address IS NOT NULL AND NOT EXISTS (SELECT FROM identity i
         WHERE i.kind = 'email' AND i.value = s.address AND i.lead_id <> ALL($1::uuid[]))`,
    [ids],
  );
  return { ids, addresses: rows.map(({ address }) => address).sort() };
}

/** What the person is called by in other systems, as it is remembered: hashed. */
export async function hashedKeys(sql: Sql, person: Person): Promise<readonly string[]> {
  await ensureErasureSalt(sql);
  const rows = await sql.query<{ readonly key: string }>(
    `SELECT DISTINCT ${erasedKey('k.value')} AS key FROM (
       SELECT unnest($2::text[]) AS value
       UNION SELECT value FROM identity WHERE kind = 'userId' AND lead_id = ANY($1::uuid[])) AS k ORDER BY 1`,
    [person.ids, person.addresses],
  );
  return rows.map(({ key }) => key);
}

/**
 * Marketing stops for these addresses until the person gives consent again. What stopped them for good
 * before (a dead mailbox, a complaint) keeps its scope and its reason; one that passes by itself is over.
 */
export async function suppressHashed(sql: Sql, person: Person, at: number): Promise<void> {
  await sql.run(
    `INSERT INTO suppression AS s (address, scope, reason, at)
     SELECT ${erasedKey('x.address')}, x.scope, x.reason, x.at FROM (
       SELECT address, scope, reason, at FROM suppression
         WHERE address = ANY($1::text[]) AND until IS NULL AND scope = 'all' AND reason <> 'sunset'
       UNION ALL SELECT address, 'marketing', 'erased', to_timestamp($2::float8 / 1000.0)
         FROM unnest($1::text[]) AS a(address)) AS x
     ON CONFLICT (address, scope) DO UPDATE SET at = greatest(s.at, excluded.at)`,
    [person.addresses, at],
  );
}

/** Runs or handoffs that are open, each with the number by which its end is ordered. */
export async function listOpen(
  sql: Sql,
  table: 'enrolment' | 'handoff',
  person: Person,
): Promise<readonly { readonly id: string; readonly seq: number }[]> {
  return sql.query(
    `SELECT t.id, c.seq + 1 AS seq FROM ${table} t JOIN lead m ON m.id = t.lead_id
       JOIN lead c ON c.id = m.canonical_id
     WHERE t.lead_id = ANY($1::uuid[]) AND t.status = 'open' ORDER BY t.id`,
    [person.ids],
  );
}

/** A mail that has not started never does; of one that has, only the answer is still taken. */
export async function stopMails(sql: Sql, person: Person, at: number): Promise<void> {
  await sql.run(
    `UPDATE send SET state = 'skipped', reason = 'exited', token = NULL, lease_until = NULL, held_until = NULL,
       counted_at = NULL, settled_at = to_timestamp($2::float8 / 1000.0)
     WHERE lead_id = ANY($1::uuid[]) AND state IN ('planned', 'held', 'claimed')`,
    [person.ids, at],
  );
}

export async function erasePersonalData(
  sql: Sql,
  person: Person,
  at: number,
): Promise<{ readonly [table: string]: number }> {
  const counts: [string, number][] = [];
  for (const [table, entry] of Object.entries<PersonalTable>(personalTables)) {
    const count = await sql.run(erasingSql(table, entry), [person.ids, person.addresses]);
    if (count > 0) counts.push([table, count]);
  }
  await sql.run(
    `UPDATE lead SET erased_at = to_timestamp($2::float8 / 1000.0), seq = seq + 1 WHERE id = ANY($1::uuid[])`,
    [person.ids, at],
  );
  return Object.fromEntries(counts);
}

/** The same rows, counted: what an erasure would take. */
export async function countPersonalData(
  sql: Sql,
  person: Person,
): Promise<{ readonly [table: string]: number }> {
  const counts: [string, number][] = [];
  for (const [table, entry] of Object.entries<PersonalTable>(personalTables)) {
    const [row] = await sql.query<{ readonly count: number }>(
      `SELECT count(*)::int AS count FROM "${table}" AS t WHERE ${theirs(entry)}`,
      [person.ids, person.addresses],
    );
    if (row !== undefined && row.count > 0) counts.push([table, row.count]);
  }
  return Object.fromEntries(counts);
}

/** Everything stored of a person, table by table, as it is stored. */
export async function readPersonalData(
  sql: Sql,
  person: Person,
): Promise<{ readonly [table: string]: readonly unknown[] }> {
  const tables: [string, readonly unknown[]][] = [];
  for (const [table, entry] of Object.entries<PersonalTable>(personalTables)) {
    const rows = await sql.query<{ readonly row: unknown }>(
      `SELECT to_jsonb(t) AS row FROM "${table}" AS t WHERE ${theirs(entry)} ORDER BY 1`,
      [person.ids, person.addresses],
    );
    if (rows.length > 0) tables.push([table, rows.map(({ row }) => row)]);
  }
  return Object.fromEntries(tables);
}

export async function saveErasure(
  sql: Sql,
  { id, leadId, by, why, at, counts, keys }: Erasure & { readonly keys: readonly string[] },
): Promise<void> {
  await sql.run(
    `INSERT INTO erasure (id, lead_id, by, why, at, counts, keys)
     VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000.0), $6, $7::text[])`,
    [id, leadId, by, why, at, JSON.stringify(counts), keys],
  );
}

const selectErasure = 'SELECT id, lead_id AS "leadId", by, why, at, counts FROM erasure';

/** The last one of a lead that is named by its id, or of whoever was called this. */
export async function findErasure(sql: Sql, name: string): Promise<Erasure | undefined> {
  const [row] = await sql.query<Erasure>(
    `${selectErasure} WHERE keys @> ARRAY[${erasedKey('$1::text')}]
       OR lead_id = (SELECT m.canonical_id FROM lead m WHERE m.id = $2::uuid)
     ORDER BY at DESC, id DESC LIMIT 1`,
    [name, isId.test(name) ? name : null],
  );
  return row;
}

const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function erasingSql(table: string, entry: PersonalTable): string {
  const { erased } = entry;
  if (erased === 'delete') return `DELETE FROM "${table}" AS t WHERE ${theirs(entry)}`;
  const set = Object.entries(erased).map(([column, value]) => `"${column}" = ${value}`);
  return `UPDATE "${table}" AS t SET ${set.join(', ')} WHERE ${theirs(entry)}`;
}

/** Both values are named in every condition: Postgres wants to know their types. */
function theirs({ rows }: PersonalTable): string {
  return `($1::uuid[], $2::text[]) IS NOT NULL AND ${rows}`;
}

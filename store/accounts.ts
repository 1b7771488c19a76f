/**
 * Accounts: the companies that leads belong to. Locked after leads and before pools, in order of id.
 *
 * The row `domain:<domain>` is where addresses of a domain lead to. Once a `group` call claims the
 * domain it answers with that account (`canonical_id`), and so do the leads that were linked to it:
 * every read goes through it, so joining two is one update and moves no lead.
 */
import type { Account } from '../core/facts/lead.ts';
import { StaleRead, type Sql } from './client.ts';

export interface StoredAccount {
  /** As the row itself has it; where `canonicalId` is another, that one stands for it. */
  readonly account: Account & { readonly key: string };
  readonly canonicalId: string;
}

/** Rows to be changed, under their locks. */
export async function lockAccounts(
  sql: Sql,
  ids: readonly string[],
): Promise<readonly StoredAccount[]> {
  if (ids.length === 0) return [];
  const rows = await sql.query<AccountRow & { readonly canonicalId: string }>(
    `SELECT a.canonical_id AS "canonicalId", ${accountColumns} FROM account a
     WHERE a.id = ANY($1::uuid[]) ORDER BY a.id FOR UPDATE`,
    [ids],
  );
  return rows.map((row) => ({ account: accountOf(row), canonicalId: row.canonicalId }));
}

/** Where these ids lead to; read only, so that leads of one company do not wait for each other. */
export async function findAccounts(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Account>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<AccountRow & { readonly askedId: string }>(
    `SELECT g.id AS "askedId", ${accountColumns}
     FROM account g JOIN account a ON a.id = g.canonical_id WHERE g.id = ANY($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.askedId, accountOf(row)]));
}

export interface SavedAccount extends Account {
  readonly key: string;
  readonly canonicalId: string;
  /** Nobody knew it when this transaction looked: then there was no row to lock either. */
  readonly isNew: boolean;
}

export async function saveAccounts(sql: Sql, accounts: readonly SavedAccount[]): Promise<void> {
  await insertAccounts(
    sql,
    accounts.filter(({ isNew }) => isNew),
  );
  await updateAccounts(
    sql,
    accounts.filter(({ isNew }) => !isNew),
  );
}

/**
 * In order of id, so that two transactions with the same new companies wait for each other instead of
 * deadlocking. A row that is there already is not waited for: whoever met one begins anew.
 */
async function insertAccounts(sql: Sql, accounts: readonly SavedAccount[]): Promise<void> {
  if (accounts.length === 0) return;
  const inserted = await sql.run(
    `INSERT INTO account (id, canonical_id, key, name, domain, owner, owner_source, tags, traits)
     SELECT id, canonical_id, key, name, domain, owner, owner_source, tags, traits ${from}
     ORDER BY id ON CONFLICT DO NOTHING`,
    [JSON.stringify(accounts.map(rowOf))],
  );
  if (inserted < accounts.length) {
    throw new StaleRead('another transaction brought the same account: it must not be overwritten');
  }
}

async function updateAccounts(sql: Sql, accounts: readonly SavedAccount[]): Promise<void> {
  if (accounts.length === 0) return;
  await sql.run(
    `UPDATE account SET canonical_id = x.canonical_id, name = x.name, domain = x.domain, owner = x.owner,
       owner_source = x.owner_source, tags = x.tags, traits = x.traits ${from} WHERE account.id = x.id`,
    [JSON.stringify(accounts.map(rowOf))],
  );
}

const from = `FROM json_to_recordset($1::json) AS x(id uuid, canonical_id uuid, key text, name text, domain text,
  owner text, owner_source jsonb, tags text[], traits jsonb)`;

function rowOf({ canonicalId, ownerSource, ...account }: SavedAccount): object {
  const { id, key, name, domain, owner, tags, traits } = account;
  return {
    ...{ id, key, name, domain, owner, tags, traits },
    ...{ canonical_id: canonicalId, owner_source: ownerSource },
  };
}

/** Of the row `a`, each under a name that no column of a lead has. */
export const accountColumns = `a.id AS "accountId", a.key AS "accountKey", a.name AS "accountName",
  a.domain AS "accountDomain", a.owner AS "accountOwner", a.owner_source AS "accountOwnerSource",
  a.tags AS "accountTags", a.traits AS "accountTraits",
  (SELECT json_build_object('id', h.id, 'leadId', h.lead_id) FROM account c JOIN handoff h ON h.account_id = c.id
   WHERE c.canonical_id = a.id AND h.status = 'open' LIMIT 1) AS "accountHandoff"`;

export interface AccountRow {
  readonly accountId: string;
  readonly accountKey: string;
  readonly accountName: string | null;
  readonly accountDomain: string | null;
  readonly accountOwner: string | null;
  readonly accountOwnerSource: Account['ownerSource'] | null;
  readonly accountTags: readonly string[];
  readonly accountTraits: Account['traits'];
  readonly accountHandoff: Account['openHandoff'] | null;
}

export function accountOf(row: AccountRow): Account & { readonly key: string } {
  return {
    id: row.accountId,
    key: row.accountKey,
    ...(row.accountName === null ? {} : { name: row.accountName }),
    ...(row.accountDomain === null ? {} : { domain: row.accountDomain }),
    ...(row.accountOwner === null ? {} : { owner: row.accountOwner }),
    ...(row.accountOwnerSource ? { ownerSource: row.accountOwnerSource } : {}),
    tags: row.accountTags,
    traits: row.accountTraits,
    ...(row.accountHandoff ? { openHandoff: row.accountHandoff } : {}),
  };
}

/**
 * Accounts: the companies that leads belong to. Locked after leads and before pools, in order of id.
 */
import type { Account } from '../core/facts/lead.ts';
import { StaleRead, type Sql } from './client.ts';

export async function lockAccounts(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Account>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<{
    readonly id: string;
    readonly name: string | null;
    readonly domain: string | null;
    readonly owner: string | null;
    readonly tags: readonly string[];
    readonly traits: Account['traits'];
  }>(
    'SELECT id, name, domain, owner, tags, traits FROM account WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE',
    [ids],
  );
  return new Map(
    rows.map(({ id, name, domain, owner, tags, traits }) => [
      id,
      {
        id,
        ...(name === null ? {} : { name }),
        ...(domain === null ? {} : { domain }),
        ...(owner === null ? {} : { owner }),
        tags,
        traits,
      },
    ]),
  );
}

export interface SavedAccount extends Account {
  readonly key: string;
  /** Nobody knew it when this transaction looked: then there was no row to lock either. */
  readonly isNew: boolean;
}

export async function saveAccounts(sql: Sql, accounts: readonly SavedAccount[]): Promise<void> {
  if (accounts.length === 0) return;
  const written = await sql.query<{ readonly id: string; readonly isInserted: boolean }>(
    `INSERT INTO account (id, key, name, domain, owner, tags, traits)
     SELECT id, key, name, domain, owner, tags, traits
     FROM json_to_recordset($1::json) AS x(id uuid, key text, name text, domain text, owner text, tags text[],
       traits jsonb)
     ORDER BY id
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, domain = excluded.domain, owner = excluded.owner,
       tags = excluded.tags, traits = account.traits || excluded.traits
     RETURNING id, xmax = 0 AS "isInserted"`,
    [JSON.stringify(accounts)],
  );
  const inserted = new Map(written.map((row) => [row.id, row.isInserted]));
  if (accounts.some(({ id, isNew }) => isNew && inserted.get(id) === false)) {
    throw new StaleRead('another transaction brought the same account: it must not be overwritten');
  }
}

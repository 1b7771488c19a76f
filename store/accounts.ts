/**
 * Accounts: the companies that leads belong to. Locked after leads and before pools, in order of id.
 */
import type { Account } from '../core/facts/lead.ts';
import type { Sql } from './client.ts';

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

export async function saveAccounts(
  sql: Sql,
  accounts: readonly (Account & { readonly key: string })[],
): Promise<void> {
  if (accounts.length === 0) return;
  await sql.run(
    `INSERT INTO account (id, key, name, domain, owner, tags, traits)
     SELECT id, key, name, domain, owner, tags, traits
     FROM json_to_recordset($1::json) AS x(id uuid, key text, name text, domain text, owner text, tags text[],
       traits jsonb)
     ORDER BY id
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, domain = excluded.domain, owner = excluded.owner,
       tags = excluded.tags, traits = account.traits || excluded.traits`,
    [JSON.stringify(accounts)],
  );
}

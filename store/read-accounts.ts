/** Accounts for people: the most recently active first, and one by any of its names. Reads only. */
import type { Account } from '../core/facts/lead.ts';
import { accountColumns, accountOf, type AccountRow } from './accounts.ts';
import type { Sql } from './client.ts';

export interface AccountListing {
  readonly account: Account;
  readonly members: number;
  readonly lastActivityAt: number | null;
}
export interface AccountQuery {
  /** In its name or domain. */
  readonly search?: string;
  readonly limit: number;
  readonly after?: { readonly at: number; readonly id: string };
}

export async function listAccounts(
  sql: Sql,
  { search, limit, after }: AccountQuery,
): Promise<readonly AccountListing[]> {
  const rows = await sql.query<
    AccountRow & { readonly members: number; readonly lastActivityAt: number | null }
  >(
    `SELECT ${accountColumns}, s.members, s.last_activity_at AS "lastActivityAt"
     FROM account a CROSS JOIN LATERAL (
       SELECT count(l.id) AS members, max(l.last_activity_at) AS last_activity_at
       FROM account g LEFT JOIN lead l ON l.account_id = g.id AND l.canonical_id = l.id
       WHERE g.canonical_id = a.id) AS s
     WHERE a.canonical_id = a.id
       AND ($1::text IS NULL OR a.name ILIKE $1 OR a.domain ILIKE $1 OR a.key ILIKE $1)
       AND ($2::float8 IS NULL
            OR (coalesce(s.last_activity_at, 'epoch'), a.id) < (to_timestamp($2 / 1000.0), $3::uuid))
     ORDER BY coalesce(s.last_activity_at, 'epoch') DESC, a.id DESC LIMIT $4`,
    [
      search === undefined ? null : `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`,
      ...[after?.at ?? null, after?.id ?? null, limit],
    ],
  );
  return rows.map(({ members, lastActivityAt, ...row }) => ({
    ...{ account: accountOf(row), members, lastActivityAt },
  }));
}

/** By our id, by the id of a `group` call, or by domain; what stands for it now. */
export async function findAccount(sql: Sql, asked: string): Promise<Account | undefined> {
  const [row] = await sql.query<AccountRow>(
    `SELECT ${accountColumns} FROM account g JOIN account a ON a.id = g.canonical_id
     WHERE g.id::text = $1 OR g.key = $1 OR g.key = 'domain:' || lower($1) OR g.domain = lower($1)
     ORDER BY g.key = $1 DESC, g.key = 'domain:' || lower($1) DESC, a.id LIMIT 1`,
    [asked],
  );
  return row === undefined ? undefined : accountOf(row);
}

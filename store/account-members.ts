/**
 * Who else belongs to an account: the members of many accounts in one statement, as leads without
 * what hangs on them (`completeLeads` brings that for all leads of a batch together).
 *
 * It takes no locks: what a member does meanwhile reaches the others by a tick of its own.
 */
import type { Lead } from '../core/facts/lead.ts';
import type { Sql } from './client.ts';
import { completeLeads, leadColumns, leadOf, type LeadNeeds, type LeadRow } from './leads.ts';

export interface AccountMembers {
  readonly leads: readonly Lead[];
  /** All of them, loaded or not. */
  readonly count: number;
}

/**
 * So many members of one account are looked at, the most recently active first: a handful decides a
 * purchase, and a company with thousands of leads must not hold up whoever writes one event (measured
 * with 500 of 5,000: 160 ms for each event of a batch of one company, all spent on reading facts).
 */
const MEMBERS_MAX = 200;

export async function loadAccountMembers(
  sql: Sql,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, AccountMembers>> {
  if (accountIds.length === 0) return new Map();
  const rows = await sql.query<LeadRow & { readonly memberCount: number }>(
    `WITH member AS (
       SELECT l.id, count(*) OVER whole AS count,
         row_number() OVER (whole ORDER BY l.last_activity_at DESC NULLS LAST, l.id) AS place
       FROM account g JOIN lead l ON l.account_id = g.id AND l.canonical_id = l.id
       WHERE g.canonical_id = ANY($1::uuid[]) WINDOW whole AS (PARTITION BY g.canonical_id))
     SELECT member.count AS "memberCount", ${leadColumns}
     FROM member JOIN lead l ON l.id = member.id
     LEFT JOIN account g ON g.id = l.account_id LEFT JOIN account a ON a.id = g.canonical_id
     WHERE member.place <= $2 ORDER BY l.id`,
    [accountIds, MEMBERS_MAX],
  );
  const found = new Map<string, { leads: Lead[]; count: number }>();
  for (const row of rows) {
    const { accountId, memberCount: count } = row;
    if (accountId === null) continue;
    const known = found.get(accountId);
    if (known === undefined) found.set(accountId, { leads: [leadOf(row)], count });
    else known.leads.push(leadOf(row));
  }
  return found;
}

/** The leads with the other members of their accounts, for readers of facts outside ingest. */
export async function withMembers(
  sql: Sql,
  leads: readonly Lead[],
  needs: LeadNeeds,
): Promise<readonly Lead[]> {
  const ids = new Set(leads.flatMap(({ account }) => account?.id ?? []));
  const accounts = await loadAccountMembers(sql, [...ids]);
  const all = [...accounts.values()].flatMap((one) => one.leads);
  const complete = new Map(
    (await completeLeads(sql, all, needs)).map((lead) => [lead.id, lead] as const),
  );
  return leads.map((lead) => {
    const { account } = lead;
    if (account === undefined) return lead;
    const { leads: members = [], count = 1 } = accounts.get(account.id) ?? {};
    const others = members.flatMap(({ id }) => (id === lead.id ? [] : (complete.get(id) ?? [])));
    const isMore = count > others.length + 1;
    return { ...lead, account: { ...account, others, ...(isMore ? { memberCount: count } : {}) } };
  });
}

/**
 * Has the other members of an account looked at again: due at that instant, so many at a time, in
 * order of id. Returns the last one touched, `undefined` once there are no more.
 */
export async function makeMembersDue(
  sql: Sql,
  accountId: string,
  at: number,
  after: string | undefined,
): Promise<string | undefined> {
  const rows = await sql.query<{ readonly id: string }>(
    `WITH member AS (
       SELECT l.id FROM account g JOIN lead l ON l.account_id = g.id AND l.canonical_id = l.id
       WHERE g.canonical_id = $1::uuid AND ($3::uuid IS NULL OR l.id > $3::uuid)
       ORDER BY l.id LIMIT $4 FOR UPDATE OF l),
     due AS (
       UPDATE lead SET due_at = to_timestamp($2::float8 / 1000.0) FROM member
       WHERE lead.id = member.id AND (lead.due_at IS NULL OR lead.due_at > to_timestamp($2::float8 / 1000.0)))
     SELECT id FROM member ORDER BY id`,
    [accountId, at, after ?? null, DUE_AT_ONCE],
  );
  return rows.length < DUE_AT_ONCE ? undefined : rows.at(-1)?.id;
}

/** A few milliseconds of locks at a time. */
const DUE_AT_ONCE = 500;

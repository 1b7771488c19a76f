/**
 * What a batch has to know of accounts: the rows its events change (locked), those that leads without
 * an account are linked to by their address, and the other members where rules ask for them.
 *
 * At most three statements, whatever the batch, and none at all for leads that have their account and
 * say nothing of it. Locks are taken after leads and before pools, in order of id.
 */
import { accountOfDomain, accountToLink } from '../core/accounts/link.ts';
import { accountNeeds } from '../core/accounts/needs.ts';
import type { DecisionContext } from '../core/decision/context.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Account, Lead } from '../core/facts/lead.ts';
import { loadAccountMembers, type AccountMembers } from '../store/account-members.ts';
import { findAccounts, lockAccounts, type StoredAccount } from '../store/accounts.ts';
import { StaleRead, type Sql } from '../store/client.ts';
import type { IngestRequest } from './request.ts';

export interface LoadedAccounts {
  /** By their own id, locked. */
  readonly locked: ReadonlyMap<string, StoredAccount>;
  /** By the id that an address leads to; `undefined`: nobody has brought it yet. */
  readonly linked: ReadonlyMap<string, Account | undefined>;
  /** By account; absent where no rule asks for them. */
  readonly members?: ReadonlyMap<string, AccountMembers>;
}

/** A request with the lead it is about, as far as that is stored. */
interface Asked {
  readonly event: IngestRequest['event'];
  readonly lead: Lead | undefined;
}

export async function loadAccounts(
  sql: Sql,
  requests: readonly IngestRequest[],
  stored: readonly Lead[],
  leadIdOf: (request: number) => string | undefined,
  { release, plans }: DecisionContext,
): Promise<LoadedAccounts> {
  const leads = new Map(stored.map((lead) => [lead.id, lead]));
  const asked = requests.map(({ event }, index) => ({
    event,
    lead: leads.get(leadIdOf(index) ?? ''),
  }));
  const locked = await lockRows(sql, idsToLock(asked, release));
  const ids = idsToLink(asked, stored, release);
  const found = await findAccounts(sql, ids);
  const linked = new Map(ids.map((id) => [id, found.get(id)]));
  if (!accountNeeds(release, [...plans.values()]).ofMembers) return { locked, linked };
  const accountIds = new Set([
    ...stored.flatMap(({ account }) => account?.id ?? []),
    ...[...locked.values()].map(({ canonicalId }) => canonicalId),
    ...[...found.values()].map(({ id }) => id),
  ]);
  return { locked, linked, members: await loadAccountMembers(sql, [...accountIds].sort()) };
}

/** Those of `group` calls, what addresses of their domain lead to, and those a rep may come to own. */
function idsToLock(asked: readonly Asked[], release: Release): readonly string[] {
  const ids = asked.flatMap(({ event, lead }) => [
    event.account?.id,
    accountOfDomain(event.account?.domain, release)?.id,
    givesOwner.has(event.name) ? lead?.account?.id : undefined,
  ]);
  return [...new Set(ids.filter((id) => id !== undefined))].sort();
}
const givesOwner: ReadonlySet<string> = new Set(['Handoff Accepted', 'Rep Assigned']);

async function lockRows(sql: Sql, ids: readonly string[]): Promise<LoadedAccounts['locked']> {
  const rows = await lockAccounts(sql, ids);
  return new Map(rows.map((row) => [row.account.id, row]));
}

/** Of leads without an account, by the address they have or get. */
function idsToLink(
  asked: readonly Asked[],
  stored: readonly Lead[],
  release: Release,
): readonly string[] {
  const accounts = [
    ...stored.map((lead) => accountToLink(lead, lead.address, release)),
    ...asked.map(({ event, lead = {} }) => accountToLink(lead, event.address, release)),
  ];
  return [...new Set(accounts.flatMap((account) => account?.id ?? []))].sort();
}

/** Members that the batch is not about: what hangs on them is read together with its own leads. */
export function membersBeside(
  { members }: LoadedAccounts,
  stored: readonly Lead[],
): readonly Lead[] {
  const own = new Set(stored.map(({ id }) => id));
  const all = [...(members?.values() ?? [])].flatMap(({ leads }) => leads);
  return all.filter(({ id }) => !own.has(id));
}

/** The accounts with their members as `complete` has them. */
export function withMembers(loaded: LoadedAccounts, complete: readonly Lead[]): LoadedAccounts {
  if (loaded.members === undefined) return loaded;
  const leads = new Map(complete.map((lead) => [lead.id, lead]));
  const members = [...loaded.members].map(
    ([id, one]) =>
      [id, { ...one, leads: one.leads.map((lead) => leads.get(lead.id) ?? lead) }] as const,
  );
  return { ...loaded, members: new Map(members) };
}

/** An account that was joined to another one since its lead was read: begin anew. */
export function expectCanonical({ account, canonicalId }: StoredAccount): void {
  if (canonicalId !== account.id) throw new StaleRead('an account was joined to another meanwhile');
}

/**
 * One account for people: who is there, in which role, how engaged, and where its score comes from.
 *
 * Read as rules read it, by the same functions over the same members; shared by the API, the console
 * and `perennial account`.
 */
import { compiledAccounts } from '../core/accounts/compiled-accounts.ts';
import {
  accountFact,
  accountOwner,
  membersOf,
  namedAs,
  scoreParts,
  type AccountReading,
} from '../core/accounts/read-account.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Account, Lead } from '../core/facts/lead.ts';
import { factReader } from '../core/facts/read.ts';
import { eventNeeds, type Releases } from '../ingest/batch.ts';
import { loadAccountMembers } from '../store/account-members.ts';
import type { Sql } from '../store/client.ts';
import { completeLeads } from '../store/leads.ts';
import { findAccount } from '../store/read-accounts.ts';

export interface AccountMember {
  readonly lead: Lead;
  readonly role: string | undefined;
  readonly isEngaged: boolean;
  /** What it gives to the score; 0 for those beyond the best. */
  readonly points: number;
}
export interface AccountView {
  readonly account: Account;
  readonly release: Release;
  readonly now: number;
  readonly tier: string | undefined;
  readonly tags: readonly string[];
  readonly owner: string | undefined;
  /** Why it is named, if it is. */
  readonly named: string | undefined;
  /** The most engaged first. */
  readonly members: readonly AccountMember[];
  /** All of them, shown or not. */
  readonly count: number;
  readonly score: number;
  readonly scoreMax: number;
  readonly scoreWhy: string;
  readonly roles: readonly string[];
  readonly engagedRoles: readonly string[];
  readonly missing: readonly string[];
}

export interface AccountDeps {
  readonly sql: Sql;
  readonly releases: Pick<Releases, 'current'>;
  readonly clock: () => number;
}

/** By id, key or domain; `undefined` when there is none. */
export async function viewAccount(
  { sql, releases, clock }: AccountDeps,
  asked: string,
): Promise<AccountView | undefined> {
  const account = await findAccount(sql, asked);
  if (account === undefined) return undefined;
  const release = await releases.current();
  const now = clock();
  const known = (await loadAccountMembers(sql, [account.id])).get(account.id);
  const needs = { events: eventNeeds({ release, plans: new Map() }, now) };
  const leads = await completeLeads(sql, known?.leads ?? [], needs);
  return accountView(release, account, leads, known?.count ?? 0, now);
}

function accountView(
  release: Release,
  account: Account,
  leads: readonly Lead[],
  count: number,
  now: number,
): AccountView {
  const { rules } = compiledAccounts(release);
  const [first, ...others] = leads;
  const shared = {
    ...{ account, release, now, count },
    owner: accountOwner(release, account),
    named: namedAs(release, account)?.why,
    scoreMax: rules.score.max,
    scoreWhy: rules.score.why,
  };
  const lead = { ...first, account: { ...account, others } } as Lead;
  const readerOf = (one: Lead) => factReader(release, one, now);
  const reading: AccountReading = { release, lead, now, readerOf };
  const text = (fact: string) => accountFact(reading, fact, {});
  const list = (fact: string) => (first === undefined ? [] : (text(fact) as readonly string[]));
  const tier = text('account.tier');
  const tags = text('account.tags');
  const { score, parts } = first === undefined ? { score: 0, parts: [] } : scoreParts(reading);
  const points = new Map(parts.map((part) => [part.leadId, part.points]));
  const members = (first === undefined ? [] : membersOf(reading)).map((member) => ({
    lead: member.lead,
    role: member.role(),
    isEngaged: member.isEngaged(),
    points: points.get(member.lead.id) ?? 0,
  }));
  return {
    ...shared,
    tier: typeof tier === 'string' ? tier : undefined,
    tags: Array.isArray(tags) ? tags.map(String) : [],
    members: members.sort(
      (a, b) => b.points - a.points || (b.lead.lastActivityAt ?? 0) - (a.lead.lastActivityAt ?? 0),
    ),
    score,
    roles: list('account.roles'),
    engagedRoles: list('account.engagedRoles'),
    missing: first === undefined ? rules.committee : list('account.rolesMissing'),
  };
}

/** "buyer, champion – user missing". */
export function coverageWords({ roles, missing, release }: AccountView): string {
  const { roles: declared } = compiledAccounts(release).rules;
  if (declared.length === 0 && roles.length === 0) return 'no roles are declared';
  const known = roles.length === 0 ? 'nobody with a role' : roles.join(', ');
  return missing.length === 0 ? known : `${known} – ${missing.join(', ')} missing`;
}

/** "lena, who accepted the first lead": whose it is and how that came about. */
export function ownerWords(
  { account, owner, release }: AccountView,
  nameOf: (rep: string) => string,
): string {
  if (owner === undefined) return 'nobody yet';
  if (namedAs(release, account)?.owner !== undefined) return `${nameOf(owner)}, by the files`;
  const { ownerSource } = account;
  if (ownerSource?.by === 'accepted') return `${nameOf(owner)}, who accepted the first handoff`;
  return ownerSource === undefined ? `${nameOf(owner)}, as was sent` : `${nameOf(owner)}, by hand`;
}

/**
 * Answers the facts of accounts, for one lead at one instant.
 *
 * What all members say together is a function of what each of them is and did, and of the instant:
 * each is read for itself, without the account around it, so that every member finds the same answer
 * and no fact can ask for itself. Where the other members were not loaded such a fact is missing.
 */
import type { Release } from '../definitions/release.ts';
import type { Account, Lead } from '../facts/lead.ts';
import { ofType } from '../facts/traits.ts';
import type { FactValue, JsonObject, ReadFact } from '../rules/condition.ts';
import { isKnown } from '../rules/operators.ts';
import { valueAt } from '../rules/path.ts';
import { compiledAccounts } from './compiled-accounts.ts';
import { memberFactNames } from './catalogue.ts';
import type { AccountScore, NamedAccount } from './model.ts';

export interface AccountReading {
  readonly release: Release;
  readonly lead: Lead;
  readonly now: number;
  /** A reader of one member by itself. */
  readonly readerOf: (member: Lead) => ReadFact;
}

export function accountFact(reading: AccountReading, fact: string, params: JsonObject): FactValue {
  const { account } = reading.lead;
  if (account === undefined) return undefined;
  if (!memberFactNames.has(fact)) return ownFact(reading.release, account, fact);
  if (account.others === undefined) return undefined;
  return factOfMembers(reading, fact, params);
}

/** The role somebody has in a purchase: what was entered wins over what can be told from facts. */
export function roleOf(release: Release, lead: Lead, read: ReadFact, now: number): FactValue {
  const { roles } = compiledAccounts(release);
  const names = roles.map(({ role }) => role);
  // Where roles are declared nobody has another one, whatever was entered.
  const entered = ofType(
    lead.traits['buyingRole'],
    'choice',
    names.length === 0 ? undefined : names,
  );
  if (isKnown(entered)) return entered;
  return roles.find(({ condition }) => condition.holds(read, now))?.role;
}

/** The entry of `rules/accounts.json` that names the account, by key or by domain. */
export function namedAs(release: Release, { key, domain }: Account): NamedAccount | undefined {
  const { named } = compiledAccounts(release);
  return (key === undefined ? undefined : named.get(key)) ?? named.get(domain ?? '');
}

/** The rep all members belong to: the one the file names, else the one the account got. */
export function accountOwner(release: Release, account: Account | undefined): string | undefined {
  if (account === undefined) return undefined;
  return namedAs(release, account)?.owner ?? account.owner;
}

function ownFact(release: Release, account: Account, fact: string): FactValue {
  switch (fact) {
    case 'account.id':
      return account.id;
    case 'account.name':
      return account.name;
    case 'account.domain':
      return account.domain;
    case 'account.owner':
      return accountOwner(release, account);
    case 'account.tags':
      return [...new Set([...account.tags, ...(namedAs(release, account)?.tags ?? [])])];
    case 'account.tier':
      return namedAs(release, account)?.tier ?? ofType(account.traits['tier'], 'text');
    default:
      return valueAt(account.traits, fact.slice('account.'.length));
  }
}

function factOfMembers(reading: AccountReading, fact: string, params: JsonObject): FactValue {
  const members = membersOf(reading);
  switch (fact) {
    case 'account.members':
      return Math.max(members.length, reading.lead.account?.memberCount ?? 0);
    case 'account.engagedMembers':
      return members.filter((member) => member.isEngaged()).length;
    case 'account.roles':
      return rolesAmong(members);
    case 'account.engagedRoles':
      return rolesAmong(members.filter((member) => member.isEngaged()));
    case 'account.rolesMissing': {
      const { committee } = compiledAccounts(reading.release).rules;
      const known = new Set(rolesAmong(members));
      return committee.filter((role) => !known.has(role));
    }
    case 'account.eventCount':
      return eventCount(members, params);
    case 'account.intent':
      return reading.readerOf(asOneLead(reading.lead))('intent', params);
    case 'account.intentSurge':
      return reading.readerOf(asOneLead(reading.lead))('intentSurge', params);
    case 'account.score':
      return scoreParts(reading).score;
    default:
      return undefined;
  }
}

/** What each member gives to the score, most first, and the sum. */
export function scoreParts(reading: AccountReading): {
  readonly score: number;
  readonly parts: readonly { readonly leadId: string; readonly points: number }[];
} {
  const { score } = compiledAccounts(reading.release).rules;
  const parts = membersOf(reading)
    .map((member) => ({ leadId: member.lead.id, points: member.points() }))
    .filter(({ points }) => points !== 0)
    .sort((a, b) => b.points - a.points || (a.leadId < b.leadId ? -1 : 1))
    .slice(0, score.members);
  return {
    score: sumOfPoints(
      parts.map(({ points }) => points),
      score,
    ),
    parts,
  };
}

export function sumOfPoints(points: readonly number[], { max, members }: AccountScore): number {
  const best = [...points].sort((a, b) => b - a).slice(0, members);
  return Math.min(
    max,
    best.reduce((total, one) => total + one, 0),
  );
}

/** One member of an account as its facts need it, each answer found once per instant. */
export interface Member {
  readonly lead: Lead;
  readonly read: ReadFact;
  readonly role: () => string | undefined;
  readonly isEngaged: () => boolean;
  /** What it gives to the score of the account. */
  readonly points: () => number;
}

/** All members, the lead among them, in order of id. */
export function membersOf(reading: AccountReading): readonly Member[] {
  const { lead } = reading;
  const { others = [] } = lead.account ?? {};
  return [alone(lead), ...others]
    .map((one) => memberOf(reading, one))
    .sort((a, b) => (a.lead.id < b.lead.id ? -1 : 1));
}

/** Everything all members did, as if one of them had: what a whole company is interested in. */
export function asOneLead(lead: Lead): Lead {
  const { account } = lead;
  if (account?.others === undefined) return lead;
  const known = companies.get(account);
  if (known?.of === lead) return known.company;
  const members = [lead, ...account.others];
  const company = {
    ...alone(lead),
    bornAt: Math.min(...members.map(({ bornAt }) => bornAt)),
    events: members
      .flatMap(({ events }) => events)
      .sort((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1)),
  };
  companies.set(account, { of: lead, company });
  return company;
}
const companies = new WeakMap<Account, { readonly of: Lead; readonly company: Lead }>();

/** The lead as other members see it. */
export function alone(lead: Lead): Lead {
  if (lead.account?.others === undefined) return lead;
  const known = lonely.get(lead);
  if (known !== undefined) return known;
  const { others: _others, ...account } = lead.account;
  const made = { ...lead, account };
  lonely.set(lead, made);
  return made;
}
const lonely = new WeakMap<Lead, Lead>();

interface KnownMember {
  readonly release: Release;
  readonly now: number;
  readonly member: Member;
}
const members = new WeakMap<Lead, KnownMember>();

function memberOf({ release, now, readerOf }: AccountReading, lead: Lead): Member {
  const known = members.get(lead);
  if (known?.now === now && known.release === release) return known.member;
  const read = once(() => readerOf(lead));
  const { rules, engaged } = compiledAccounts(release);
  const { model, score, atMost } = rules.score.fromEach;
  const member: Member = {
    lead,
    read: (fact, params) => read()(fact, params),
    role: once(() => {
      const role = read()('buyingRole');
      return typeof role === 'string' ? role : undefined;
    }),
    isEngaged: once(() => lead.lastActivityAt !== undefined && engaged.holds(read(), now)),
    points: once(() => {
      const points = read()(score === 'fit' ? 'fitScore' : 'engagementScore', { model });
      return typeof points === 'number' ? Math.max(0, Math.min(atMost, points)) : 0;
    }),
  };
  members.set(lead, { release, now, member });
  return member;
}

function once<Value>(find: () => Value): () => Value {
  let found: { readonly value: Value } | undefined;
  return () => (found ??= { value: find() }).value;
}

function rolesAmong(among: readonly Member[]): readonly string[] {
  return [...new Set(among.flatMap((member) => member.role() ?? []))].sort();
}

function eventCount(among: readonly Member[], params: JsonObject): FactValue {
  if (typeof params['event'] !== 'string') return undefined;
  return among.reduce((sum, { read }) => sum + Number(read('eventCount', params) ?? 0), 0);
}

/**
 * The accounts of a batch while it is folded: what one event changes of a company, the next one sees,
 * whichever of its people it is about. Leads are linked here, accounts of one domain joined, and whose
 * other members have to be looked at again is noted.
 *
 * It reads no database and writes none; `load-accounts.ts` fills it, `batch.ts` stores what it gathered.
 */
import { memberFactNames } from '../core/accounts/catalogue.ts';
import { accountOfDomain, accountToLink } from '../core/accounts/link.ts';
import { accountNeeds } from '../core/accounts/needs.ts';
import { accountFact, alone } from '../core/accounts/read-account.ts';
import type { DecisionContext } from '../core/decision/context.ts';
import type { IncomingEvent } from '../core/decision/decision.ts';
import type { Account, Lead } from '../core/facts/lead.ts';
import { factReader } from '../core/facts/read.ts';
import type { FactNeed } from '../core/rules/compile.ts';
import type { SavedAccount } from '../store/accounts.ts';
import { expectCanonical, type LoadedAccounts } from './load-accounts.ts';

export interface AccountWorld {
  /** The account that a `group` call speaks of, as it is after it. */
  said(event: IncomingEvent, key: string | undefined): IncomingEvent;
  /** The account of a lead as this event finds it; by its address when it has none. */
  of(lead: Lead, event: IncomingEvent, address: string | undefined): Account | undefined;
  /** The account with all its members but this lead. */
  seenBy(leadId: string, account: Account): Account;
  keep(before: Lead, after: Lead, event: IncomingEvent): void;
  /** A lead that is another one from now on; `into` is that one as it was before. */
  merged(lost: Lead, into: Lead, kept: Lead, at: number): void;
  readonly saved: () => readonly SavedAccount[];
  /** Handoffs that are the one of an account from now on: handoff → account. */
  readonly bound: ReadonlyMap<string, string>;
  /** Accounts whose members have to be looked at again, and since when. */
  readonly told: ReadonlyMap<string, number>;
}

interface State {
  readonly context: DecisionContext;
  readonly loaded: LoadedAccounts;
  /** As the last event left them, by the id that stands for them. */
  readonly accounts: Map<string, Account>;
  /** Of rows that answer with another account. */
  readonly standsFor: Map<string, string>;
  readonly changed: Set<string>;
  /** Of those, the ones that no row stands for yet. */
  readonly fresh: Set<string>;
  readonly members: Map<string, Map<string, Lead>>;
  readonly told: Map<string, number>;
  readonly bound: Map<string, string>;
  readonly watched: readonly FactNeed[];
}

export function createAccountWorld(context: DecisionContext, loaded: LoadedAccounts): AccountWorld {
  const state = stateOf(context, loaded);
  return {
    said: (event, key) => said(state, event, key),
    of: (lead, event, address) => accountFor(state, lead, event, address),
    seenBy: (leadId, account) => seenBy(state, leadId, account),
    keep: (before, after, event) => keep(state, before, after, event),
    merged: (lost, into, kept, at) => merged(state, { lost, into, kept }, at),
    saved: () => savedRows(state),
    bound: state.bound,
    told: state.told,
  };
}

function stateOf(context: DecisionContext, loaded: LoadedAccounts): State {
  const accounts = new Map<string, Account>();
  const standsFor = new Map<string, string>();
  for (const [id, account] of loaded.linked) {
    if (account === undefined) continue;
    accounts.set(account.id, account);
    if (account.id !== id) standsFor.set(id, account.id);
  }
  // What was read under a lock is newer.
  for (const [id, { account, canonicalId }] of loaded.locked) {
    if (canonicalId === id) accounts.set(id, account);
    else standsFor.set(id, canonicalId);
  }
  const members = new Map(
    [...(loaded.members ?? [])].map(([id, { leads }]) => [
      id,
      new Map(leads.map((lead) => [lead.id, lead])),
    ]),
  );
  const { watched } = accountNeeds(context.release, [...context.plans.values()]);
  const told = new Map<string, number>();
  return {
    context,
    loaded,
    accounts,
    standsFor,
    changed: new Set(),
    fresh: new Set(),
    members,
    told,
    bound: new Map(),
    watched,
  };
}

function canonical({ standsFor }: State, id: string): string {
  return standsFor.get(id) ?? id;
}

function said(state: State, event: IncomingEvent, key: string | undefined): IncomingEvent {
  if (event.account === undefined) return event;
  const { id } = event.account;
  const known = state.accounts.get(id);
  const account = mergeAccount(known, { ...event.account, key: key ?? known?.key ?? id });
  if (!state.loaded.locked.has(id)) state.fresh.add(id);
  change(state, claimDomain(state, account), event);
  return { ...event, account: state.accounts.get(id) ?? account };
}

/** Whoever says first that a domain is its own gets the leads that were linked by it, and all later ones. */
function claimDomain(state: State, account: Account): Account {
  const { accounts, standsFor, members, changed, fresh, loaded } = state;
  const ofDomain = accountOfDomain(account.domain, state.context.release);
  if (ofDomain === undefined || canonical(state, ofDomain.id) !== ofDomain.id) return account;
  const known = accounts.get(ofDomain.id);
  const isNew = !loaded.locked.has(ofDomain.id) && (known === undefined || fresh.has(ofDomain.id));
  // What an earlier call said without a lock of its row is left for the next one.
  if (!isNew && !loaded.locked.has(ofDomain.id)) return account;
  standsFor.set(ofDomain.id, account.id);
  accounts.set(ofDomain.id, known ?? ofDomain);
  changed.add(ofDomain.id);
  if (isNew) fresh.add(ofDomain.id);
  const joined = members.get(ofDomain.id);
  members.delete(ofDomain.id);
  members.set(account.id, new Map([...(members.get(account.id) ?? []), ...(joined ?? [])]));
  return known === undefined ? account : joinedWith(account, known);
}

/** What was said by `group` calls wins; what the domain's own account knew fills the gaps. */
function joinedWith(account: Account, ofDomain: Account): Account {
  const { key: _key, id: _id, ...known } = ofDomain;
  return {
    ...known,
    ...account,
    tags: [...new Set([...ofDomain.tags, ...account.tags])],
    traits: { ...ofDomain.traits, ...account.traits },
  };
}

function mergeAccount(known: Account | undefined, said: Account): Account {
  if (known === undefined) return said;
  const { ownerSource, ...rest } = known;
  const isSameOwner = said.owner === undefined || said.owner === known.owner;
  return {
    ...rest,
    ...(isSameOwner && ownerSource !== undefined ? { ownerSource } : {}),
    ...said,
    tags: [...new Set([...known.tags, ...said.tags])],
    traits: { ...known.traits, ...said.traits },
  };
}

function accountFor(
  state: State,
  lead: Lead,
  event: IncomingEvent,
  address: string | undefined,
): Account | undefined {
  if (lead.account !== undefined) {
    const id = canonical(state, lead.account.id);
    const { others: _others, memberCount: _count, ...read } = lead.account;
    return seenBy(state, lead.id, state.accounts.get(id) ?? { ...read, id });
  }
  if (event.account !== undefined) return undefined;
  const wanted = accountToLink(lead, address, state.context.release);
  if (wanted === undefined) return undefined;
  const id = canonical(state, wanted.id);
  const known = state.accounts.get(id);
  if (known !== undefined) return seenBy(state, lead.id, known);
  if (!state.loaded.linked.has(wanted.id)) return undefined;
  state.accounts.set(id, wanted);
  state.changed.add(id);
  state.fresh.add(id);
  return seenBy(state, lead.id, wanted);
}

function seenBy(state: State, leadId: string, account: Account): Account {
  if (state.loaded.members === undefined) return account;
  const members = state.members.get(account.id) ?? new Map<string, Lead>();
  const others = [...members.values()].filter(({ id }) => id !== leadId);
  const memberCount = state.loaded.members.get(account.id)?.count ?? 0;
  return { ...account, others, ...(memberCount > members.size ? { memberCount } : {}) };
}

function keep(state: State, before: Lead, after: Lead, event: IncomingEvent): void {
  if (after.account === undefined) return;
  leaveWithHandoff(state, before, after);
  const { others: _others, memberCount: _count, ...own } = after.account;
  const known = state.accounts.get(own.id);
  const account = withHandoff(state, { ...(known ?? own), ...ownerOf(own) }, before, after);
  const ownerBefore = known === undefined ? before.account?.owner : known.owner;
  if (ownerBefore === own.owner) state.accounts.set(own.id, account);
  else change(state, account, event);
  keepMember(state, before, after, event);
}

function ownerOf({ owner, ownerSource }: Account): Pick<Account, 'owner' | 'ownerSource'> {
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(ownerSource === undefined ? {} : { ownerSource }),
  };
}

/**
 * Of the handoffs of its members one at most is open. Whoever comes with one, or still has one when
 * that is over, brings it to the account.
 */
function withHandoff(
  { bound }: State,
  account: Account,
  before: Lead,
  { id: leadId, handoff }: Lead,
): Account {
  if (handoff === undefined) return account;
  const { openHandoff, ...rest } = account;
  const isOwn = openHandoff?.id === handoff.id || openHandoff?.id === before.handoff?.id;
  if (openHandoff !== undefined && !isOwn) return account;
  if (handoff.status !== 'open') return rest;
  if (openHandoff?.id !== handoff.id) bound.set(handoff.id, account.id);
  return { ...rest, openHandoff: { id: handoff.id, leadId } };
}

/** Its open handoff goes with a lead that goes to another account. */
function leaveWithHandoff(state: State, { account }: Lead, after: Lead): void {
  if (account === undefined) return;
  const id = canonical(state, account.id);
  if (id !== after.account?.id) closeFor(state, id, account, after.handoff?.id);
}

function closeFor(
  { accounts }: State,
  id: string,
  read: Account,
  handoffId: string | undefined,
): void {
  const { others: _others, memberCount: _count, ...known } = accounts.get(id) ?? { ...read, id };
  const { openHandoff, ...rest } = known;
  if (openHandoff !== undefined && openHandoff.id === handoffId) accounts.set(id, rest);
}

interface Joined {
  readonly lost: Lead;
  readonly into: Lead;
  readonly kept: Lead;
}

/** What the survivor says of its account now is seen when the event itself is kept. */
function merged(state: State, { lost, into, kept }: Joined, at: number): void {
  for (const one of [lost, into]) {
    if (one.account === undefined || one.handoff === undefined) continue;
    const isOver = one.handoff.id !== kept.handoff?.id || one.account.id !== kept.account?.id;
    if (isOver) closeFor(state, canonical(state, one.account.id), one.account, one.handoff.id);
  }
  if (lost.account === undefined || state.loaded.members === undefined) return;
  const id = canonical(state, lost.account.id);
  state.members.get(id)?.delete(lost.id);
  tell(state, id, at);
}

/** Stored at the end, and its members are looked at again when a fact that rules watch is another one. */
function change(state: State, account: Account, event: IncomingEvent): void {
  const known = state.accounts.get(account.id);
  const locked = state.loaded.locked.get(account.id);
  if (locked !== undefined) expectCanonical(locked);
  state.accounts.set(account.id, account);
  state.changed.add(account.id);
  if (known === undefined || event.historical === true) return;
  const own = state.watched.filter(({ fact }) => !memberFactNames.has(fact));
  const isSame =
    valuesOf(state, own, known, event.receivedAt) ===
    valuesOf(state, own, account, event.receivedAt);
  if (!isSame) tell(state, account.id, event.receivedAt);
}

function keepMember(state: State, before: Lead, after: Lead, event: IncomingEvent): void {
  const { members, loaded } = state;
  const { account } = after;
  if (loaded.members === undefined || account === undefined) return;
  const left = before.account === undefined ? undefined : canonical(state, before.account.id);
  if (left !== undefined && left !== account.id) {
    members.get(left)?.delete(after.id);
    tell(state, left, event.receivedAt);
  }
  const known = members.get(account.id) ?? new Map<string, Lead>();
  const was = known.get(after.id);
  members.set(account.id, known.set(after.id, alone(after)));
  const witness = [...known.values()].find(({ id }) => id !== after.id);
  if (witness === undefined || event.historical === true) return;
  const others = [...known.values()].filter(({ id }) => id !== after.id && id !== witness.id);
  const watched = state.watched.filter(({ fact }) => memberFactNames.has(fact));
  const seen = (lead: Lead | undefined): string => {
    const all = lead === undefined ? others : [...others, lead];
    return valuesOf(state, watched, { ...account, others: all }, event.receivedAt, witness);
  };
  if (seen(was) !== seen(alone(after))) tell(state, account.id, event.receivedAt);
}

function valuesOf(
  { context: { release } }: State,
  facts: readonly FactNeed[],
  account: Account,
  now: number,
  witness?: Lead,
): string {
  const lead = { ...witness, account } as Lead;
  const readerOf = (member: Lead) => factReader(release, member, now);
  return JSON.stringify(
    facts.map(
      ({ fact, params = {} }) =>
        accountFact({ release, lead, now, readerOf }, fact, params) ?? null,
    ),
  );
}

function tell({ told }: State, accountId: string, at: number): void {
  told.set(accountId, Math.max(told.get(accountId) ?? 0, at));
}

function savedRows({
  changed,
  fresh,
  accounts,
  standsFor,
  loaded,
}: State): readonly SavedAccount[] {
  return [...changed].flatMap((id) => {
    const account = accounts.get(id);
    if (account === undefined) return [];
    const { openHandoff: _handoff, others: _others, memberCount: _count, ...row } = account;
    const isNew = !loaded.locked.has(id);
    // Known, and nobody holds its lock: whoever changes it next will see it.
    if (isNew && !fresh.has(id)) return [];
    return [{ ...row, key: row.key ?? id, canonicalId: standsFor.get(id) ?? id, isNew }];
  });
}

/**
 * The fold of a batch in memory: leads, accounts and permissions as they are loaded, carried forward
 * event by event with `decide`. What one event changes the next one sees, also on another lead of the
 * same account or address, so that batching never changes a result.
 *
 * It reads no database and writes none; `batch.ts` fills it and stores what it gathered.
 */
import { bornLead } from '../core/decision/birth.ts';
import { addressAfter } from '../core/decision/apply-event.ts';
import type { DecisionContext } from '../core/decision/context.ts';
import { decide } from '../core/decision/decide.ts';
import type { Decision, IncomingEvent } from '../core/decision/decision.ts';
import type { Release } from '../core/definitions/release.ts';
import { summarise } from '../core/decision/summarise.ts';
import type { Consent, EmailCheck, Lead, Preferences, Suppression } from '../core/facts/lead.ts';
import type { SavedAccount } from '../store/accounts.ts';
import { createAccountWorld, type AccountWorld } from './account-world.ts';
import type { LoadedAccounts } from './load-accounts.ts';
import type { Permissions } from '../store/consent.ts';
import type { MergeAt, MergeCandidate } from '../store/identities.ts';
import type { SavedLead } from '../store/leads.ts';
import type { Changes } from './changes.ts';
import { endingsOf, mergeLead, recordOf, type Endings } from './merge.ts';
import { tickOf, type IngestAnswer, type IngestRequest } from './request.ts';
import type { PlannedMerge, Resolution } from './resolve.ts';

/** One folded event, kept for the second opinion. */
export interface FoldedEvent {
  readonly event: IncomingEvent;
  readonly lead: Lead;
  readonly decisions: readonly Decision[];
  /** Of the stored decisions, in the same order. */
  readonly decisionIds: readonly string[];
}

export interface Loaded {
  readonly people: readonly SavedLead[];
  readonly accounts: LoadedAccounts;
  readonly permissions: Permissions;
  readonly context: DecisionContext;
  readonly born: ReadonlySet<string>;
}

export interface Fold {
  add(request: IngestRequest, resolution: Resolution): IngestAnswer;
  /** Leads to be stored, merged ones included. */
  readonly leads: () => readonly SavedLead[];
  readonly accounts: () => readonly SavedAccount[];
  /** Accounts whose members have to be looked at again, and since when. */
  readonly accountsTold: () => ReadonlyMap<string, number>;
  /** Handoffs that are the one of an account from now on: handoff → account. */
  readonly handoffsBound: () => ReadonlyMap<string, string>;
  readonly merges: readonly MergeAt[];
  readonly candidates: readonly MergeCandidate[];
  readonly folded: readonly FoldedEvent[];
}

/** A lead that is due again at once, that often in a row, is left to the clock. */
const ticksMax = 32;

export function createFold(loaded: Loaded, changes: Changes): Fold {
  const world: World = {
    context: loaded.context,
    born: loaded.born,
    changes,
    people: new Map(loaded.people.map((saved) => [saved.lead.id, saved])),
    accounts: createAccountWorld(loaded.context, loaded.accounts),
    consents: new Map(loaded.permissions.consents),
    suppressions: new Map(loaded.permissions.suppressions),
    preferences: new Map(loaded.permissions.preferences),
    emailChecks: new Map(loaded.permissions.emailChecks),
    touched: new Set(),
    merges: [],
    candidates: [],
    folded: [],
  };
  const { people, accounts, touched, merges, candidates, folded } = world;
  return {
    add: (request, resolution) => addRequest(world, request, resolution),
    leads: () => [...touched].flatMap((id) => people.get(id) ?? []),
    accounts: accounts.saved,
    accountsTold: () => accounts.told,
    handoffsBound: () => accounts.bound,
    merges,
    candidates,
    folded,
  };
}

/** Everything the batch is about, as the last folded event left it. */
interface World {
  readonly context: DecisionContext;
  readonly born: ReadonlySet<string>;
  readonly changes: Changes;
  readonly people: Map<string, SavedLead>;
  readonly accounts: AccountWorld;
  readonly consents: Map<string, readonly Consent[]>;
  readonly suppressions: Map<string, readonly Suppression[]>;
  readonly preferences: Map<string, Preferences>;
  readonly emailChecks: Map<string, EmailCheck>;
  readonly touched: Set<string>;
  readonly merges: MergeAt[];
  readonly candidates: MergeCandidate[];
  readonly folded: FoldedEvent[];
}

function addRequest(world: World, request: IngestRequest, resolution: Resolution): IngestAnswer {
  const said = saidIn(request, resolution);
  const event = world.accounts.said(said, request.accountKey);
  const isMerging = resolution.merges.length > 0;
  const before = isMerging ? personOf(world, resolution.leadId, event).lead : undefined;
  const endings = resolution.merges.map((one) => merge(world, one, event));
  for (const pair of resolution.listed) world.candidates.push({ ...pair, at: event.receivedAt });
  let saved = personOf(world, resolution.leadId, event);
  for (let ticks = 0; isDueBefore(saved.lead, event) && ticks < ticksMax; ticks += 1) {
    saved = foldOne(world, saved, tickOf(saved.lead.id, saved.lead.dueAt).event).saved;
  }
  if (event.type === 'tick' && saved.lead.dueAt !== event.receivedAt) {
    // Somebody else has ticked it, or an event moved the instant: nothing is left to ask.
    const nothing = { lead: saved.lead, decisions: [], effects: [] };
    return answerOf(event, saved.lead, summarise(nothing));
  }
  world.candidates.push(...askedToMerge(saved.lead, event, world.context.release));
  const { ownId } = resolution;
  return foldOne(world, saved, event, { before, endings, ownId }).answer;
}

/** What belongs to an event beside the lead: the merges that it brought about come first. */
interface Beside {
  /** The lead before them: what they do to its scores is this event's doing. */
  readonly before?: Lead | undefined;
  readonly endings?: readonly Endings[];
  readonly ownId?: string | undefined;
}

function foldOne(
  world: World,
  { lead: known, scores, stored }: SavedLead,
  event: IncomingEvent,
  { before, endings = [], ownId }: Beside = {},
) {
  const found = current(world, known, event);
  const own = decide(found, withMembers(world, known.id, event), world.context, before);
  const decisions = [...endings.flatMap((one) => one.decisions), ...own.decisions];
  const effects = [...endings.flatMap((one) => one.effects), ...own.effects];
  const { lead } = own;
  world.accounts.keep(known, lead, event);
  const decided = { lead, decisions, effects };
  if (lead.address !== undefined) {
    world.consents.set(lead.address, lead.consents);
    world.suppressions.set(lead.address, lead.suppressions);
    if (lead.preferences !== undefined) world.preferences.set(lead.address, lead.preferences);
    if (lead.emailCheck !== undefined) world.emailChecks.set(lead.address, lead.emailCheck);
  }
  const answer = answerOf(event, lead, summarise(decided));
  const decisionIds = world.changes.add({
    ...{ event, lead, decisions, effects, answer },
    ...(ownId === undefined ? {} : { ownId }),
  });
  world.folded.push({ event, lead, decisions, decisionIds });
  const scored = scoresIn(decisions);
  const saved = keep(world, {
    lead,
    scores: scored.length === 0 ? scores : { ...scores, ...Object.fromEntries(scored) },
    ...(stored === undefined ? {} : { stored }),
  });
  return { saved, answer };
}

function personOf({ people, born, context }: World, id: string, event: IncomingEvent): SavedLead {
  const known = people.get(id);
  if (known !== undefined) return known;
  if (!born.has(id)) throw new Error(`lead ${id} was not loaded`);
  const bornAt = Math.min(event.occurredAt, event.receivedAt);
  return { lead: bornLead({ id, bornAt }, context.release.qualification), scores: {} };
}

function keep({ people, touched }: World, saved: SavedLead): SavedLead {
  people.set(saved.lead.id, saved);
  touched.add(saved.lead.id);
  return saved;
}

function merge(world: World, planned: PlannedMerge, event: IncomingEvent): Endings {
  const { merges, context } = world;
  const { from, into } = planned;
  const [lost, kept] = [keep(world, personOf(world, from, event)), personOf(world, into, event)];
  const at = event.receivedAt;
  const { lead, ...ended } = mergeLead(kept.lead, lost.lead, context.release, at);
  keep(world, { lead, scores: { ...lost.scores, ...kept.scores } });
  world.accounts.merged(lost.lead, kept.lead, lead, at);
  // Whoever was merged into the one that goes now goes along: one update must do for all.
  for (const [index, one] of merges.entries()) {
    if (one.into === from) merges[index] = { ...one, into };
  }
  merges.push({ from, into, at, record: recordOf(planned, event, kept.lead, lead) });
  return endingsOf(ended, { at, seq: lead.seq + 1 });
}

/** A rep says that this lead is one we know: a person decides. */
function askedToMerge(
  lead: Lead,
  event: IncomingEvent,
  release: Release,
): readonly MergeCandidate[] {
  if (event.name !== 'Handoff Rejected') return [];
  const { reason, otherLeadId } = event.properties;
  const asks = release.rejectReasons.find(({ id }) => id === reason)?.then.merge === 'ask';
  if (!asks || typeof otherLeadId !== 'string' || otherLeadId === lead.id) return [];
  return [{ leadIds: [lead.id, otherLeadId], because: 'rep-says-duplicate', at: event.receivedAt }];
}

/** The account that the event brings, with its other members. */
function withMembers({ accounts }: World, leadId: string, event: IncomingEvent): IncomingEvent {
  const { account } = event;
  return account === undefined ? event : { ...event, account: accounts.seenBy(leadId, account) };
}

/** The lead with what other leads of the batch changed: its account, and what its address allows. */
function current(world: World, lead: Lead, event: IncomingEvent): Lead {
  const address = addressAfter(lead, event, world.context.release);
  const account = world.accounts.of(lead, event, address);
  const { emailCheck: _ofEarlier, preferences: _ofEarlierToo, ...rest } = lead;
  const emailCheck = address === undefined ? undefined : world.emailChecks.get(address);
  const preferences = address === undefined ? undefined : world.preferences.get(address);
  return {
    ...rest,
    ...(account === undefined ? {} : { account }),
    ...(emailCheck === undefined ? {} : { emailCheck }),
    ...(preferences === undefined ? {} : { preferences }),
    ...(address === undefined
      ? {}
      : {
          consents: world.consents.get(address) ?? [],
          suppressions: world.suppressions.get(address) ?? [],
        }),
  };
}

/** Time is an input: what the clock alone changes before an event is decided before it. */
function isDueBefore(lead: Lead, event: IncomingEvent): lead is Lead & { readonly dueAt: number } {
  if (lead.dueAt === undefined) return false;
  return event.type === 'tick' ? lead.dueAt < event.receivedAt : lead.dueAt <= event.receivedAt;
}

/** An address that is another lead's, or that a merge by hand has put behind the lead's own. */
function saidIn({ event }: IngestRequest, { dropsAddress, keepsAddress }: Resolution) {
  if (dropsAddress) return withoutAddress(event);
  const { address } = event;
  if (keepsAddress !== true || address === undefined) return event;
  return { ...withoutAddress(event), concerns: address };
}

function withoutAddress(event: IncomingEvent): IncomingEvent {
  const { address: _address, ...rest } = event;
  return rest;
}

function scoresIn(decisions: readonly Decision[]): readonly (readonly [string, unknown])[] {
  return decisions.flatMap((decision) =>
    decision.kind === 'score' ? [[decision.model, decision.after] as const] : [],
  );
}

function answerOf(
  event: IncomingEvent,
  lead: Lead,
  answer: ReturnType<typeof summarise>,
): IngestAnswer {
  return { eventId: event.id, messageId: event.messageId, leadId: lead.id, ...answer };
}

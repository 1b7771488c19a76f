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
import { summarise } from '../core/decision/summarise.ts';
import type { Account, Consent, Lead, Suppression } from '../core/facts/lead.ts';
import type { Permissions } from '../store/consent.ts';
import type { Merge, MergeCandidate } from '../store/identities.ts';
import type { SavedLead } from '../store/leads.ts';
import type { Changes } from './changes.ts';
import { mergeLead } from './merge.ts';
import { tickOf, type IngestAnswer, type IngestRequest } from './request.ts';
import type { Resolution } from './resolve.ts';

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
  readonly accounts: ReadonlyMap<string, Account>;
  readonly permissions: Permissions;
  readonly context: DecisionContext;
  readonly born: ReadonlySet<string>;
}

export interface Fold {
  add(request: IngestRequest, resolution: Resolution): IngestAnswer;
  /** Leads to be stored, merged ones included. */
  readonly leads: () => readonly SavedLead[];
  readonly accounts: () => readonly (Account & { readonly key: string })[];
  readonly merges: readonly Merge[];
  readonly candidates: readonly MergeCandidate[];
  readonly folded: readonly FoldedEvent[];
}

/** A lead that is due again at once, that often in a row, is left to the clock. */
const ticksMax = 32;

export function createFold(loaded: Loaded, changes: Changes): Fold {
  const { context, born } = loaded;
  const people = new Map(loaded.people.map((saved) => [saved.lead.id, saved]));
  const accounts = new Map(loaded.accounts);
  const accountKeys = new Map<string, string>();
  const consents = new Map<string, readonly Consent[]>(loaded.permissions.consents);
  const suppressions = new Map<string, readonly Suppression[]>(loaded.permissions.suppressions);
  const touched = new Set<string>();
  const merges: Merge[] = [];
  const candidates: MergeCandidate[] = [];
  const folded: FoldedEvent[] = [];

  const personOf = (id: string, event: IncomingEvent): SavedLead => {
    const known = people.get(id);
    if (known !== undefined) return known;
    if (!born.has(id)) throw new Error(`lead ${id} was not loaded`);
    const bornAt = Math.min(event.occurredAt, event.receivedAt);
    return { lead: bornLead({ id, bornAt }, context.release.qualification), scores: {} };
  };
  const keep = (saved: SavedLead): SavedLead => {
    people.set(saved.lead.id, saved);
    touched.add(saved.lead.id);
    return saved;
  };
  const merge = ({ from, into }: Merge, event: IncomingEvent): void => {
    const [lost, kept] = [keep(personOf(from, event)), personOf(into, event)];
    const lead = mergeLead(kept.lead, lost.lead, context.release.qualification);
    keep({ lead, scores: { ...lost.scores, ...kept.scores } });
    // Whoever was merged into the one that goes now goes along: one update must do for all.
    for (const [index, one] of merges.entries())
      if (one.into === from) merges[index] = { ...one, into };
    merges.push({ from, into });
  };
  const withAccount = (event: IncomingEvent, key: string | undefined): IncomingEvent => {
    if (event.account === undefined) return event;
    const account = mergeAccount(accounts.get(event.account.id), event.account);
    accounts.set(account.id, account);
    accountKeys.set(account.id, key ?? account.id);
    return { ...event, account };
  };
  const current = (lead: Lead, event: IncomingEvent): Lead => {
    const address = addressAfter(lead, event);
    const account = lead.account === undefined ? undefined : accounts.get(lead.account.id);
    return {
      ...lead,
      ...(account === undefined ? {} : { account }),
      ...(address === undefined
        ? {}
        : { consents: consents.get(address) ?? [], suppressions: suppressions.get(address) ?? [] }),
    };
  };
  const foldOne = ({ lead: before, scores }: SavedLead, event: IncomingEvent) => {
    const decided = decide(current(before, event), event, context);
    const { lead, decisions, effects } = decided;
    if (lead.address !== undefined) {
      consents.set(lead.address, lead.consents);
      suppressions.set(lead.address, lead.suppressions);
    }
    const answer = answerOf(event, lead, summarise(decided));
    const decisionIds = changes.add({ event, lead, decisions, effects, answer });
    folded.push({ event, lead, decisions, decisionIds });
    return { saved: keep({ lead, scores: { ...scores, ...scoresIn(decisions) } }), answer };
  };

  return {
    add(request, resolution) {
      const said = resolution.dropsAddress ? withoutAddress(request.event) : request.event;
      const event = withAccount(said, request.accountKey);
      for (const one of resolution.merges) merge(one, event);
      for (const pair of resolution.listed) candidates.push({ ...pair, at: event.receivedAt });
      let saved = personOf(resolution.leadId, event);
      for (let ticks = 0; isDueBefore(saved.lead, event) && ticks < ticksMax; ticks += 1) {
        saved = foldOne(saved, tickOf(saved.lead.id, saved.lead.dueAt).event).saved;
      }
      if (event.type === 'tick' && saved.lead.dueAt !== event.receivedAt) {
        // Somebody else has ticked it, or an event moved the instant: nothing is left to ask.
        const nothing = { lead: saved.lead, decisions: [], effects: [] };
        return answerOf(event, saved.lead, summarise(nothing));
      }
      return foldOne(saved, event).answer;
    },
    leads: () => [...touched].flatMap((id) => people.get(id) ?? []),
    accounts: () =>
      [...accountKeys].flatMap(([id, key]) => {
        const account = accounts.get(id);
        return account === undefined ? [] : [{ ...account, key }];
      }),
    merges,
    candidates,
    folded,
  };
}

/** Time is an input: what the clock alone changes before an event is decided before it. */
function isDueBefore(lead: Lead, event: IncomingEvent): lead is Lead & { readonly dueAt: number } {
  if (lead.dueAt === undefined) return false;
  return event.type === 'tick' ? lead.dueAt < event.receivedAt : lead.dueAt <= event.receivedAt;
}

function withoutAddress(event: IncomingEvent): IncomingEvent {
  const { address: _address, ...rest } = event;
  return rest;
}

function mergeAccount(known: Account | undefined, said: Account): Account {
  if (known === undefined) return said;
  return {
    ...known,
    ...said,
    tags: [...new Set([...known.tags, ...said.tags])],
    traits: { ...known.traits, ...said.traits },
  };
}

function scoresIn(decisions: readonly Decision[]): { readonly [model: string]: unknown } {
  const scores = decisions.flatMap((decision) =>
    decision.kind === 'score' ? [[decision.model, decision.after] as const] : [],
  );
  return Object.fromEntries(scores);
}

function answerOf(
  event: IncomingEvent,
  lead: Lead,
  answer: ReturnType<typeof summarise>,
): IngestAnswer {
  return { eventId: event.id, messageId: event.messageId, leadId: lead.id, ...answer };
}

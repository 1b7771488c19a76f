/**
 * A lead as it was known at an earlier instant: folded again from what had been taken in by then, with
 * the rules that were in force at each event, merged when it was merged.
 *
 * Facts come from the production fold. Where the lead stood comes from the decisions as they were
 * stored: the fold only brings back what they do not say (since when a condition holds, what a person
 * set), and never contradicts them. Nothing that came later is looked at, but for the trust of an event
 * before it was judged, which the verdict keeps.
 */
import { applyEvent } from '../decision/apply-event.ts';
import { bornLead } from '../decision/birth.ts';
import { momentOf, type DecisionContext, type Phase } from '../decision/context.ts';
import type { Decision, IncomingEvent } from '../decision/decision.ts';
import { nextDueAt } from '../decision/due.ts';
import { handOver } from '../decision/handoffs.ts';
import { decideDisqualified, decideStages } from '../decision/stage-decisions.ts';
import { settleVerdict } from '../decision/verdicts.ts';
import type { Release } from '../definitions/release.ts';
import type { Account, Lead, LeadId, Trust } from '../facts/lead.ts';
import type { JsonObject } from '../rules/condition.ts';
import { accountThen } from './account-then.ts';
import { holdsUntil } from './holds.ts';
import { forced, type PastDecision } from './past-decisions.ts';

export interface PastEvent extends Omit<IncomingEvent, 'account'> {
  readonly leadId: LeadId;
  readonly seq: number;
  readonly accountId?: string;
  readonly releaseId: string;
}
export interface PastMerge {
  readonly from: LeadId;
  readonly into: LeadId;
  readonly at: number;
}
export interface LeadHistory {
  /** The lead that stood for the others at that instant. */
  readonly root: LeadId;
  readonly splitKeys: ReadonlyMap<LeadId, string>;
  /** Taken in by then, of every lead that had been merged by then; with the trust they have today. */
  readonly events: readonly PastEvent[];
  /** Every verdict on one of them, also later ones. */
  readonly verdicts: readonly { readonly event: string; readonly before: Trust }[];
  readonly decisions: readonly PastDecision[];
  readonly merges: readonly PastMerge[];
  /** Today's account, which says what it is called by; what it knew is taken from `group` calls. */
  readonly account?: Account;
  /** `group` calls of others about that account. */
  readonly accountEvents: readonly PastEvent[];
}
export interface AsOfRules {
  readonly release: (id: string) => Release;
  /** In force at the instant asked about. */
  readonly inForce: Release;
  readonly merge: (into: Lead, from: Lead, release: Release, at: number) => Lead;
}

/** Undefined: nothing was known of the lead by then. */
export function leadAsOf(history: LeadHistory, at: number, rules: AsOfRules): Lead | undefined {
  const world: World = {
    history,
    rules,
    leads: new Map(),
    standsFor: new Map(),
    decidedAt: new Map(),
  };
  const happenings = happeningsOf(history);
  for (const [index, happening] of happenings.entries()) {
    if (happening.type === 'merge') merge(world, happening);
    else fold(world, happening, index >= lastMove(happenings));
  }
  const found = world.leads.get(rootOf(world, history.root));
  if (found === undefined) return undefined;
  const context = contextOf(rules.inForce);
  const known = { ...found, ...accountThen(found, history, at, rules.inForce) };
  const { dueAt: _earlier, ...lead } = holdsUntil(
    known,
    world.decidedAt.get(found.id) ?? at,
    at,
    context,
  );
  const dueAt = nextDueAt(lead, at, context);
  return dueAt === undefined ? lead : { ...lead, dueAt };
}

type Happening =
  | (PastMerge & { readonly type: 'merge'; readonly seq: number })
  | {
      readonly type: 'fold';
      readonly at: number;
      readonly seq: number;
      readonly leadId: LeadId;
      /** Absent: the clock, or other rules. */
      readonly event?: PastEvent;
      readonly decisions: readonly PastDecision[];
      readonly releaseId: string;
    };
type Folding = Extract<Happening, { type: 'fold' }>;

interface World {
  readonly history: LeadHistory;
  readonly rules: AsOfRules;
  readonly leads: Map<LeadId, Lead>;
  readonly standsFor: Map<LeadId, LeadId>;
  readonly decidedAt: Map<LeadId, number>;
}

/** In the order in which it was decided; a merge comes before the event that brought it about. */
function happeningsOf({ events, decisions, merges, verdicts }: LeadHistory): readonly Happening[] {
  const ofEvent = groupBy(decisions, ({ eventId }) => eventId ?? '');
  const ofClock = groupBy(ofEvent.get('') ?? [], ({ leadId, seq }) => `${leadId} ${seq}`);
  const before = new Map(
    verdicts.toReversed().map(({ event, before }) => [event, before] as const),
  );
  const folded = events.map((event): Folding => {
    const { id, leadId, seq, receivedAt, releaseId } = event;
    const asItCame = { ...event, trust: before.get(id) ?? event.trust };
    const own = ofEvent.get(id) ?? [];
    return {
      ...{ type: 'fold', at: receivedAt, seq, leadId, event: asItCame, releaseId },
      decisions: own,
    };
  });
  const ticked = [...ofClock.values()].flatMap((own): readonly Folding[] => {
    const [first] = own;
    if (first === undefined) return [];
    const { at, seq, leadId, releaseId } = first;
    return [{ type: 'fold', at, seq, leadId, decisions: own, releaseId }];
  });
  const merged = merges.map((one): Happening => ({ type: 'merge', seq: -1, ...one }));
  return [...merged, ...folded, ...ticked].sort((a, b) => a.at - b.at || a.seq - b.seq);
}

/** From there on it matters since when a condition holds: a move begins all holds anew. */
function lastMove(happenings: readonly Happening[]): number {
  const last = happenings.findLastIndex(
    (one) => one.type === 'fold' && one.decisions.some(({ kind }) => kind === 'stage'),
  );
  return Math.max(0, last);
}

function merge(world: World, { from, into, at }: PastMerge): void {
  const { leads, standsFor, rules } = world;
  const [lost, kept] = [rootOf(world, from), rootOf(world, into)];
  const [gone, stays] = [leads.get(lost), leads.get(kept)];
  standsFor.set(lost, kept);
  leads.delete(lost);
  if (gone === undefined) return;
  const lead =
    stays === undefined ? { ...gone, id: kept } : rules.merge(stays, gone, rules.inForce, at);
  leads.set(kept, lead);
}

function rootOf({ standsFor }: World, id: LeadId): LeadId {
  const next = standsFor.get(id);
  return next === undefined ? id : rootOf({ standsFor } as World, next);
}

const phases: readonly Phase[] = [
  applyEvent,
  settleVerdict,
  decideDisqualified,
  decideStages,
  handOver,
];

function fold(world: World, happening: Folding, isRecent: boolean): void {
  const { at, seq, decisions } = happening;
  const context = contextOf(world.rules.release(happening.releaseId));
  const known = leadBefore(world, happening, context.release);
  const since = world.decidedAt.get(known.id) ?? at;
  const held = isRecent ? holdsUntil(known, since, at, context) : known;
  const before = { ...held, seq: seq - 1 };
  const moment = momentOf(before, incoming(happening, before, world.history));
  const made: Decision[] = [];
  let lead: Lead = before;
  for (const phase of phases) {
    const decided = phase(lead, moment, context, made);
    lead = decided.lead;
    made.push(...decided.decisions);
  }
  world.decidedAt.set(lead.id, at);
  world.leads.set(lead.id, forced(lead, before, decisions, context.release));
}

function leadBefore(world: World, { leadId, at, event }: Folding, release: Release): Lead {
  const id = rootOf(world, leadId);
  const known = world.leads.get(id);
  if (known !== undefined) return known;
  const bornAt = Math.min(event?.occurredAt ?? at, at);
  const splitKey = world.history.splitKeys.get(id) ?? id;
  return bornLead({ id, splitKey, bornAt }, release.qualification);
}

function incoming({ event, at, leadId }: Folding, lead: Lead, history: LeadHistory): IncomingEvent {
  if (event === undefined) return tick(leadId, at);
  const { leadId: _own, seq: _seq, releaseId: _release, accountId, ...said } = event;
  if (accountId === undefined) return said;
  const account = accountThen({ ...lead, account: blankAccount(accountId) }, history, at).account;
  return account === undefined ? said : { ...said, account };
}

function blankAccount(id: string): Account {
  return { id, tags: [], traits: {} };
}

const nothing: JsonObject = {};
function tick(leadId: LeadId, at: number): IncomingEvent {
  return {
    ...{ id: `tick/${leadId}/${at}`, source: 'clock', messageId: '', type: 'tick', name: '' },
    ...{ properties: nothing, traits: nothing, occurredAt: at, receivedAt: at, trust: 'human' },
  } as const;
}

function contextOf(release: Release): DecisionContext {
  return { release, plans: new Map() };
}

function groupBy<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/**
 * When the clock alone changes sums, distinct counts, active days and interests: events leave their
 * windows, those dated ahead come in, weights fade.
 *
 * One function per fact, asked by `next-change.ts` for one leaf of a condition. An instant too many
 * costs a tick that finds nothing; one left out would be a decision missed, so where an answer cannot
 * be looked at ahead of time every instant at which it might turn is given.
 */
import {
  evidenceOf,
  knownSince,
  levelOf,
  surgeOf,
  SURGE_EVENTS_LEAST,
  SURGE_MS,
  USUAL_MS,
} from '../interests/interest.ts';
import type { Evidence } from '../interests/interest.ts';
import type { Interest } from '../interests/model.ts';
import type { EventMatch, FactValue, JsonObject, Leaf, ReadFact } from '../rules/condition.ts';
import type { CompiledCondition } from '../rules/compile.ts';
import { durationOf } from '../rules/duration.ts';
import { findEvaluate, isKnown, numberOf } from '../rules/operators.ts';
import { wallTime, zoneOfLead } from '../sending/zone.ts';
import type { Release } from '../definitions/release.ts';
import type { CompiledRelease } from './compiled-release.ts';
import { activityEvents, propertyOf } from './event-facts.ts';
import { eventsByName } from './event-index.ts';
import type { Lead, LeadEvent } from './lead.ts';
import { matchChanges, matchesEvent } from './match-event.ts';
import { turningPoints } from './turning-points.ts';

export interface ClockView {
  readonly release: Release;
  readonly lead: Lead;
  readonly from: number;
  readonly read: ReadFact;
}
type Turns = (view: ClockView, leaf: Leaf) => readonly number[];

export const clockChanges: { readonly [fact: string]: Turns } = {
  eventSum: (view, leaf) => [...sumChanges(view, leaf), ...agesTurn(view, leaf)],
  eventDistinct: (view, leaf) => {
    const { property } = leaf.params ?? noParams;
    const events = matched(view, leaf).filter((event) => isKnown(propertyOf(event, property)));
    const thingOf = (event: LeadEvent) => JSON.stringify(propertyOf(event, property));
    return [...countChanges(view, leaf, events, thingOf), ...agesTurn(view, leaf)];
  },
  activeDays: dayChanges,
  firstEvent: (view, leaf) => [...ahead(view, matched(view, leaf)), ...agesTurn(view, leaf)],
  lastEvent: (view, leaf) => [...ahead(view, matched(view, leaf)), ...agesTurn(view, leaf)],
  interests: (view) =>
    Object.values(view.release.interests ?? {}).flatMap((interest) => [
      ...evidence(view, interest).flatMap(({ occurredAt }) => [
        occurredAt,
        occurredAt + interest.fadesAfterMs,
      ]),
      ...agesThatShow(view, interest),
    ]),
  intent: ofInterest(intentChanges),
  intentSurge: ofInterest(surgeChanges),
};

/** The conditions that answer a fact, for those that are answered by conditions of the files. */
export function conditionsBehind(
  { questions, buyingStages }: CompiledRelease,
  fact: string,
): readonly CompiledCondition[] | undefined {
  if (fact === 'buyingStage') return buyingStages.map(({ when }) => when);
  if (!bantFacts.has(fact)) return undefined;
  return questions.flatMap(({ yes, no }) => (no === undefined ? [yes] : [yes, no]));
}

const bantFacts = new Set(['bantNo', 'bantUnknown', 'bantGaps', 'bantAnswer']);
const noParams: JsonObject = {};
const DAY_MS = 86_400_000;
/** So many instants are looked at ahead of time; a tick at the last of them looks on. */
const LOOKS_MOST = 60;

/** The events a leaf counts that have not left its window, those ahead of the clock too; oldest first. */
function matched({ lead, release, from }: ClockView, leaf: Leaf): readonly LeadEvent[] {
  const { event } = leaf.params ?? noParams;
  if (typeof event !== 'string') return [];
  const match = leaf.params as unknown as EventMatch;
  const context = { segments: release.segments, now: from };
  return (eventsByName(lead.events).get(event) ?? []).filter(
    (one) => one.occurredAt + windowOf(leaf) > from && matchesEvent(match, one, context),
  );
}

/** Ages of properties that `where` asks about, of whatever events: what does not match yet may. */
function agesTurn({ lead, release }: ClockView, { params }: Leaf): readonly number[] {
  const event = params?.['event'];
  const events = typeof event === 'string' ? (eventsByName(lead.events).get(event) ?? []) : [];
  return matchChanges(params as unknown as EventMatch, events, release.segments);
}

function windowOf({ params }: Leaf): number {
  const within = params?.['within'];
  return within === undefined ? Infinity : (durationOf(within) ?? 0);
}

function ahead({ from }: ClockView, events: readonly LeadEvent[]): readonly number[] {
  return events.map(({ occurredAt }) => occurredAt).filter((at) => at > from);
}

function sumChanges(view: ClockView, leaf: Leaf): readonly number[] {
  const events = matched(view, leaf);
  const window = windowOf(leaf);
  const instants = events.flatMap(({ occurredAt }) => [occurredAt, occurredAt + window]);
  const sumAt = (now: number) =>
    events
      .filter(({ occurredAt }) => occurredAt <= now && now - occurredAt < window)
      .reduce((sum, one) => sum + (numberOf(propertyOf(one, leaf.params?.['property'])) ?? 0), 0);
  return firstTurn(view, leaf, instants, sumAt);
}

/**
 * How many different things the events are: one is gone when its last event leaves the window, so the
 * count falls to one below a turning point when all but that many have left.
 */
function countChanges(
  view: ClockView,
  leaf: Leaf,
  events: readonly LeadEvent[],
  thingOf: (event: LeadEvent) => string,
): readonly number[] {
  const window = windowOf(leaf);
  if (ahead(view, events).length > 0) {
    return events.flatMap(({ occurredAt }) => [occurredAt, occurredAt + window]);
  }
  const lastOf = new Map<string, number>();
  for (const event of events) lastOf.set(thingOf(event), event.occurredAt);
  const lasts = [...lastOf.values()].sort((a, b) => a - b);
  return turningPoints(leaf, view.read).flatMap((point) => {
    const last = point < 1 ? undefined : lasts[lasts.length - point];
    return last === undefined ? [] : [last + window];
  });
}

function dayChanges(view: ClockView, leaf: Leaf): readonly number[] {
  const { lead, release, from, read } = view;
  const { event } = leaf.params ?? noParams;
  const names = typeof event === 'string' ? [event] : activityEvents(release.events);
  const where = { timezone: read('timezone'), country: read('country') };
  const zone = zoneOfLead(where, release.sending.zoneIfUnknown);
  const index = eventsByName(lead.events);
  const events = names
    .flatMap((name) => index.get(name) ?? [])
    .filter((one) => one.trust !== 'likely-robot' && one.occurredAt + windowOf(leaf) > from)
    .sort((a, b) => a.occurredAt - b.occurredAt);
  return countChanges(view, leaf, events, ({ occurredAt }) => wallTime(occurredAt, zone).date);
}

function evidence({ lead, release, from }: ClockView, interest: Interest): readonly Evidence[] {
  return evidenceOf(interest, lead, release.segments, from);
}

function agesThatShow({ lead, release }: ClockView, { from }: Interest): readonly number[] {
  return from.flatMap(({ match }) => matchChanges(match, lead.events, release.segments));
}

type TurnsOfInterest = (view: ClockView, leaf: Leaf, interest: Interest) => readonly number[];

function ofInterest(turns: TurnsOfInterest): Turns {
  return (view, leaf) => {
    const interest = interestOf(view, leaf);
    if (interest === undefined) return [];
    return [...turns(view, leaf, interest), ...agesThatShow(view, interest)];
  };
}

function interestOf({ release }: ClockView, { params }: Leaf): Interest | undefined {
  const interest = params?.['interest'];
  const interests = release.interests ?? {};
  if (typeof interest !== 'string' || !Object.hasOwn(interests, interest)) return undefined;
  return interests[interest];
}

/** Until something comes the level only falls, so each number it is compared with is passed once. */
function intentChanges(view: ClockView, leaf: Leaf, interest: Interest): readonly number[] {
  const shown = evidence(view, interest);
  const coming = shown.map(({ occurredAt }) => occurredAt).filter((at) => at > view.from);
  const gone = shown.reduce(
    (last, one) => Math.max(last, one.occurredAt + interest.fadesAfterMs),
    0,
  );
  const end = coming.reduce((first, at) => Math.min(first, at - 1), gone);
  if (end <= view.from) return coming;
  const numbers = comparedNumbers(leaf, view.read);
  const passed = numbers.flatMap((number) =>
    [(level: number) => level >= number, (level: number) => level > number].flatMap((test) => {
      const holds = (now: number) => test(levelOf(interest, shown, now));
      return holds(view.from) && !holds(end) ? [firstWithout(view.from, end, holds)] : [];
    }),
  );
  return [...coming, ...passed];
}

function surgeChanges(view: ClockView, leaf: Leaf, interest: Interest): readonly number[] {
  const { lead, from } = view;
  const shown = evidence(view, interest).filter(({ occurredAt }) => occurredAt + USUAL_MS > from);
  // With so few there is no usual rate, and nothing that only leaves brings one.
  if (shown.length < SURGE_EVENTS_LEAST) return [];
  const past = shown.filter(({ occurredAt }) => occurredAt <= from);
  const since = knownSince(past, lead.bornAt);
  const days = daysAhead(since, from);
  const edges = shown.flatMap(({ occurredAt: at }) => [at, at + SURGE_MS, at + USUAL_MS]);
  // What is known of a time before its birth ends with the event that said so.
  const end = since < lead.bornAt ? since + USUAL_MS : Infinity;
  const instants = [...days, ...edges].filter((at) => at < end);
  const found = firstTurn(view, leaf, instants, (now) => surgeOf(shown, lead.bornAt, now));
  return found.length === 0 ? [end] : found;
}

/** Each day that makes the lead better known, until its usual span is full. */
function daysAhead(since: number, from: number): readonly number[] {
  const next = Math.floor((from - since) / DAY_MS) + 1;
  const left = Math.max(0, USUAL_MS / DAY_MS - next + 1);
  return Array.from({ length: left }, (_, day) => since + (next + day) * DAY_MS);
}

/** The first of the instants at which the leaf answers otherwise than now. */
function firstTurn(
  { from }: ClockView,
  leaf: Leaf,
  instants: readonly number[],
  valueAt: (now: number) => FactValue,
): readonly number[] {
  const next = [...new Set(instants)].filter((at) => at > from && at < Infinity);
  next.sort((a, b) => a - b);
  const evaluate = findEvaluate(leaf.operator);
  if (evaluate === undefined || isFact(leaf.value)) return next;
  const answer = (now: number) => evaluate(valueAt(now), leaf.value, now);
  const held = answer(from);
  const looked = next.slice(0, LOOKS_MOST);
  const found = looked.find((at) => answer(at) !== held);
  if (found !== undefined) return [found];
  return next.length > looked.length ? looked.slice(-1) : [];
}

function comparedNumbers(leaf: Leaf, read: ReadFact): readonly number[] {
  const other = leaf.value as unknown as Leaf;
  const value = isFact(leaf.value) ? read(other.fact, other.params) : leaf.value;
  const values: readonly FactValue[] = Array.isArray(value) ? value : [value];
  return values.map(numberOf).filter((number) => number !== undefined);
}

function isFact(value: FactValue): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'fact');
}

/** `holds` is true at `low`, false at `high`, and turns once. */
function firstWithout(low: number, high: number, holds: (now: number) => boolean): number {
  let [before, after] = [Math.floor(low), Math.ceil(high)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (holds(middle)) before = middle;
    else after = middle;
  }
  return after;
}

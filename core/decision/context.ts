/**
 * What a decision is made with: the release in force, its conditions compiled once, the plans of open
 * enrolments; and the moment it is made at.
 *
 * A lead is judged as it is at that moment of the fold: every phase asks for a new judge, because the
 * phase before it may have changed what the facts say. Nothing here decides anything.
 */
import type { Release } from '../definitions/release.ts';
import type { Lead } from '../facts/lead.ts';
import { factReader, type FactReader } from '../facts/read.ts';
import type { JourneyPlan } from '../journey/plan.ts';
import { compileCondition, type CompiledCondition, type Verdict } from '../rules/compile.ts';
import type { Condition, JsonObject, ReadFact } from '../rules/condition.ts';
import { valueAt } from '../rules/path.ts';
import { bringsNoEvent, type Decided, type Decision, type IncomingEvent } from './decision.ts';
import { judgedBy, type Judged } from './judged.ts';

export interface DecisionContext {
  readonly release: Release;
  /** Plans by hash, at least those of the lead's open enrolments that the release does not hold. */
  readonly plans: ReadonlyMap<string, JourneyPlan>;
}

/** Older events tell what the lead is like; acting on them now would come too late. */
export const FRESH_FOR_MS = 24 * 60 * 60 * 1_000;

/** One event at the instant it is decided. */
export interface Moment {
  readonly event: IncomingEvent;
  readonly now: number;
  readonly seq: number;
  /** Anything but `fresh` changes facts and stage, and neither enters a journey nor opens a handoff. */
  readonly age: 'fresh' | 'too-old' | 'historical' | 'rules-changed';
  /** What a verdict on an earlier event changes, where the event is one. */
  readonly judged?: Judged;
}

export interface Judge {
  readonly holds: (condition: Condition) => boolean;
  readonly verdict: (condition: Condition) => Verdict;
}

/** `before` are the decisions of the phases before this one. */
export type Phase = (
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  before: readonly Decision[],
) => Decided;

type Conditions = WeakMap<Condition, CompiledCondition>;
const conditions = new WeakMap<Release, Conditions>();

/**
 * Compiled the first time it is asked for and kept as long as release and condition live: both are
 * parsed once and shared by all decisions.
 */
export function compiledIn(release: Release, condition: Condition): CompiledCondition {
  const ofRelease: Conditions = conditions.get(release) ?? new WeakMap();
  conditions.set(release, ofRelease);
  const known = ofRelease.get(condition);
  if (known !== undefined) return known;
  const compiled = compileCondition(condition, release.segments);
  ofRelease.set(condition, compiled);
  return compiled;
}

export function momentOf(lead: Lead, event: IncomingEvent): Moment {
  const now = event.receivedAt;
  const judged = judgedBy(lead, event);
  const moment = { event, now, seq: lead.seq + 1, age: ageOf(event, now) };
  return judged === undefined ? moment : { ...moment, judged };
}

function ageOf(event: IncomingEvent, now: number): Moment['age'] {
  if (event.historical === true) return 'historical';
  if (event.rules?.handOver === false) return 'rules-changed';
  return !bringsNoEvent(event) && now - event.occurredAt > FRESH_FOR_MS ? 'too-old' : 'fresh';
}

export function judgeOf(
  { release }: DecisionContext,
  lead: Lead,
  now: number,
  entry?: JsonObject,
): Judge {
  const read = readerOf(release, lead, now, entry);
  const known = judges.get(read);
  if (known !== undefined) return known;
  const judge: Judge = {
    holds: (condition) => compiledIn(release, condition).holds(read, now),
    verdict: (condition) => compiledIn(release, condition).evaluate(read, now),
  };
  judges.set(read, judge);
  return judge;
}

/** A reader belongs to one lead, one instant and one release, and so does whoever judges by it. */
const judges = new WeakMap<FactReader, Judge>();

const readers = new WeakMap<
  Lead,
  { readonly release: Release; readonly reader: FactReader; readonly now: number }
>();

/**
 * A reader remembers what it computed, so phases that leave the lead as it is share one, and so do
 * the journeys that look at it: their entry only adds `entry.<property>`.
 */
export function readerOf(
  release: Release,
  lead: Lead,
  now: number,
  entry?: JsonObject,
): FactReader {
  const known = readers.get(lead);
  const isSame = known?.now === now && known.release === release;
  const reader = isSame ? known.reader : factReader(release, lead, now);
  if (!isSame) readers.set(lead, { release, reader, now });
  if (entry === undefined) return reader;
  const read: ReadFact = (fact, params) =>
    fact.startsWith('entry.') ? valueAt(entry, fact.slice('entry.'.length)) : reader(fact, params);
  return Object.assign(read, { scored: reader.scored });
}

/** The plan an enrolment runs on, `undefined` only when its store lost it. */
export function planOf(context: DecisionContext, journey: string, hash: string) {
  const current = context.release.journeys[journey];
  return context.plans.get(hash) ?? (current?.hash === hash ? current.plan : undefined);
}

export function isRobot(event: IncomingEvent): boolean {
  return event.trust === 'likely-robot';
}

export function nothing(lead: Lead): Decided {
  return { lead, decisions: [], effects: [] };
}

/**
 * The scores of a lead at an instant: a pure function of the set of its events, its facts and the
 * instant.
 *
 * `when` rules hold their points while their condition holds. `forEach` rules add points per event that
 * fade with the half-life of their score. Events after `now` do not count. Scores are whole points:
 * what people read is what grades and rules decide with, and a grade just reached does not vanish a
 * millisecond later. Nothing is parsed here: models are compiled once per release.
 */
import { eventsByName, type EventIndex } from '../facts/event-index.ts';
import type { Lead, LeadEvent } from '../facts/lead.ts';
import { matchesEvent } from '../facts/match-event.ts';
import type { ReadFact } from '../rules/condition.ts';
import { compileCondition, type CompiledCondition, type Segments } from '../rules/compile.ts';
import { isKnown } from '../rules/operators.ts';
import type { ScoreRule, ScoreScale, ScoringModel } from './model.ts';

export interface Scored {
  readonly model: string;
  /** `null` while too little is known. */
  readonly scores: { readonly [score: string]: number | null };
  /** Letter of fit and number of engagement: "A1", "U3". */
  readonly grade: string;
  readonly grades: { readonly [score: string]: string };
  /** Rules that gave or took something, in file order. */
  readonly points: readonly ScoredPoint[];
}
export interface ScoredPoint {
  readonly rule: string;
  readonly score: string;
  readonly why: string;
  /** After fading and `atMost`. */
  readonly points: number;
  /** Before either. */
  readonly raw: number;
  /** Oldest first; empty for a `when` rule. */
  readonly events: readonly ScoredEvent[];
}
export interface ScoredEvent {
  readonly id: string;
  readonly name: string;
  readonly occurredAt: number;
  readonly points: number;
}

export interface CompiledModel {
  readonly model: ScoringModel;
  readonly segments: Segments;
  readonly rules: readonly CompiledRule[];
}
export type WhenRule = Extract<ScoreRule, { type: 'when' }>;
export type ForEachRule = Extract<ScoreRule, { type: 'for-each' }>;
export type CompiledRule =
  | {
      readonly type: 'when';
      readonly rule: WhenRule;
      readonly condition: CompiledCondition;
      /** What it gives while it holds: the same to everybody. */
      readonly point: ScoredPoint;
    }
  | {
      readonly type: 'for-each';
      readonly rule: ForEachRule;
      /** Absent where nothing fades. */
      readonly halfLifeMs?: number;
      /** An event this old gives nothing any more. */
      readonly reachMs: number;
    };

/** After ten half-lives less than a thousandth is left: it is dropped, so that old events need no loading. */
const HALF_LIVES_KEPT = 10;
export const UNKNOWN_GRADE = 'U';

export function compileModel(model: ScoringModel, segments: Segments): CompiledModel {
  return { model, segments, rules: model.rules.map((rule) => compileRule(rule, model, segments)) };
}

export function scoreLead(
  compiled: CompiledModel,
  lead: Pick<Lead, 'events'>,
  read: ReadFact,
  now: number,
): Scored {
  const { model } = compiled;
  const given = givenBy(compiled, lead, read, now);
  const scores: { [score: string]: number | null } = {};
  const grades: { [score: string]: string } = {};
  for (const [score, scale] of Object.entries(model.scores)) {
    let sum = 0;
    for (const one of given) if (one.score === score) sum += one.points;
    scores[score] = isUnknown(scale, read) ? null : wholePoints(sum, scale);
  }
  for (const score of Object.keys(model.grades)) {
    grades[score] = gradeOf(model, score, scores[score] ?? null);
  }
  const grade = `${grades['fit'] ?? ''}${grades['engagement'] ?? ''}`;
  let told: readonly ScoredPoint[] | undefined;
  return {
    model: model.model,
    scores,
    grade,
    grades,
    // Most scores are only compared: what each event gave is told when somebody asks.
    get points() {
      return (told ??= given.map(pointOf));
    },
  };
}

export function wholePoints(sum: number, scale: ScoreScale): number {
  // Adding 0 turns -0 into 0.
  return Math.round(Math.min(scale.max, Math.max(scale.min, sum))) + 0;
}

export function isUnknown(scale: ScoreScale, read: ReadFact): boolean {
  if (scale.unknownUnless === undefined) return false;
  const known = scale.unknownUnless.of.filter((fact) => isKnown(read(fact)));
  return known.length < scale.unknownUnless.atLeast;
}

/** The events a rule counts, oldest first, whatever the instant: age is looked at when they are weighed. */
export function matchedEvents(
  { rule }: Extract<CompiledRule, { type: 'for-each' }>,
  { segments }: CompiledModel,
  lead: Pick<Lead, 'events'>,
  now: number,
): readonly LeadEvent[] {
  return matchedIn(eventsByName(lead.events), rule, segments, now);
}

const none: readonly LeadEvent[] = [];

function matchedIn(
  index: EventIndex,
  rule: ForEachRule,
  segments: Segments,
  now: number,
): readonly LeadEvent[] {
  const { event, where, trust, same } = rule.match;
  const events = index.get(event);
  if (events === undefined) return none;
  // Most rules name an event and nothing else.
  if (where === undefined && trust === undefined && same === undefined) return events;
  const context = { segments, now };
  return events.filter((one) => matchesEvent(rule.match, one, context));
}

/** What one event gives at an instant: 0 before it happened and once it is out of reach. */
export function weighed(
  { rule, halfLifeMs, reachMs }: Extract<CompiledRule, { type: 'for-each' }>,
  occurredAt: number,
  now: number,
): number {
  const age = now - occurredAt;
  if (age < 0 || age >= reachMs) return 0;
  return halfLifeMs === undefined ? rule.points : rule.points * 2 ** (-age / halfLifeMs);
}

/** `atMost` limits the size of a sum in either direction. */
export function limited(sum: number, atMost: number | undefined): number {
  return atMost === undefined ? sum : Math.max(-atMost, Math.min(atMost, sum));
}

function compileRule(rule: ScoreRule, model: ScoringModel, segments: Segments): CompiledRule {
  if (rule.type === 'when') {
    const { id, score, why, points } = rule;
    const point = { rule: id, score, why, points, raw: points, events: [] };
    return { type: 'when', rule, condition: compileCondition(rule.when, segments), point };
  }
  const halfLifeMs = rule.keeps ? undefined : model.scores[rule.score]?.halfLifeMs;
  const fadedMs = halfLifeMs === undefined ? Infinity : halfLifeMs * HALF_LIVES_KEPT;
  const reachMs = Math.min(rule.withinMs ?? Infinity, fadedMs);
  return { type: 'for-each', rule, reachMs, ...(halfLifeMs === undefined ? {} : { halfLifeMs }) };
}

type ForEach = Extract<CompiledRule, { type: 'for-each' }>;
/** A `when` rule gives its one point; of the others each event is told when somebody asks. */
type Given = { readonly score: string; readonly points: number } & (
  | { readonly type: 'steady'; readonly point: ScoredPoint }
  | {
      readonly type: 'fading';
      readonly by: ForEach;
      readonly events: readonly LeadEvent[];
      /** What each event gives, in the order of the events. */
      readonly weights: readonly number[];
    }
);

/** Rules that give or take something, in file order. */
function givenBy(
  model: CompiledModel,
  lead: Pick<Lead, 'events'>,
  read: ReadFact,
  now: number,
): readonly Given[] {
  const index = eventsByName(lead.events);
  const given: Given[] = [];
  for (const by of model.rules) {
    if (by.type === 'when') {
      const { point, condition } = by;
      const { score, points } = point;
      if (condition.holds(read, now)) given.push({ type: 'steady', score, points, point });
      continue;
    }
    const events = matchedIn(index, by.rule, model.segments, now);
    const one = events.length === 0 ? undefined : givenFor(by, events, now);
    if (one !== undefined) given.push(one);
  }
  return given;
}

function givenFor(by: ForEach, events: readonly LeadEvent[], now: number): Given | undefined {
  const weights: number[] = [];
  let sum = 0;
  let counts = false;
  for (const { occurredAt } of events) {
    const weight = weighed(by, occurredAt, now);
    weights.push(weight);
    if (weight === 0) continue;
    counts = true;
    sum += weight;
  }
  if (!counts) return undefined;
  const { score, atMost } = by.rule;
  return { type: 'fading', score, points: limited(sum, atMost), by, events, weights };
}

function pointOf(given: Given): ScoredPoint {
  if (given.type === 'steady') return given.point;
  const { by, points, events, weights } = given;
  const { id: rule, score, why } = by.rule;
  const scored: ScoredEvent[] = [];
  for (const [at, { id, name, occurredAt }] of events.entries()) {
    const weight = weights[at] ?? 0;
    if (weight !== 0) scored.push({ id, name, occurredAt, points: weight });
  }
  return { rule, score, why, points, raw: scored.length * by.rule.points, events: scored };
}

/** The first band the score reaches; below all of them, the lowest. */
function gradeOf(model: ScoringModel, score: string, points: number | null): string {
  if (points === null) return UNKNOWN_GRADE;
  const bands = model.grades[score] ?? [];
  return (bands.find((band) => points >= band.from) ?? bands.at(-1))?.grade ?? '';
}

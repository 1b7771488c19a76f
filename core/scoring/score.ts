/**
 * The scores of a lead at an instant: a pure function of the set of its events, its facts and the
 * instant.
 *
 * `when` rules hold their points while their condition holds. `forEach` rules add points per event that
 * fade with the half-life of their score. Events after `now` do not count. Scores are whole points:
 * what people read is what grades and rules decide with, and a grade just reached does not vanish a
 * millisecond later. Nothing is parsed here: models are compiled once per release.
 */
import { eventsByName } from '../facts/event-index.ts';
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
  | { readonly type: 'when'; readonly rule: WhenRule; readonly condition: CompiledCondition }
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
    for (const { by, points } of given) if (by.rule.score === score) sum += points;
    scores[score] = isUnknown(scale, read) ? null : wholePoints(sum, scale);
  }
  for (const score of Object.keys(model.grades)) {
    grades[score] = gradeOf(model, score, scores[score] ?? null);
  }
  const grade = `${grades['fit'] ?? ''}${grades['engagement'] ?? ''}`;
  let told: readonly ScoredPoint[] | undefined;
  return {
    ...{ model: model.model, scores, grade, grades },
    // Most scores are only compared: what each event gave is told when somebody asks.
    get points() {
      return (told ??= given.map((one) => pointOf(one, compiled, lead, now)));
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
  const { event, where, trust, same } = rule.match;
  const events = eventsByName(lead.events).get(event) ?? [];
  // Most rules name an event and nothing else.
  if (where === undefined && trust === undefined && same === undefined) return events;
  return events.filter((event) => matchesEvent(rule.match, event, { segments, now }));
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
    return { type: 'when', rule, condition: compileCondition(rule.when, segments) };
  }
  const halfLifeMs = rule.keeps ? undefined : model.scores[rule.score]?.halfLifeMs;
  const fadedMs = halfLifeMs === undefined ? Infinity : halfLifeMs * HALF_LIVES_KEPT;
  const reachMs = Math.min(rule.withinMs ?? Infinity, fadedMs);
  return { type: 'for-each', rule, reachMs, ...(halfLifeMs === undefined ? {} : { halfLifeMs }) };
}

interface Given {
  readonly by: CompiledRule;
  /** After fading and `atMost`. */
  readonly points: number;
}

/** Rules that give or take something, in file order. */
function givenBy(
  model: CompiledModel,
  lead: Pick<Lead, 'events'>,
  read: ReadFact,
  now: number,
): readonly Given[] {
  const given: Given[] = [];
  for (const by of model.rules) {
    if (by.type === 'when') {
      if (by.condition.holds(read, now)) given.push({ by, points: by.rule.points });
      continue;
    }
    let sum = 0;
    let counts = false;
    for (const { occurredAt } of matchedEvents(by, model, lead, now)) {
      const points = weighed(by, occurredAt, now);
      if (points === 0) continue;
      counts = true;
      sum += points;
    }
    if (counts) given.push({ by, points: limited(sum, by.rule.atMost) });
  }
  return given;
}

function pointOf(
  { by, points }: Given,
  model: CompiledModel,
  lead: Pick<Lead, 'events'>,
  now: number,
): ScoredPoint {
  const { id: rule, score, why } = by.rule;
  if (by.type === 'when') return { rule, score, why, points, raw: points, events: [] };
  const events = matchedEvents(by, model, lead, now).flatMap(({ id, name, occurredAt }) => {
    const weight = weighed(by, occurredAt, now);
    return weight === 0 ? [] : [{ id, name, occurredAt, points: weight }];
  });
  return { rule, score, why, points, raw: events.length * by.rule.points, events };
}

/** The first band the score reaches; below all of them, the lowest. */
function gradeOf(model: ScoringModel, score: string, points: number | null): string {
  if (points === null) return UNKNOWN_GRADE;
  const bands = model.grades[score] ?? [];
  return (bands.find((band) => points >= band.from) ?? bands.at(-1))?.grade ?? '';
}

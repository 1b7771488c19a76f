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
import { matcherOf, type Matcher } from '../facts/match-event.ts';
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
  readonly scales: readonly (readonly [score: string, scale: ScoreScale])[];
  readonly bands: readonly (readonly [score: string, bands: Bands])[];
}
type Bands = ScoringModel['grades'][string];
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
      /** Which events of that name are meant; absent where all are. */
      readonly counts?: Matcher;
    };

/** After ten half-lives less than a thousandth is left: it is dropped, so that old events need no loading. */
const HALF_LIVES_KEPT = 10;
export const UNKNOWN_GRADE = 'U';

export function compileModel(model: ScoringModel, segments: Segments): CompiledModel {
  return {
    model,
    segments,
    rules: model.rules.map((rule) => compileRule(rule, model, segments)),
    scales: Object.entries(model.scores),
    bands: Object.entries(model.grades),
  };
}

export function scoreLead(
  compiled: CompiledModel,
  lead: Pick<Lead, 'events'>,
  read: ReadFact,
  now: number,
): Scored {
  const points = pointsOf(compiled, lead, read, now);
  const scores: { [score: string]: number | null } = {};
  const grades: { [score: string]: string } = {};
  for (const [score, scale] of compiled.scales) {
    let sum = 0;
    for (const one of points) if (one.score === score) sum += one.points;
    scores[score] = isUnknown(scale, read) ? null : wholePoints(sum, scale);
  }
  for (const [score, bands] of compiled.bands) {
    grades[score] = gradeOf(bands, scores[score] ?? null);
  }
  const grade = `${grades['fit'] ?? ''}${grades['engagement'] ?? ''}`;
  return { model: compiled.model.model, scores, grade, grades, points };
}

export function wholePoints(sum: number, scale: ScoreScale): number {
  // Adding 0 turns -0 into 0.
  return Math.round(Math.min(scale.max, Math.max(scale.min, sum))) + 0;
}

export function isUnknown(scale: ScoreScale, read: ReadFact): boolean {
  if (scale.unknownUnless === undefined) return false;
  const { of, atLeast } = scale.unknownUnless;
  let known = 0;
  for (const fact of of) if (isKnown(read(fact))) known += 1;
  return known < atLeast;
}

/** The events a rule counts, oldest first, whatever the instant: age is looked at when they are weighed. */
export function matchedEvents(
  { rule, counts }: ForEach,
  lead: Pick<Lead, 'events'>,
  now: number,
): readonly LeadEvent[] {
  const events = eventsByName(lead.events).get(rule.match.event) ?? none;
  return counts === undefined ? events : events.filter((event) => counts(event, now));
}

const none: readonly LeadEvent[] = [];

/** What one event gives at an instant: 0 before it happened and once it is out of reach. */
export function weighed(
  { rule, halfLifeMs, reachMs }: ForEach,
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
  const counts = matcherOf(rule.match, segments);
  return {
    ...{ type: 'for-each', rule, reachMs },
    ...(halfLifeMs === undefined ? {} : { halfLifeMs }),
    ...(counts === undefined ? {} : { counts }),
  };
}

type ForEach = Extract<CompiledRule, { type: 'for-each' }>;

/** What rules give or take, in file order. */
function pointsOf(
  model: CompiledModel,
  lead: Pick<Lead, 'events'>,
  read: ReadFact,
  now: number,
): readonly ScoredPoint[] {
  const index = eventsByName(lead.events);
  const points: ScoredPoint[] = [];
  for (const by of model.rules) {
    if (by.type === 'when') {
      if (by.condition.holds(read, now)) points.push(by.point);
      continue;
    }
    const events = index.get(by.rule.match.event);
    const point = events === undefined ? undefined : pointFor(by, events, now);
    if (point !== undefined) points.push(point);
  }
  return points;
}

function pointFor(by: ForEach, events: readonly LeadEvent[], now: number): ScoredPoint | undefined {
  const { rule, counts } = by;
  let sum = 0;
  let told: ScoredEvent[] | undefined;
  for (const event of events) {
    if (counts !== undefined && !counts(event, now)) continue;
    const { id, name, occurredAt } = event;
    const points = weighed(by, occurredAt, now);
    if (points === 0) continue;
    sum += points;
    const scored = { id, name, occurredAt, points };
    if (told === undefined) told = [scored];
    else told.push(scored);
  }
  if (told === undefined) return undefined;
  const { id, score, why, atMost } = rule;
  const raw = told.length * rule.points;
  return { rule: id, score, why, points: limited(sum, atMost), raw, events: told };
}

/** The first band the score reaches; below all of them, the lowest. */
function gradeOf(bands: Bands, points: number | null): string {
  if (points === null) return UNKNOWN_GRADE;
  for (const band of bands) if (points >= band.from) return band.grade;
  return bands.at(-1)?.grade ?? '';
}

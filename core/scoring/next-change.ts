/**
 * The first instant at which a fading score crosses one of the points that some rule names.
 *
 * Between two breaks (an event begins or ends to count, a limited sum falls below its limit, a fact
 * changes) all fading parts of one score shrink by the same factor, so the score only rises or only
 * falls there: looking at both ends and halving finds the first crossing. Ends are found by
 * arithmetic, crossings on the score itself, so evaluating at the instant returned sees the new value.
 */
import type { Lead, LeadEvent } from '../facts/lead.ts';
import type { ReadFact } from '../rules/condition.ts';
import { nextFall } from './next-fall.ts';
import type { ScoreScale } from './model.ts';
import {
  isUnknown,
  limited,
  matchedEvents,
  weighed,
  wholePoints,
  type CompiledModel,
  type CompiledRule,
  type Scored,
} from './score.ts';

export interface ScoreSearch {
  readonly model: CompiledModel;
  readonly lead: Lead;
  /** By this model at the instant from which is searched. */
  readonly scored: Scored;
  /** Score → points to watch: reaching or leaving them is a change. */
  readonly thresholds: ReadonlyMap<string, readonly number[]>;
  readonly readAt: (now: number) => ReadFact;
  /** When the facts behind `when` rules may change next. */
  readonly nextFactChange: (after: number) => number | null;
  /** No fact behind a `when` rule ever changes by the clock: only events fade. */
  readonly isSteady: boolean;
}

type FadingRule = Extract<CompiledRule, { type: 'for-each' }>;
/** A rule of the score in file order: either it holds its points or its events are weighed. */
type Term =
  | { readonly type: 'steady'; readonly rule: Extract<CompiledRule, { type: 'when' }> }
  | { readonly type: 'fading'; readonly rule: FadingRule; readonly events: readonly LeadEvent[] };
type FadingTerm = Extract<Term, { type: 'fading' }>;
/** What stays the same between two breaks: which `when` rules hold, and whether anything is known. */
interface Steady {
  readonly isUnknown: boolean;
  readonly holding: ReadonlySet<Term>;
}

/** A lead with more breaks than this is looked at again at the last of them. */
const BREAKS_MAX = 1_000;

export function nextScoreChange(search: ScoreSearch, from: number): number | null {
  const found = [...search.thresholds]
    .map(([score, points]) => nextCrossing(search, score, points, from))
    .filter((instant) => instant !== null);
  return found.length === 0 ? null : Math.min(...found);
}

function nextCrossing(
  search: ScoreSearch,
  score: string,
  points: readonly number[],
  from: number,
): number | null {
  const scale = search.model.model.scores[score];
  if (scale === undefined) return null;
  // The lowest band usually begins at the least score: nothing ever crosses that.
  const thresholds = points.filter((point) => point > scale.min && point <= scale.max);
  if (thresholds.length === 0) return null;
  const fall = search.isSteady ? nextFall(search, score, scale, thresholds, from) : undefined;
  if (fall !== undefined) return fall;
  const terms = termsOf(search, score, from);
  const breaks = breaksOf(terms, from);
  const bandAt = ({ isUnknown, holding }: Steady, now: number): number => {
    if (isUnknown) return -1;
    const score = wholePoints(sumOf(terms, holding, now), scale);
    return thresholds.filter((threshold) => score >= threshold).length;
  };
  let steady = steadyAt(search, terms, scale, from);
  const band = bandAt(steady, from);
  let start = from;
  let factChange = search.nextFactChange(from);
  for (let step = 0; step < BREAKS_MAX; step++) {
    const nextBreak = breaks.find((instant) => instant > start) ?? Infinity;
    const end = Math.min(nextBreak, factChange ?? Infinity);
    // Every fading event has an end, so with none ahead the score stands still.
    if (end === Infinity) return null;
    const held = steady;
    if (end - 1 > start && bandAt(held, end - 1) !== band) {
      return firstWhere(start, end - 1, (now) => bandAt(held, now) !== band);
    }
    if (end === factChange) {
      steady = steadyAt(search, terms, scale, end);
      factChange = search.nextFactChange(end);
    }
    if (bandAt(steady, end) !== band) return end;
    start = end;
  }
  return start;
}

function termsOf({ model, lead }: ScoreSearch, score: string, now: number): readonly Term[] {
  return model.rules
    .filter((rule) => rule.rule.score === score)
    .map((rule) =>
      rule.type === 'when'
        ? { type: 'steady', rule }
        : { type: 'fading', rule, events: matchedEvents(rule, lead, now) },
    );
}

function steadyAt(
  search: ScoreSearch,
  terms: readonly Term[],
  scale: ScoreScale,
  now: number,
): Steady {
  const read = search.readAt(now);
  const holding = terms.filter(
    (term) => term.type === 'steady' && term.rule.condition.holds(read, now),
  );
  return { isUnknown: isUnknown(scale, read), holding: new Set(holding) };
}

/** The sum as `scoreLead` makes it, in the same order, so that both agree to the last bit. */
function sumOf(terms: readonly Term[], holding: ReadonlySet<Term>, now: number): number {
  return terms.reduce((total, term) => {
    if (term.type === 'fading') return total + limited(weightOf(term, now), term.rule.rule.atMost);
    return holding.has(term) ? total + term.rule.rule.points : total;
  }, 0);
}

function weightOf({ rule, events }: FadingTerm, now: number): number {
  let total = 0;
  for (const { occurredAt } of events) total += weighed(rule, occurredAt, now);
  return total;
}

/**
 * Instants after `from` at which the sum may change its course, in order. Where all points have one
 * sign and all events are past, the sum goes one way to the very end, and that is the only break.
 */
function breaksOf(terms: readonly Term[], from: number): readonly number[] {
  const fading = terms.filter((term) => term.type === 'fading');
  const arePast = fading.every(({ events }) => (events.at(-1)?.occurredAt ?? 0) <= from);
  // Points that keep for ever are a constant from then on.
  const moving = fading.filter(({ rule }) => !arePast || rule.reachMs !== Infinity);
  const signs = new Set(moving.map(({ rule }) => Math.sign(rule.rule.points)));
  if (!arePast || signs.size > 1) return courseChanges(moving, from);
  const ends = moving.map(({ rule, events }) => endOf(rule, events.at(-1)?.occurredAt ?? 0));
  const last = Math.max(0, ...ends);
  return last > from ? [last] : [];
}

/** The first instant at which an event gives nothing any more. */
function endOf({ reachMs }: FadingRule, occurredAt: number): number {
  return Math.ceil(occurredAt + reachMs);
}

function courseChanges(fading: readonly FadingTerm[], from: number): readonly number[] {
  const breaks = fading.flatMap((term) => {
    const edges = term.events.flatMap(({ occurredAt }) => [
      occurredAt,
      endOf(term.rule, occurredAt),
    ]);
    const ahead = edges.filter((instant) => instant > from && Number.isFinite(instant));
    return [...ahead, ...limitEnds(term, [from, ...ahead])];
  });
  return [...new Set(breaks)].sort((a, b) => a - b);
}

/** Where a limited sum falls below its limit: sum × 2^(-t / half-life) = limit. */
function limitEnds(term: FadingTerm, starts: readonly number[]): readonly number[] {
  const { halfLifeMs, rule } = term.rule;
  const { atMost, points } = rule;
  if (atMost === undefined || halfLifeMs === undefined) return [];
  if (Math.abs(points) * term.events.length <= atMost) return [];
  return starts.flatMap((start) => {
    const sum = Math.abs(weightOf(term, start));
    return sum <= atMost ? [] : [Math.ceil(start + halfLifeMs * Math.log2(sum / atMost))];
  });
}

/** The first instant in (low, high] at which the predicate holds; it holds at `high` and not at `low`. */
function firstWhere(low: number, high: number, holds: (now: number) => boolean): number {
  let before = Math.floor(low);
  let after = high;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (holds(middle)) after = middle;
    else before = middle;
  }
  return after;
}

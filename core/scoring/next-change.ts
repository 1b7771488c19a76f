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
import type { ScoreScale } from './model.ts';
import {
  isUnknown,
  limited,
  matchedEvents,
  weighed,
  wholePoints,
  type CompiledModel,
  type CompiledRule,
} from './score.ts';

export interface ScoreSearch {
  readonly model: CompiledModel;
  readonly lead: Lead;
  /** Score → points to watch: reaching or leaving them is a change. */
  readonly thresholds: ReadonlyMap<string, readonly number[]>;
  readonly readAt: (now: number) => ReadFact;
  /** When the facts behind `when` rules may change next. */
  readonly nextFactChange: (after: number) => number | null;
}

type FadingRule = Extract<CompiledRule, { type: 'for-each' }>;
/** A rule of the score in file order: either it holds its points or its events are weighed. */
type Term =
  | { readonly type: 'steady'; readonly rule: Extract<CompiledRule, { type: 'when' }> }
  | { readonly type: 'fading'; readonly rule: FadingRule; readonly events: readonly LeadEvent[] };
/** What stays the same between two breaks: which `when` rules hold, and whether anything is known. */
interface Steady {
  readonly isUnknown: boolean;
  readonly holding: ReadonlySet<Term>;
}

/** A lead with more breaks than this is looked at again at the last of them. */
const BREAKS_MAX = 1_000;

export function nextScoreChange(search: ScoreSearch, from: number): number | null {
  const found = [...search.thresholds]
    .filter(([, points]) => points.length > 0)
    .map(([score, points]) => nextCrossing(search, score, points, from))
    .filter((instant) => instant !== null);
  return found.length === 0 ? null : Math.min(...found);
}

function nextCrossing(
  search: ScoreSearch,
  score: string,
  thresholds: readonly number[],
  from: number,
): number | null {
  const scale = search.model.model.scores[score];
  if (scale === undefined) return null;
  const terms = termsOf(search, score, from);
  const breaks = breaksOf(terms, from);
  const bandAt = ({ isUnknown, holding }: Steady, now: number): number => {
    if (isUnknown) return -1;
    const points = wholePoints(sumOf(terms, holding, now), scale);
    return thresholds.filter((threshold) => points >= threshold).length;
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
        : { type: 'fading', rule, events: matchedEvents(rule, model, lead, now) },
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

function weightOf({ rule, events }: Extract<Term, { type: 'fading' }>, now: number): number {
  return events.reduce((total, { occurredAt }) => total + weighed(rule, occurredAt, now), 0);
}

/** Instants after `from` at which a term of the sum changes its course, in order. */
function breaksOf(terms: readonly Term[], from: number): readonly number[] {
  const breaks = terms.flatMap((term) => {
    if (term.type === 'steady') return [];
    const edges = term.events.flatMap(({ occurredAt }) => [
      occurredAt,
      Math.ceil(occurredAt + term.rule.reachMs),
    ]);
    const ahead = edges.filter((instant) => instant > from && Number.isFinite(instant));
    return [...ahead, ...limitEnds(term, [from, ...ahead])];
  });
  return [...new Set(breaks)].sort((a, b) => a - b);
}

/** Where a limited sum falls below its limit: sum × 2^(-t / half-life) = limit. */
function limitEnds(
  term: Extract<Term, { type: 'fading' }>,
  starts: readonly number[],
): readonly number[] {
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

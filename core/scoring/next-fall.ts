/**
 * The ordinary case of `next-change.ts`, at the cost that a hot path can bear: nothing lies ahead, and
 * all that fades are points given, so the score only falls. Then one threshold matters, the highest one
 * reached, and what was scored just now says all that has to be known.
 *
 * As long as no limit and no window ends, the sum over its target shrinks to one when so many half-lives
 * have gone by. That guess is never late; it is made again from where it fell short, and the last
 * milliseconds are found on the score itself, so that the instant returned is exact.
 */
import type { Lead } from '../facts/lead.ts';
import type { ScoreScale } from './model.ts';
import { limited, weighed, wholePoints, type CompiledModel, type Scored } from './score.ts';

export interface Standing {
  readonly model: CompiledModel;
  readonly lead: Lead;
  readonly scored: Scored;
}

/** What a rule gives: the same for ever, or by its events as long as they count. */
type Part =
  | { readonly type: 'kept'; readonly points: number }
  | {
      readonly type: 'fading';
      readonly rule: Extract<CompiledModel['rules'][number], { type: 'for-each' }>;
      readonly occurredAt: readonly number[];
    };

/** After so many guesses (each ends one limit or window) the rest is halved. */
const GUESSES_MAX = 8;

/** `null`: it never falls so far. `undefined`: it may also rise, and has to be searched for. */
export function nextFall(
  standing: Standing,
  score: string,
  scale: ScoreScale,
  thresholds: readonly number[],
  from: number,
): number | null | undefined {
  if (standing.lead.events.some(({ occurredAt }) => occurredAt > from)) return undefined;
  const points = standing.scored.scores[score];
  if (points === null || points === undefined) return null;
  const reached = thresholds.filter((threshold) => points >= threshold);
  if (reached.length === 0 && !hasFadingLosses(standing.model, score)) return null;
  const parts = partsOf(standing, score);
  if (parts === undefined) return undefined;
  if (reached.length === 0) return null;
  const threshold = Math.max(...reached);
  const isBelow = (now: number) => wholePoints(sumOf(parts, now), scale) < threshold;
  const end = endOf(parts);
  // Half a point below is where rounding gives way.
  const target = threshold - 0.5 - keptIn(parts);
  return isBelow(end) ? firstBelow({ parts, isBelow, target, scale }, from, end) : null;
}

/** Points taken that fade give the score back what they took. */
function hasFadingLosses({ rules }: CompiledModel, score: string): boolean {
  return rules.some(
    (rule) =>
      rule.type === 'for-each' &&
      rule.rule.score === score &&
      rule.rule.points < 0 &&
      rule.reachMs !== Infinity,
  );
}

/** In file order, as the score adds them up, so that both agree to the last bit. */
function partsOf({ model, scored }: Standing, score: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  for (const given of scored.points) {
    if (given.score !== score) continue;
    const rule = model.rules.find(({ rule: { id } }) => id === given.rule);
    if (rule === undefined) return undefined;
    if (rule.type === 'when' || rule.reachMs === Infinity) {
      parts.push({ type: 'kept', points: given.points });
    } else if (rule.rule.points < 0) return undefined;
    else {
      const occurredAt = given.events.map((event) => event.occurredAt);
      parts.push({ type: 'fading', rule, occurredAt });
    }
  }
  return parts;
}

function sumOf(parts: readonly Part[], now: number): number {
  let sum = 0;
  for (const part of parts) {
    sum += part.type === 'kept' ? part.points : limited(weightOf(part, now), limitOf(part));
  }
  return sum;
}

function weightOf({ rule, occurredAt }: Extract<Part, { type: 'fading' }>, now: number): number {
  let total = 0;
  for (const at of occurredAt) total += weighed(rule, at, now);
  return total;
}

function limitOf({ rule }: Extract<Part, { type: 'fading' }>): number | undefined {
  return rule.rule.atMost;
}

function keptIn(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => (part.type === 'kept' ? sum + part.points : sum), 0);
}

/** The first instant at which nothing is left of what fades. */
function endOf(parts: readonly Part[]): number {
  return parts.reduce((end, part) => {
    if (part.type === 'kept') return end;
    return Math.max(end, Math.ceil((part.occurredAt.at(-1) ?? 0) + part.rule.reachMs));
  }, 0);
}

interface Fall {
  readonly parts: readonly Part[];
  readonly isBelow: (now: number) => boolean;
  /** Of the fading parts together. */
  readonly target: number;
  readonly scale: ScoreScale;
}

/** `isBelow` is false at `low`, true at `high`, and turns once. */
function firstBelow({ parts, isBelow, target, scale }: Fall, low: number, high: number): number {
  let [before, after] = [Math.floor(low), high];
  const { halfLifeMs } = scale;
  for (let guesses = 0; halfLifeMs !== undefined && guesses < GUESSES_MAX; guesses += 1) {
    const moving = sumOf(parts, before) - keptIn(parts);
    const guess = Math.floor(before + halfLifeMs * Math.log2(moving / target));
    if (!(guess > before && guess < after)) break;
    if (isBelow(guess)) after = guess;
    else before = guess;
  }
  return narrowed(before, after, isBelow);
}

/** Doubling steps, then halving: after a good guess that is a few looks. */
function narrowed(low: number, high: number, isBelow: (now: number) => boolean): number {
  let [before, after] = [low, high];
  for (let step = 1; before + step < after; step *= 2) {
    if (isBelow(before + step)) {
      after = before + step;
      break;
    }
    before += step;
  }
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (isBelow(middle)) after = middle;
    else before = middle;
  }
  return after;
}

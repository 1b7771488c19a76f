/**
 * When can an answer change although nothing happens? The end of a window, a day without activity, a
 * fading score that crosses a number some rule names.
 *
 * This is what makes time an input: ingest stores the earliest such instant and ticks the lead then.
 * An instant returned may turn out to change nothing; one that is left out would be a decision missed.
 * At the instant returned, the new answer is already there.
 */
import type { Release } from '../definitions/release.ts';
import type { JsonObject, Leaf, ReadFact } from '../rules/condition.ts';
import type { CompiledCondition } from '../rules/compile.ts';
import { durationOf } from '../rules/duration.ts';
import { instantOf } from '../rules/instant.ts';
import { numberOf } from '../rules/operators.ts';
import { factAtPath } from '../rules/path.ts';
import { nextScoreChange } from '../scoring/next-change.ts';
import { compiledRelease } from './compiled-release.ts';
import type { Lead } from './lead.ts';
import { DEFAULT_MODEL, factReader, type FactScope } from './read.ts';

interface Search {
  readonly release: Release;
  readonly lead: Lead;
  readonly from: number;
  readonly read: ReadFact;
  /** Models and facts being looked into: one that asks for itself ends here. */
  readonly within: readonly string[];
}

/** The first instant after `from` at which one of the conditions may answer differently, or `null`. */
export function nextChange(
  release: Release,
  lead: Lead,
  conditions: readonly CompiledCondition[],
  from: number,
  scope: FactScope = {},
): number | null {
  const read = factReader(release, lead, from, scope);
  return earliest(candidates({ release, lead, from, read, within: [] }, conditions));
}

function candidates(search: Search, conditions: readonly CompiledCondition[]): readonly number[] {
  const leaves = conditions.flatMap((condition) => condition.leaves);
  const later = leaves.flatMap((leaf) => leafChanges(search, leaf));
  return [...later, ...scoreChanges(search, leaves)].filter((instant) => instant > search.from);
}

function leafChanges(search: Search, leaf: Leaf): readonly number[] {
  const { lead, release, read } = search;
  switch (leaf.fact) {
    case 'eventCount':
      return countChanges(search, leaf.params ?? {});
    case 'daysSinceActivity':
      return dayChanges(lead, leaf);
    case 'bantYes':
      return changesWithin(search, leaf.fact, compiledRelease(release).bant);
    case 'mayEmail':
      return changesWithin(
        search,
        leaf.fact,
        compiledRelease(release).consent.flatMap((rule) => rule.condition ?? []),
      );
    default:
      return isAboutAge(leaf)
        ? ageChanges(factAtPath(read(leaf.fact, leaf.params), leaf.path), leaf)
        : [];
  }
}

/** Of a fact that is answered by conditions of its own. */
function changesWithin(
  search: Search,
  fact: string,
  conditions: readonly CompiledCondition[],
): readonly number[] {
  if (search.within.includes(fact)) return [];
  return candidates({ ...search, within: [...search.within, fact] }, conditions);
}

/** An event leaves the window; one dated ahead of the clock comes in. */
function countChanges({ lead }: Search, { event, within }: JsonObject): readonly number[] {
  const withinMs = durationOf(within);
  return lead.events
    .filter(({ name }) => name === event)
    .flatMap(({ occurredAt }) =>
      withinMs === undefined ? [occurredAt] : [occurredAt, occurredAt + withinMs],
    );
}

/** Whole days: `n` is reached after n days. */
function dayChanges(lead: Lead, leaf: Leaf): readonly number[] {
  const since = lead.lastActivityAt ?? lead.bornAt;
  return turningPoints(leaf).map((days) => since + days * DAY_MS);
}

/** `withinLast` and `olderThan`, decorated or not. */
function isAboutAge({ operator }: Leaf): boolean {
  return operator.endsWith('withinLast') || operator.endsWith('olderThan');
}

function ageChanges(actual: ReturnType<ReadFact>, { value }: Leaf): readonly number[] {
  const at = instantOf(actual);
  const span = durationOf(value);
  return at === undefined || span === undefined ? [] : [at, at + span];
}

function scoreChanges(search: Search, leaves: readonly Leaf[]): readonly number[] {
  const { release, lead, from } = search;
  return [...compiledRelease(release).models].flatMap(([name, model]) => {
    const thresholds = thresholdsOf(
      leaves.filter((leaf) => modelOf(leaf) === name),
      model.model.grades,
    );
    if (search.within.includes(`model ${name}`) || thresholds.size === 0) return [];
    const whens = model.rules
      .flatMap((rule) => (rule.type === 'when' ? [rule.condition] : []))
      .filter(mayChangeByClock);
    const readAt = (now: number) => (now === from ? search.read : factReader(release, lead, now));
    const nextFactChange = (after: number) => {
      if (whens.length === 0) return null;
      const later = {
        ...search,
        from: after,
        read: readAt(after),
        within: [...search.within, `model ${name}`],
      };
      return earliest(candidates(later, whens));
    };
    const at = nextScoreChange({ model, lead, thresholds, readAt, nextFactChange }, from);
    return at === null ? [] : [at];
  });
}

/** The points at which a leaf on a score or grade of a model can answer differently. */
function thresholdsOf(
  leaves: readonly Leaf[],
  grades: { readonly [score: string]: readonly { readonly from: number }[] },
): ReadonlyMap<string, readonly number[]> {
  const thresholds = new Map<string, readonly number[]>();
  const add = (score: string, points: readonly number[]) => {
    thresholds.set(score, [...(thresholds.get(score) ?? []), ...points]);
  };
  const bands = (score: string) => (grades[score] ?? []).map((band) => band.from);
  for (const leaf of leaves) {
    if (leaf.fact === 'fitScore') add('fit', turningPoints(leaf));
    else if (leaf.fact === 'engagementScore') add('engagement', turningPoints(leaf));
    else add('fit', bands('fit'));
    if (leaf.fact === 'grade') add('engagement', bands('engagement'));
  }
  return thresholds;
}

const clockBound = new WeakMap<CompiledCondition, boolean>();

/** Whether the clock alone can change the answer at all: most conditions never need to be looked at. */
export function mayChangeByClock(condition: CompiledCondition): boolean {
  const known = clockBound.get(condition);
  if (known !== undefined) return known;
  const found = condition.leaves.some(isClockBound);
  clockBound.set(condition, found);
  return found;
}

function isClockBound(leaf: Leaf): boolean {
  return clockBoundFacts.has(leaf.fact) || scoreFacts.has(leaf.fact) || isAboutAge(leaf);
}

const clockBoundFacts = new Set(['eventCount', 'daysSinceActivity', 'bantYes', 'mayEmail']);

/** Days and scores are whole: "at least 60" turns at 60, "more than 60" at 61, "is 60" at both. */
function turningPoints({ operator, value }: Leaf): readonly number[] {
  const values = Array.isArray(value) ? value : [value];
  return values.flatMap((one: Leaf['value']) => {
    const number = numberOf(one);
    if (number === undefined) return [];
    if (fromTheValueOn.has(operator)) return [Math.ceil(number)];
    if (aboveTheValue.has(operator)) return [Math.floor(number) + 1];
    return [Math.ceil(number), Math.floor(number) + 1];
  });
}

const fromTheValueOn = new Set(['atLeast', 'lessThan', 'greaterThanInclusive']);
const aboveTheValue = new Set(['moreThan', 'atMost', 'greaterThan', 'lessThanInclusive']);
const DAY_MS = 86_400_000;
const scoreFacts = new Set(['fitScore', 'engagementScore', 'fitGrade', 'grade']);

function modelOf({ fact, params }: Leaf): string | undefined {
  if (!scoreFacts.has(fact)) return undefined;
  const model = params?.['model'];
  return typeof model === 'string' ? model : DEFAULT_MODEL;
}

function earliest(instants: readonly number[]): number | null {
  return instants.length === 0 ? null : Math.ceil(instants.reduce((a, b) => Math.min(a, b)));
}

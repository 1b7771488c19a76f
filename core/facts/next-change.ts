/**
 * When can an answer change although nothing happens? The end of a window, a day without activity, a
 * fading score that crosses a number some rule names.
 *
 * This is what makes time an input: ingest stores the earliest such instant and ticks the lead then.
 * An instant returned may turn out to change nothing; one that is left out would be a decision missed.
 * At the instant returned, the new answer is already there.
 */
import { memberFactNames } from '../accounts/catalogue.ts';
import { compiledAccounts } from '../accounts/compiled-accounts.ts';
import { accountChanges } from '../accounts/next-account-change.ts';
import type { Release } from '../definitions/release.ts';
import { ageChanges, isAboutAge } from '../rules/age.ts';
import type { EventMatch, JsonObject, Leaf } from '../rules/condition.ts';
import type { CompiledCondition } from '../rules/compile.ts';
import { durationOf } from '../rules/duration.ts';
import { consentEnds } from '../sending/consent.ts';
import { factAtPath } from '../rules/path.ts';
import { nextScoreChange } from '../scoring/next-change.ts';
import type { CompiledModel } from '../scoring/score.ts';
import { clockChanges, conditionsBehind } from './clock-changes.ts';
import { compiledRelease } from './compiled-release.ts';
import { eventsByName } from './event-index.ts';
import type { Lead } from './lead.ts';
import { matchChanges, matchesEvent } from './match-event.ts';
import { factReader, type FactReader } from './read.ts';
import type { FactScope } from './reading.ts';
import { DEFAULT_MODEL } from './score-facts.ts';
import { scoreThresholds, turningPoints } from './turning-points.ts';

interface Search {
  readonly release: Release;
  readonly lead: Lead;
  readonly from: number;
  readonly read: FactReader;
  /** Models and facts being looked into: one that asks for itself ends here. */
  readonly within: readonly string[];
}

/**
 * The first instant after `from` at which one of the conditions may answer differently, or `null`.
 * `read` is a reader of that lead at that instant, where the caller has one.
 */
export function nextChange(
  release: Release,
  lead: Lead,
  conditions: readonly CompiledCondition[],
  from: number,
  scope: FactScope = {},
  read: FactReader = factReader(release, lead, from, scope),
): number | null {
  return earliest(candidates({ release, lead, from, read, within: [] }, conditions));
}

function candidates(search: Search, conditions: readonly CompiledCondition[]): readonly number[] {
  const leaves = conditions.flatMap(clockBoundLeaves);
  if (leaves.length === 0) return [];
  const later = leaves.flatMap((leaf) => leafChanges(search, leaf));
  return [...later, ...scoreChanges(search, leaves)].filter(
    (instant) => instant > search.from && instant < Infinity,
  );
}

function leafChanges(search: Search, leaf: Leaf): readonly number[] {
  const { release, read } = search;
  if (memberFactNames.has(leaf.fact)) return accountChanges(search, leaf);
  switch (leaf.fact) {
    case 'buyingRole':
      return changesWithin(
        search,
        leaf.fact,
        compiledAccounts(release).roles.map(({ condition }) => condition),
      );
    case 'eventCount':
      return countChanges(search, leaf);
    case 'daysSinceActivity':
      return dayChanges(search, leaf);
    case 'bantYes':
      return changesWithin(search, leaf.fact, compiledRelease(release).bant);
    case 'mayEmail': {
      const { consent } = compiledRelease(release);
      const conditions = consent.flatMap((rule) => rule.condition ?? []);
      const ends = consentEnds(consent, search.lead.consents);
      return [...ends, ...changesWithin(search, leaf.fact, conditions)];
    }
    default: {
      const age = isAboutAge(leaf.operator)
        ? ageChanges(factAtPath(read(leaf.fact, leaf.params), leaf.path), leaf.value)
        : [];
      const behind = conditionsBehind(compiledRelease(release), leaf.fact) ?? [];
      const own = Object.hasOwn(clockChanges, leaf.fact) ? clockChanges[leaf.fact] : undefined;
      const turns = own?.(search, leaf) ?? [];
      return [...age, ...turns, ...changesWithin(search, leaf.fact, behind)];
    }
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

/**
 * Events leave the window, oldest first, so the count falls to one below a turning point when all but
 * that many have left. Events dated ahead of the clock come in, and then every instant counts.
 */
function countChanges({ lead, from, release, read }: Search, leaf: Leaf): readonly number[] {
  const { event, within } = leaf.params ?? noParams;
  const withinMs = within === undefined ? Infinity : (durationOf(within) ?? 0);
  const events = typeof event === 'string' ? (eventsByName(lead.events).get(event) ?? []) : [];
  const match = leaf.params as unknown as EventMatch;
  const context = { segments: release.segments, now: from };
  const counted = events.filter(
    (one) => one.occurredAt + withinMs > from && matchesEvent(match, one, context),
  );
  const turned = matchChanges(match, events, release.segments);
  if (counted.some(({ occurredAt }) => occurredAt > from)) {
    return [...counted.flatMap(({ occurredAt }) => [occurredAt, occurredAt + withinMs]), ...turned];
  }
  const ends = turningPoints(leaf, read).flatMap((point) => {
    const last = point < 1 ? undefined : counted[counted.length - point];
    return last === undefined ? [] : [last.occurredAt + withinMs];
  });
  return [...ends, ...turned];
}

/** Whole days: `n` is reached after n days. */
function dayChanges({ lead, read }: Search, leaf: Leaf): readonly number[] {
  const since = lead.lastActivityAt ?? lead.bornAt;
  return turningPoints(leaf, read).map((days) => since + days * DAY_MS);
}

function scoreChanges(search: Search, leaves: readonly Leaf[]): readonly number[] {
  const { release, lead, from, read } = search;
  const scoreLeaves = leaves.filter(({ fact }) => scoreFacts.has(fact));
  if (scoreLeaves.length === 0) return [];
  return [...compiledRelease(release).models].flatMap(([name, model]) => {
    const ofModel = scoreLeaves.filter((leaf) => modelOf(leaf) === name);
    if (search.within.includes(`model ${name}`) || ofModel.length === 0) return [];
    const scored = read.scored(name);
    const grades = {
      model,
      moves: (score: string) => movingScores(model).has(score),
      gradeOf: (score: string) => scored?.grades[score],
    };
    const thresholds = scoreThresholds(ofModel, grades, read);
    if (scored === undefined || thresholds.size === 0) return [];
    const whens = clockBoundWhens(model);
    const readAt = (now: number) => (now === from ? read : factReader(release, lead, now));
    const nextFactChange = (after: number) => {
      const within = [...search.within, `model ${name}`];
      return earliest(candidates({ ...search, from: after, read: readAt(after), within }, whens));
    };
    const isSteady = whens.length === 0;
    const score = { model, lead, scored, thresholds, readAt, nextFactChange, isSteady };
    const at = nextScoreChange(score, from);
    const turned = model.rules.flatMap((rule) =>
      rule.type === 'when' ? [] : matchChanges(rule.rule.match, lead.events, release.segments),
    );
    return at === null ? turned : [at, ...turned];
  });
}

const whensOf = new WeakMap<CompiledModel, readonly CompiledCondition[]>();

/** The conditions of `when` rules that the clock alone may change. */
function clockBoundWhens(model: CompiledModel): readonly CompiledCondition[] {
  const known = whensOf.get(model);
  if (known !== undefined) return known;
  const found = model.rules
    .flatMap((rule) => (rule.type === 'when' ? [rule.condition] : []))
    .filter((condition) => clockBoundLeaves(condition).length > 0);
  whensOf.set(model, found);
  return found;
}

const movingOf = new WeakMap<CompiledModel, ReadonlySet<string>>();

/** Scores that the clock alone may change: their points fade, end, or hang on what it changes. */
function movingScores(model: CompiledModel): ReadonlySet<string> {
  const known = movingOf.get(model);
  if (known !== undefined) return known;
  const moving = model.rules.filter(
    (rule) => rule.type === 'for-each' || clockBoundLeaves(rule.condition).length > 0,
  );
  const found = new Set(moving.map(({ rule }) => rule.score));
  movingOf.set(model, found);
  return found;
}

const clockBound = new WeakMap<CompiledCondition, readonly Leaf[]>();

/** The leaves that the clock alone can change: most conditions have none and are never looked at. */
export function clockBoundLeaves(condition: CompiledCondition): readonly Leaf[] {
  const known = clockBound.get(condition);
  if (known !== undefined) return known;
  const found = condition.leaves.filter(isClockBound);
  clockBound.set(condition, found);
  return found;
}

function isClockBound(leaf: Leaf): boolean {
  return clockBoundFacts.has(leaf.fact) || scoreFacts.has(leaf.fact) || isAboutAge(leaf.operator);
}

const clockBoundFacts = new Set([
  ...memberFactNames,
  'buyingRole',
  ...['eventCount', 'daysSinceActivity', 'bantYes', 'mayEmail'],
  ...['bantNo', 'bantUnknown', 'bantGaps', 'bantAnswer', 'buyingStage'],
  ...Object.keys(clockChanges),
]);
const scoreFacts = new Set([
  ...['fitScore', 'engagementScore', 'fitGrade', 'grade'],
  ...['score', 'scoreGrade'],
]);
const DAY_MS = 86_400_000;
const noParams: JsonObject = {};

function modelOf({ params }: Leaf): string {
  const model = params?.['model'];
  return typeof model === 'string' ? model : DEFAULT_MODEL;
}

function earliest(instants: readonly number[]): number | null {
  return instants.length === 0 ? null : Math.ceil(instants.reduce((a, b) => Math.min(a, b)));
}

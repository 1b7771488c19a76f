/**
 * What a stage asks for, seen from the end: the parts of its `when`, down to the rules that give the
 * points it wants and the questions it counts, each with what could still turn it.
 *
 * A goal only says where looking is worth it. Whether a lead qualifies is decided by the production
 * evaluator alone, on the changed lead: a bound here may be too generous, never too strict.
 */
import { builtInFacts } from '../facts/catalogue.ts';
import { DEFAULT_MODEL } from '../facts/score-facts.ts';
import type { Release } from '../definitions/release.ts';
import type { Condition, Leaf, ReadFact } from '../rules/condition.ts';
import { compileCondition } from '../rules/compile.ts';
import type { ForEachRule, Scored } from '../scoring/score.ts';
import type { ScoringModel } from '../scoring/model.ts';

/** A leaf and whether it must hold or fail. */
export interface Wanted {
  readonly leaf: Leaf;
  readonly holds: boolean;
}
export type Goal =
  | { readonly type: 'and' | 'or'; readonly of: readonly Goal[] }
  | { readonly type: 'leaf'; readonly wanted: Wanted; readonly isMet: boolean }
  /** At least so much of a sum to which rules or questions add. */
  | { readonly type: 'sum'; readonly lines: readonly SumLine[] };

/** All lines of one alternative: "fit at least 70 and engagement at least 30". */
export type SumLine = {
  readonly sum: string;
  readonly needed: number;
  readonly now: number;
};

/** Something that adds to a sum, and what would make it do so. */
export type Giver =
  | {
      readonly type: 'when';
      readonly sum: string;
      readonly points: number;
      /** `anything`: it looks at other sums, which many things move. */
      readonly wanted: readonly Wanted[] | 'anything';
      /** Whether it gives now; a rule that takes points gives by not holding. */
      readonly isGiving: boolean;
    }
  | {
      readonly type: 'for-each';
      readonly sum: string;
      readonly rule: ForEachRule;
      /** What the rule gives already. */
      readonly given: number;
    };

export interface GoalOf {
  readonly goal: Goal;
  readonly givers: readonly Giver[];
  /** Every leaf that could matter, also those of givers. */
  readonly wanted: readonly Wanted[];
}

export interface GoalScene {
  readonly release: Release;
  readonly read: ReadFact;
  readonly scored: (model: string) => Scored | undefined;
  readonly now: number;
}

export function goalOf(condition: Condition, scene: GoalScene): GoalOf {
  const gathered: Gathered = { givers: new Map(), wanted: [] };
  const goal = goalFrom(condition, true, scene, gathered);
  return { goal, givers: [...gathered.givers.values()].flat(), wanted: gathered.wanted };
}

interface Gathered {
  /** By sum: `core fit`, `bant`. */
  readonly givers: Map<string, readonly Giver[]>;
  readonly wanted: Wanted[];
}

function goalFrom(
  condition: Condition,
  holds: boolean,
  scene: GoalScene,
  gathered: Gathered,
): Goal {
  if ('not' in condition) return goalFrom(condition.not, !holds, scene, gathered);
  if ('condition' in condition) {
    const segment = scene.release.segments[condition.condition];
    if (segment === undefined) return { type: 'or', of: [] };
    return goalFrom(segment.when, holds, scene, gathered);
  }
  if (!('fact' in condition)) {
    const isAll = 'all' in condition;
    const of = (isAll ? condition.all : condition.any).map((one) =>
      goalFrom(one, holds, scene, gathered),
    );
    // An empty `any` is true, as json-rules-engine has it.
    if (of.length === 0) return { type: holds ? 'and' : 'or', of };
    return { type: isAll === holds ? 'and' : 'or', of };
  }
  return leafGoal({ leaf: condition, holds }, scene, gathered);
}

function leafGoal(wanted: Wanted, scene: GoalScene, gathered: Gathered): Goal {
  const { leaf } = wanted;
  const sums = sumsOf(wanted, scene, gathered);
  if (sums !== undefined) return sums;
  gathered.wanted.push(wanted);
  const isMet = compileCondition(leaf, {}).holds(scene.read, scene.now) === wanted.holds;
  return { type: 'leaf', wanted, isMet };
}

const scoreFacts: { readonly [fact: string]: readonly string[] } = {
  fitScore: ['fit'],
  engagementScore: ['engagement'],
  fitGrade: ['fit'],
  grade: ['fit', 'engagement'],
};
const plainScores = new Set(['fitScore', 'engagementScore', 'score']);

/** The scores that a leaf looks at, if any. */
function scoresOf({ fact, params }: Leaf): readonly string[] | undefined {
  if (Object.hasOwn(scoreFacts, fact)) return scoreFacts[fact];
  if (fact !== 'score' && fact !== 'scoreGrade') return undefined;
  const named = params?.['score'];
  return typeof named === 'string' ? [named] : [];
}

/** Answered by conditions of `rules/qualification.json`. */
const asked = new Set([
  'bantYes',
  'bantNo',
  'bantUnknown',
  'bantGaps',
  'bantAnswer',
  'buyingStage',
]);

/** A leaf on a score, a grade or `bantYes` as sums to reach; `undefined` for any other leaf. */
function sumsOf(wanted: Wanted, scene: GoalScene, gathered: Gathered): Goal | undefined {
  const { leaf } = wanted;
  if (asked.has(leaf.fact)) gatherQuestions(scene, gathered);
  if (leaf.fact === 'bantYes') {
    const needed = leastOf(wanted) ?? -Infinity;
    return { type: 'sum', lines: [{ sum: 'bant', needed, now: Number(scene.read('bantYes')) }] };
  }
  const scores = scoresOf(leaf);
  if (scores === undefined) return undefined;
  const named = leaf.params?.['model'];
  const name = typeof named === 'string' ? named : DEFAULT_MODEL;
  const model = scene.release.models.find((one) => one.model === name);
  if (model === undefined) return undefined;
  for (const score of scores) gatherScore(model, score, scene, gathered);
  const line = (score: string, needed: number): SumLine => ({
    sum: `${name} ${score}`,
    needed,
    now: rawSum(scene.scored(name), score),
  });
  if (plainScores.has(leaf.fact)) {
    const least = leastOf(wanted);
    // Scores are whole points, rounded: half a point less will do.
    const needed = least === undefined ? -Infinity : least - 0.5;
    return { type: 'sum', lines: scores.map((score) => line(score, needed)) };
  }
  const alternatives = acceptedGrades(wanted, model, scores);
  return {
    type: 'or',
    of: alternatives.map((from) => ({
      type: 'sum',
      lines: scores.map((score, index) => line(score, (from[index] ?? -Infinity) - 0.5)),
    })),
  };
}

/** The least number that satisfies the leaf, where there is one that must be reached from below. */
function leastOf({ leaf, holds }: Wanted): number | undefined {
  const values: readonly unknown[] = Array.isArray(leaf.value) ? leaf.value : [leaf.value];
  const numbers = values.flatMap((value) => (typeof value === 'number' ? [value] : []));
  const least = numbers.length === 0 ? undefined : Math.min(...numbers);
  const rising = holds ? risingOperators : fallingOperators;
  return rising.has(leaf.operator) ? least : undefined;
}
const risingOperators = new Set([
  ...['atLeast', 'moreThan', 'is', 'isOneOf', 'equal', 'in'],
  ...['greaterThan', 'greaterThanInclusive'],
]);
const fallingOperators = new Set(['atMost', 'lessThan', 'lessThanInclusive']);

/** Every combination of bands that the leaf accepts, as the points at which each band begins. */
function acceptedGrades(
  { leaf, holds }: Wanted,
  model: ScoringModel,
  scores: readonly string[],
): readonly (readonly number[])[] {
  const bands = scores.map((score) => model.grades[score] ?? [{ grade: '', from: -Infinity }]);
  const all = bands.reduce<readonly { readonly name: string; readonly from: readonly number[] }[]>(
    (found, band) =>
      found.flatMap(({ name, from }) =>
        band.map((one, index) => ({
          name: `${name}${one.grade}`,
          // Below all bands is the lowest one.
          from: [...from, index === band.length - 1 ? -Infinity : one.from],
        })),
      ),
    [{ name: '', from: [] }],
  );
  const { params: _params, ...plain } = leaf;
  const accepts = compileCondition(plain, {});
  return all.filter(({ name }) => accepts.holds(() => name, 0) === holds).map(({ from }) => from);
}

function gatherQuestions(scene: GoalScene, gathered: Gathered): void {
  if (gathered.givers.has('bant')) return;
  gathered.givers.set('bant', []);
  const { bant, buyingStages = [] } = scene.release.qualification;
  const questions = Object.values(bant);
  gathered.givers.set(
    'bant',
    questions.map(({ yes }) => whenGiver('bant', 1, yes, scene, gathered)),
  );
  // A "no" can be wanted too, and what else they are asked for is left to the evaluator.
  const others = [
    ...questions.flatMap(({ no }) => no ?? []),
    ...buyingStages.map(({ when }) => when),
  ];
  for (const condition of others) goalFrom(condition, true, scene, gathered);
}

function gatherScore(
  model: ScoringModel,
  score: string,
  scene: GoalScene,
  gathered: Gathered,
): void {
  const sum = `${model.model} ${score}`;
  if (gathered.givers.has(sum)) return;
  gathered.givers.set(sum, []);
  const points = scene.scored(model.model)?.points ?? [];
  const given = (rule: string) => points.find((point) => point.rule === rule)?.points ?? 0;
  const givers = model.rules
    .filter((rule) => rule.score === score)
    .map((rule) =>
      rule.type === 'when'
        ? whenGiver(sum, rule.points, rule.when, scene, gathered)
        : ({ type: 'for-each', sum, rule, given: given(rule.id) } as const),
    );
  gathered.givers.set(sum, givers);
  for (const fact of model.scores[score]?.unknownUnless?.of ?? []) {
    gathered.wanted.push({ leaf: { fact, operator: 'known', value: true }, holds: true });
  }
}

function whenGiver(
  sum: string,
  points: number,
  when: Condition,
  scene: GoalScene,
  gathered: Gathered,
): Giver {
  const from = gathered.wanted.length;
  goalFrom(when, points > 0, scene, gathered);
  const condition = compileCondition(when, scene.release.segments);
  const holds = condition.holds(scene.read, scene.now);
  const isGiving = points > 0 === holds;
  const looksAtSums = condition.leaves.some(
    (leaf) => asked.has(leaf.fact) || scoresOf(leaf) !== undefined,
  );
  const wanted = looksAtSums ? 'anything' : gathered.wanted.slice(from);
  return { type: 'when', sum, points: Math.abs(points), wanted, isGiving };
}

/** Before the scale cuts it: what could be added counts from here. */
function rawSum(scored: Scored | undefined, score: string): number {
  const own = (scored?.points ?? []).filter((point) => point.score === score);
  return own.reduce((total, { points }) => total + points, 0);
}

/** A trait of the lead: what somebody can be asked for. */
export function isTrait(release: Release, fact: string): boolean {
  const builtIn = Object.hasOwn(builtInFacts, fact) ? builtInFacts[fact] : undefined;
  return Object.hasOwn(release.facts, fact) || builtIn?.isTrait === true;
}

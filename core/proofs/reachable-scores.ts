/**
 * The most points a lead can have, per scoring model and score, and the rules that give them.
 *
 * An upper bound: negative rules count nothing, events come as often as they like at the same instant,
 * and rules that exclude each other are told apart only where their facts have few enough values. So
 * "nobody can reach 70" is certain, while "somebody can" is not claimed.
 */
import type { Release } from '../definitions/release.ts';
import type { ScoreRule, ScoringModel } from '../scoring/model.ts';
import { leadWorld } from './satisfiability/domain.ts';
import { formulate } from './satisfiability/variables.ts';
import type { Formula } from './satisfiability/boxes.ts';
import type { Variable } from './satisfiability/variables.ts';
import { solve } from './satisfiability/solve.ts';

export interface ScoreReach {
  readonly model: string;
  readonly score: string;
  /** Whole points, within the scale. */
  readonly most: number;
  /** Rules that together give the most, with what each gives; without a limit: `Infinity`. */
  readonly rules: readonly { readonly rule: string; readonly points: number }[];
}

/** Releases are immutable: what is reachable is found once. */
const found = new WeakMap<Release, readonly ScoreReach[]>();

export function scoreReaches(release: Release): readonly ScoreReach[] {
  const known = found.get(release);
  if (known !== undefined) return known;
  const reaches = release.models.flatMap((model) =>
    Object.keys(model.scores).map((score) => reachOf(release, model, score)),
  );
  found.set(release, reaches);
  return reaches;
}

/** "can-sign 40 + large 40 = 80 at most". */
export function sumInWords({ score, rules, most }: ScoreReach): string {
  if (rules.length === 0) return `no rule gives points to ${score}: ${most} at most`;
  const sum = rules.reduce((total, { points }) => total + points, 0);
  if (sum > most) return `${score} ends at ${most}`;
  const parts = rules.map(({ rule, points }) => `${rule} ${points}`);
  return `${parts.join(' + ')} = ${most} at most`;
}

/** The same release with scores and grades that nobody can reach left out. */
export function reachableRelease(release: Release): Release {
  const reaches = scoreReaches(release);
  const mostOf = (model: string, score: string) =>
    reaches.find((one) => one.model === model && one.score === score)?.most ?? Infinity;
  return {
    ...release,
    models: release.models.map((model) => ({
      ...model,
      scores: mapValues(model.scores, (scale, score) => ({
        ...scale,
        max: Math.min(scale.max, mostOf(model.model, score)),
      })),
      grades: mapValues(model.grades, (bands, score) =>
        bands.filter(
          ({ from }, index) => from <= mostOf(model.model, score) || index === bands.length - 1,
        ),
      ),
    })),
  };
}

function reachOf(release: Release, model: ScoringModel, score: string): ScoreReach {
  const rules = model.rules.filter((rule) => rule.score === score && rule.points > 0);
  const perEvent = rules.filter((rule) => rule.type === 'for-each');
  const given = [
    ...mostOfConditions(
      release,
      rules.filter((rule) => rule.type === 'when'),
    ),
    ...perEvent.flatMap((rule) => {
      const points = canCount(release, rule) ? (rule.atMost ?? Infinity) : 0;
      return points === 0 ? [] : [{ rule: rule.id, points }];
    }),
  ];
  const sum = given.reduce((total, { points }) => total + points, 0);
  const { min = 0, max = sum } = model.scores[score] ?? {};
  const most = Math.round(Math.min(max, Math.max(min, sum)));
  return { model: model.model, score, most, rules: given };
}

type WhenRule = Extract<ScoreRule, { type: 'when' }>;
type ForEachRule = Extract<ScoreRule, { type: 'for-each' }>;
type Given = { readonly rule: string; readonly points: number };

function canCount(release: Release, { match }: ForEachRule): boolean {
  if (match.where === undefined) return true;
  const world = { type: 'event', event: match.event } as const;
  return solve(release, world, [{ holds: match.where }]).type !== 'no';
}

function mostOfConditions(release: Release, rules: readonly WhenRule[]): readonly Given[] {
  const { variables, formula } = formulate(
    release,
    leadWorld,
    rules.map(({ when }) => ({ holds: when })),
  );
  const formulas = formula.type === 'mask' ? [formula] : formula.of;
  const weighed = rules.flatMap((rule, index): readonly Weighed[] => {
    const own = formulas[index];
    return own === undefined ? [] : [{ rule, formula: own, variables: variablesOf(own) }];
  });
  const best = groupsOf(weighed).flatMap((group) => mostOfGroup(group, variables));
  const chosen = new Set(best);
  return rules.filter((rule) => chosen.has(rule)).map(({ id, points }) => ({ rule: id, points }));
}

interface Weighed {
  readonly rule: WhenRule;
  readonly formula: Formula;
  readonly variables: ReadonlySet<number>;
}

function variablesOf(formula: Formula): ReadonlySet<number> {
  return formula.type === 'mask'
    ? new Set([formula.variable])
    : new Set(formula.of.flatMap((one) => [...variablesOf(one)]));
}

/** Rules that share a fact, directly or through others, may exclude each other. */
function groupsOf(rules: readonly Weighed[]): readonly (readonly Weighed[])[] {
  return rules.reduce<readonly (readonly Weighed[])[]>((groups, rule) => {
    const touches = (group: readonly Weighed[]) =>
      group.some(({ variables }) => [...variables].some((one) => rule.variables.has(one)));
    const joined = [...groups.filter(touches).flat(), rule];
    return [...groups.filter((group) => !touches(group)), joined];
  }, []);
}

/** Combinations of values tried for one group; beyond it all its rules are taken to go together. */
const COMBINATIONS_MOST = 5_000;

function mostOfGroup(group: readonly Weighed[], all: readonly Variable[]): readonly WhenRule[] {
  const variables = [...new Set(group.flatMap((one) => [...one.variables]))];
  const sizes = variables.map((variable) => all[variable]?.cells.length ?? 0);
  const combinations = sizes.reduce((product, size) => product * size, 1);
  if (combinations > COMBINATIONS_MOST) return group.map(({ rule }) => rule);
  let best: readonly WhenRule[] = [];
  let most = 0;
  for (let number = 0; number < combinations; number++) {
    const cells = cellsAt(number, variables, sizes);
    const holding = group.filter(({ formula }) => holdsAt(formula, cells)).map(({ rule }) => rule);
    const sum = holding.reduce((total, { points }) => total + points, 0);
    if (sum > most) [best, most] = [holding, sum];
  }
  return best;
}

/** The number read as one digit per variable. */
function cellsAt(
  number: number,
  variables: readonly number[],
  sizes: readonly number[],
): ReadonlyMap<number, number> {
  let rest = number;
  return new Map(
    variables.map((variable, index) => {
      const size = sizes[index] ?? 1;
      const cell = rest % size;
      rest = Math.floor(rest / size);
      return [variable, cell] as const;
    }),
  );
}

function holdsAt(formula: Formula, cells: ReadonlyMap<number, number>): boolean {
  switch (formula.type) {
    case 'mask':
      return (formula.mask & (1n << BigInt(cells.get(formula.variable) ?? 0))) !== 0n;
    case 'and':
      return formula.of.every((one) => holdsAt(one, cells));
    case 'or':
      return formula.of.some((one) => holdsAt(one, cells));
  }
}

function mapValues<Value, Mapped>(
  record: { readonly [key: string]: Value },
  map: (value: Value, key: string) => Mapped,
): { readonly [key: string]: Mapped } {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

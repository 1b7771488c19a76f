/**
 * Finitely many values that stand for all a fact can have: no condition at hand tells two values of
 * one cell apart.
 *
 * Each cell is tested against each leaf by the evaluator that decides in production, so that nothing
 * here says anew what an operator means. Where the cells may not be all there is, one more cell says
 * so: on it a leaf may go either way, which keeps "cannot hold" from ever being said too early.
 */
import type { FactValue, Json, Leaf } from '../../rules/condition.ts';
import { durationOf } from '../../rules/duration.ts';
import { findEvaluate, operators } from '../../rules/operators.ts';
import type { FactDomain } from './domain.ts';
import { textCells } from './text-cells.ts';

export interface Cell {
  /** `undefined`: the fact is missing. */
  readonly value: FactValue;
  /** False for a value that may not exist: enough to doubt, never enough to claim. */
  readonly isCertain: boolean;
  /** For a value that stands for "any other": how people say it. */
  readonly words?: string;
  /** What leaves say of a value that could not be built. */
  readonly truth?: (leaf: Leaf) => Truth;
}
/** True, false, or not to be known. */
export type Truth = boolean | 'either';

/** The instant at which dates are weighed: only their age matters. */
export const PROOF_NOW = Date.UTC(2026, 0, 15, 12);
const DAY_MS = 86_400_000;

/** Cells for a fact that all these leaves look at; those a witness would rather name come first. */
export function cellsOf(
  domain: FactDomain,
  leaves: readonly Leaf[],
  fact: string,
): readonly Cell[] {
  const known = knownCells(domain, leaves, fact);
  return domain.mayBeMissing ? [...known, { value: undefined, isCertain: true }] : known;
}

/** Whether the operator of the leaf can be judged on cells of this kind. */
export function isUnderstood(domain: FactDomain, leaf: Leaf): boolean {
  const operator = operators.get(baseOperator(leaf.operator));
  if (operator === undefined || isFactValue(leaf.value) || leaf.operator.includes('Fact:')) {
    return false;
  }
  if (leaf.operator.includes('Value:') || isBlank(leaf.value)) return false;
  if (operator.name === 'known') return true;
  switch (domain.type) {
    case 'number':
      return ['any', 'number', 'list', 'range'].includes(operator.value);
    case 'choice':
      return operator.value !== 'duration';
    case 'text':
      return equality.has(operator.name) || operator.value === 'text';
    case 'date':
      return operator.value === 'duration';
    case 'list':
      return membership.has(operator.name);
    case 'any':
      return equality.has(operator.name);
  }
}

export function truthOf(leaf: Leaf, cell: Cell): Truth {
  if (cell.truth !== undefined) return cell.truth(leaf);
  const evaluate = findEvaluate(leaf.operator);
  if (evaluate === undefined) return 'either';
  const isSpan = operators.get(baseOperator(leaf.operator))?.value === 'duration';
  const value = isSpan ? (durationOf(leaf.value) ?? leaf.value) : leaf.value;
  return evaluate(cell.value, value, PROOF_NOW);
}

const equality = new Set([
  ...['is', 'isNot', 'isOneOf', 'isNoneOf'],
  ...['equal', 'notEqual', 'in', 'notIn'],
]);
const membership = new Set(['has', 'hasAnyOf', 'hasAllOf', 'contains', 'doesNotContain']);

function knownCells(domain: FactDomain, leaves: readonly Leaf[], fact: string): readonly Cell[] {
  switch (domain.type) {
    case 'number':
      return certain(numbers(domain, leaves));
    case 'choice':
      return certain(domain.values);
    case 'text':
      return textCells(leaves, mentioned(leaves), domain.canBe, fact);
    case 'date':
      return certain(ages(leaves).map((age) => PROOF_NOW - age));
    case 'list':
      return certain(lists(mentioned(leaves)));
    case 'any':
      return [...certain(mentioned(leaves)), { value: unlike(mentioned(leaves)), isCertain: true }];
  }
}

/** A text that is none of them. */
export function unlike(values: readonly Json[]): string {
  let text = 'something else';
  while (values.includes(text)) text = `${text} again`;
  return text;
}

/** Every value named, once. */
export function mentioned(leaves: readonly Leaf[]): readonly Json[] {
  return [...new Set(leaves.flatMap(({ value }) => (isList(value) ? value : [value])))];
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Thresholds first, then one number between each two and one beyond either end. */
function numbers(
  domain: Extract<FactDomain, { type: 'number' }>,
  leaves: readonly Leaf[],
): readonly number[] {
  const { from, to, edges, isWhole } = domain;
  const named = mentioned(leaves).filter((value) => typeof value === 'number');
  const points = [...named, ...edges, from, to].filter(Number.isFinite).sort((a, b) => a - b);
  const first = points[0] ?? 0;
  const between = isWhole
    ? points.flatMap((point) => [Math.floor(point), Math.ceil(point), point - 1, point + 1])
    : points.flatMap((point, index) => [(point + (points[index + 1] ?? point + 2)) / 2, first - 1]);
  const all = [...new Set([...named, ...points, first, ...between])];
  return all.filter(
    (value) => value >= from && value <= to && (!isWhole || Number.isInteger(value)),
  );
}

function ages(leaves: readonly Leaf[]): readonly number[] {
  const spans = leaves.flatMap(({ value }) => durationOf(value) ?? []);
  const points = [...new Set([0, ...spans])].sort((a, b) => a - b);
  const between = points.map((point, index) => (point + (points[index + 1] ?? point + DAY_MS)) / 2);
  return [...points, ...between, -DAY_MS];
}

/** Any list that will do holds what must be held and lacks the rest: all subsets, while they are few. */
function lists(values: readonly Json[]): readonly Json[] {
  return values.reduce<readonly (readonly Json[])[]>(
    (subsets, value) => [...subsets, ...subsets.map((subset) => [...subset, value])],
    [[]],
  );
}

function certain(values: readonly Json[]): readonly Cell[] {
  return values.map((value) => ({ value, isCertain: true }));
}

/** `not:in` is judged as `in` is. */
function baseOperator(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

/** An empty text and `null` are missing to our words and values to json-rules-engine's. */
function isBlank(value: Json): boolean {
  return value === null || value === '' || (isList(value) && value.some(isBlank));
}

function isFactValue(value: Json): boolean {
  return typeof value === 'object' && value !== null && !isList(value);
}

/**
 * Compiles a condition once into two synchronous functions: `holds` for speed and `evaluate` for the
 * whole reasoning.
 *
 * Both answer exactly as json-rules-engine 7.3 does: an empty `any` is true, conditions of one priority
 * are all looked at, and once a priority decides, lower ones are skipped (no `result` in the explanation).
 * Nothing here reads a fact except through `ReadFact`, and nothing throws while evaluating: unknown
 * operators and segments are found while compiling. The differential test holds this file to its word.
 */
import { isAboutAge } from './age.ts';
import type { Condition, FactValue, Json, JsonObject, Leaf, ReadFact } from './condition.ts';
import { durationOf } from './duration.ts';
import { findEvaluate, operators, type Evaluate } from './operators.ts';
import { factAtPath } from './path.ts';

/** Why a condition holds or not, node by node. A node without `result` was skipped. */
export type Explanation =
  | LeafExplanation
  | ({ readonly type: 'all' | 'any'; readonly of: readonly Explanation[] } & Common)
  | ({ readonly type: 'not'; readonly of: Explanation } & Common)
  /** `of` is absent when the segment was skipped. */
  | ({ readonly type: 'segment'; readonly segment: string; readonly of?: Explanation } & Common);
export interface LeafExplanation extends Common {
  readonly type: 'leaf';
  readonly fact: string;
  readonly operator: string;
  readonly expected: Json;
  readonly params?: JsonObject;
  readonly path?: string;
  /** Absent when the fact is missing or the leaf was skipped. */
  readonly actual?: Json;
}
interface Common {
  readonly name?: string;
  readonly result?: boolean;
}
export interface Verdict {
  readonly holds: boolean;
  readonly explanation: Explanation;
}
export interface FactNeed {
  readonly fact: string;
  readonly params?: JsonObject;
}
export interface CompiledCondition {
  readonly source: Condition;
  readonly factsNeeded: readonly FactNeed[];
  readonly leaves: readonly Leaf[];
  readonly evaluate: (read: ReadFact, now: number) => Verdict;
  readonly holds: (read: ReadFact, now: number) => boolean;
}
export interface Segments {
  readonly [id: string]: { readonly when: Condition };
}

interface Node {
  readonly priority: number;
  readonly holds: (read: ReadFact, now: number) => boolean;
  readonly explain: (read: ReadFact, now: number) => Explanation & { readonly result: boolean };
  readonly skipped: Explanation;
}
interface Compilation {
  readonly segments: Segments;
  /** Segments being compiled, outermost first. */
  readonly path: readonly string[];
  readonly leaves: Leaf[];
}

/** Throws a `ConditionError` when an operator or a segment is unknown or segments go round in a circle. */
export function compileCondition(condition: Condition, segments: Segments): CompiledCondition {
  const compilation: Compilation = { segments, path: [], leaves: [] };
  const node = compileNode(condition, compilation);
  return {
    source: condition,
    leaves: compilation.leaves,
    factsNeeded: factsOf(compilation.leaves),
    holds: node.holds,
    evaluate: (read, now) => {
      const explanation = node.explain(read, now);
      return { holds: explanation.result, explanation };
    },
  };
}

export class ConditionError extends Error {
  override readonly name = 'ConditionError';
}

function compileNode(condition: Condition, compilation: Compilation): Node {
  if ('any' in condition) return listNode('any', condition.any, condition, compilation);
  if ('all' in condition) return listNode('all', condition.all, condition, compilation);
  if ('not' in condition) return notNode(condition, compilation);
  if ('condition' in condition) return segmentNode(condition, compilation);
  return leafNode(condition, compilation);
}

function leafNode(leaf: Leaf, compilation: Compilation): Node {
  const evaluate = findEvaluate(leaf.operator);
  if (evaluate === undefined) {
    throw new ConditionError(
      `The condition on the fact "${leaf.fact}" uses the operator "${leaf.operator}", which does not exist.`,
    );
  }
  compilation.leaves.push(leaf);
  const skipped = {
    type: 'leaf',
    fact: leaf.fact,
    operator: leaf.operator,
    expected: leaf.value,
    ...optional(leaf),
  } as const;
  const { fact, params, path } = leaf;
  const readActual = (read: ReadFact) =>
    path === undefined ? read(fact, params) : factAtPath(read(fact, params), path);
  const test = testOf(leaf, evaluate);
  return {
    priority: priorityOf(leaf.priority),
    skipped,
    holds: (read, now) => test(readActual(read), read, now),
    explain: hangsOnValueAlone(leaf)
      ? sharedExplain(skipped, readActual, (actual) => evaluate(actual, leaf.value, 0))
      : explainEach(skipped, readActual, test),
  };
}

type Explained = LeafExplanation & { readonly result: boolean };

type Test = (actual: FactValue, read: ReadFact, now: number) => boolean;
type Explain = (read: ReadFact, now: number) => Explained;

/** Neither the clock nor another fact has a say: the same value is always answered alike. */
function hangsOnValueAlone({ operator, value }: Leaf): boolean {
  return otherFact(value) === undefined && !isAboutAge(operator);
}

/** Of one leaf; beyond them explanations are made anew. */
const REMEMBERED_MAX = 512;
const LETTERS_MAX = 100;

/**
 * An explanation is a value: the same answer is explained by the same object, whomever it is about.
 * Judging many leads would otherwise spend most of its time on making objects that say the same.
 */
function sharedExplain(
  skipped: LeafExplanation,
  readActual: (read: ReadFact) => FactValue,
  test: (actual: FactValue) => boolean,
): Explain {
  const known = new Map<FactValue, Explained>();
  const explain = explainerOf(skipped);
  return (read) => {
    const actual = readActual(read);
    if (!isSmall(actual)) return explain(actual, test(actual));
    const found = known.get(actual);
    if (found !== undefined) return found;
    const made = explain(actual, test(actual));
    if (known.size < REMEMBERED_MAX) known.set(actual, Object.freeze(made));
    return made;
  };
}

function explainEach(
  skipped: LeafExplanation,
  readActual: (read: ReadFact) => FactValue,
  test: Test,
): Explain {
  const explain = explainerOf(skipped);
  return (read, now) => {
    const actual = readActual(read);
    return explain(actual, test(actual, read, now));
  };
}

/** Most leaves have neither path nor name, and are written out: many times faster than copied. */
function explainerOf(skipped: LeafExplanation): (actual: FactValue, result: boolean) => Explained {
  const { type, fact, operator, expected, params, path, name } = skipped;
  const isPlain = params === undefined && path === undefined && name === undefined;
  return (actual, result) => {
    if (actual === undefined) return { ...skipped, result };
    if (isPlain) return { type, fact, operator, expected, actual, result };
    return { ...skipped, actual, result };
  };
}

/** 0 and -0 are one key of a map and two answers. */
function isSmall(actual: FactValue): boolean {
  if (typeof actual === 'string') return actual.length <= LETTERS_MAX;
  return (typeof actual !== 'object' || actual === null) && !Object.is(actual, -0);
}

/** `{ "fact": … }` as value compares with another fact; a duration is parsed here, once. */
function testOf(leaf: Leaf, evaluate: Evaluate): Test {
  const other = otherFact(leaf.value);
  if (other !== undefined) {
    return (actual: FactValue, read: ReadFact, now: number) =>
      evaluate(actual, factAtPath(read(other.fact, other.params), other.path), now);
  }
  const duration = operators.get(leaf.operator)?.value === 'duration';
  const value = duration ? (durationOf(leaf.value) ?? leaf.value) : leaf.value;
  return (actual: FactValue, _read: ReadFact, now: number) => evaluate(actual, value, now);
}

function listNode(
  type: 'all' | 'any',
  conditions: readonly Condition[],
  source: { readonly name?: string; readonly priority?: number },
  compilation: Compilation,
): Node {
  const nodes = conditions.map((condition) => compileNode(condition, compilation));
  const named = nameOf(source);
  const decides = type === 'any';
  const priorities = [...new Set(nodes.map((node) => node.priority))].sort((a, b) => b - a);
  return {
    priority: wholePriorityOf(source.priority),
    skipped: { type, of: nodes.map((node) => node.skipped), ...named },
    holds:
      type === 'all'
        ? (read, now) => {
            for (const node of nodes) if (!node.holds(read, now)) return false;
            return true;
          }
        : (read, now) => {
            for (const node of nodes) if (node.holds(read, now)) return true;
            return nodes.length === 0;
          },
    explain: (read, now) => {
      if (priorities.length === 1) return explainAll(type, nodes, named, read, now);
      const of = nodes.map((node) => node.skipped);
      let result = nodes.length === 0 || !decides;
      for (const priority of priorities) {
        const found = explainPriority(nodes, priority, of, read, now);
        result = decides ? found.some(Boolean) : found.every(Boolean);
        if (result === decides) break;
      }
      return { type, of, ...named, result };
    },
  };
}

/** The usual list: nothing is skipped. */
function explainAll(
  type: 'all' | 'any',
  nodes: readonly Node[],
  named: { readonly name?: string },
  read: ReadFact,
  now: number,
): Explanation & { readonly result: boolean } {
  let held = 0;
  const of = new Array<Explanation>(nodes.length);
  for (let at = 0; at < nodes.length; at += 1) {
    const explanation = nodes[at]?.explain(read, now);
    if (explanation === undefined) continue;
    of[at] = explanation;
    if (explanation.result) held += 1;
  }
  const result = type === 'any' ? held > 0 : held === nodes.length;
  return named.name === undefined ? { type, of, result } : { type, of, ...named, result };
}

function explainPriority(
  nodes: readonly Node[],
  priority: number,
  of: Explanation[],
  read: ReadFact,
  now: number,
): readonly boolean[] {
  const results: boolean[] = [];
  nodes.forEach((node, index) => {
    if (node.priority !== priority) return;
    const explanation = node.explain(read, now);
    of[index] = explanation;
    results.push(explanation.result);
  });
  return results;
}

function notNode(
  source: { readonly not: Condition; readonly name?: string; readonly priority?: number },
  compilation: Compilation,
): Node {
  const node = compileNode(source.not, compilation);
  const named = nameOf(source);
  return {
    priority: wholePriorityOf(source.priority),
    skipped: { type: 'not', of: node.skipped, ...named },
    holds: (read, now) => !node.holds(read, now),
    explain: (read, now) => {
      const of = node.explain(read, now);
      return { type: 'not', of, ...named, result: !of.result };
    },
  };
}

function segmentNode(
  source: { readonly condition: string; readonly priority?: number },
  compilation: Compilation,
): Node {
  const { condition: segment, priority } = source;
  const { segments, path } = compilation;
  if (!Object.hasOwn(segments, segment)) {
    throw new ConditionError(`The segment "${segment}" does not exist.`);
  }
  if (path.includes(segment)) {
    throw new ConditionError(`Segments go round in a circle: ${[...path, segment].join(' → ')}.`);
  }
  const { when } = segments[segment] as Segments[string];
  const node = compileNode(when, { ...compilation, path: [...path, segment] });
  const skipped = { type: 'segment', segment } as const;
  return {
    priority: priorityOf(priority),
    skipped,
    holds: node.holds,
    explain: (read, now) => {
      const of = node.explain(read, now);
      return { type: 'segment', segment, of, result: of.result };
    },
  };
}

/** A leaf and a reference keep a fractional priority, lists are cut to whole numbers: as over there. */
function priorityOf(priority: number | undefined): number {
  return priority === undefined || priority === 0 || Number.isNaN(priority) ? 1 : priority;
}
function wholePriorityOf(priority: number | undefined): number {
  return priorityOf(Math.trunc(priority ?? 1));
}

function factsOf(leaves: readonly Leaf[]): readonly FactNeed[] {
  const needs = new Map<string, FactNeed>();
  for (const leaf of leaves) {
    for (const { fact, params } of [leaf, otherFact(leaf.value)].filter(
      (need) => need !== undefined,
    )) {
      const key = `${fact} ${JSON.stringify(params ?? {})}`;
      if (!needs.has(key)) needs.set(key, params === undefined ? { fact } : { fact, params });
    }
  }
  return [...needs.values()];
}

function otherFact(value: Json): (FactNeed & { readonly path?: string }) | undefined {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, 'fact'))
    return undefined;
  return value as unknown as FactNeed & { readonly path?: string };
}

function optional(leaf: Leaf): Pick<LeafExplanation, 'params' | 'path' | 'name'> {
  return {
    ...(leaf.params === undefined ? {} : { params: leaf.params }),
    ...(leaf.path === undefined ? {} : { path: leaf.path }),
    ...nameOf(leaf),
  };
}

function nameOf(source: { readonly name?: string }): { readonly name?: string } {
  return source.name === undefined ? {} : { name: source.name };
}

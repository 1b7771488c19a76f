/**
 * A condition in the shape json-rules-engine takes: its root is a list, a `not` or a reference, and
 * the segments and facts it reaches are registered beforehand.
 *
 * Conditions are copied first: the library's constructor writes to what it is given.
 */
import type { TopLevelCondition } from 'json-rules-engine';
import type { Condition, Json } from '../core/rules/condition.ts';
import { ConditionError, type Segments } from '../core/rules/compile.ts';

/** A bare leaf, which files may hold anywhere, becomes an `all` of one. */
export function asRoot(condition: Condition): TopLevelCondition {
  const root = isLeaf(condition) ? { all: [condition] } : condition;
  return structuredClone(root) as unknown as TopLevelCondition;
}

export function isLeaf(condition: Condition): boolean {
  return !['any', 'all', 'not', 'condition'].some((key) => Object.hasOwn(condition, key));
}

export interface References {
  readonly facts: ReadonlySet<string>;
  readonly segments: ReadonlyMap<string, Condition>;
}

export function referencesOf(condition: Condition, segments: Segments): References {
  const facts = new Set<string>();
  const found = new Map<string, Condition>();
  const visit = (node: Condition): void => {
    if ('any' in node) node.any.forEach(visit);
    else if ('all' in node) node.all.forEach(visit);
    else if ('not' in node) visit(node.not);
    else if ('condition' in node) visitSegment(node.condition);
    else
      for (const fact of [node.fact, factIn(node.value)]) if (fact !== undefined) facts.add(fact);
  };
  const visitSegment = (id: string): void => {
    if (found.has(id)) return;
    const segment = segments[id];
    if (segment === undefined) throw new ConditionError(`The segment "${id}" does not exist.`);
    found.set(id, segment.when);
    visit(segment.when);
  };
  visit(condition);
  return { facts, segments: found };
}

function factIn(value: Json): string | undefined {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, 'fact'))
    return undefined;
  return (value as { readonly fact: string }).fact;
}

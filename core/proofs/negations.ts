/**
 * Is there a negation that also catches leads of whom the fact is not known?
 *
 * `not` and json-rules-engine's `notEqual` and `notIn` are true when a fact is missing, so "not in
 * Germany" catches everybody without a country. Left alone is what obviously means it: a condition that
 * speaks of `known` itself, "has not happened" (dates), "does not have" (lists), "is not true", and
 * facts that are never missing.
 */
import type { Path } from '../definitions/problems.ts';
import type { Release } from '../definitions/release.ts';
import type { Condition, Leaf } from '../rules/condition.ts';
import { findEvaluate } from '../rules/operators.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { PROOF_NOW } from './satisfiability/cells.ts';
import { domainOf, leadWorld } from './satisfiability/domain.ts';
import { solve } from './satisfiability/solve.ts';
import { nameInWords, witnessInWords } from './witness-words.ts';
import { writtenConditions } from './written-conditions.ts';
import type { WrittenCondition } from './written-conditions.ts';

export function findNegationsWithoutKnown(workspace: ProvableWorkspace): readonly Finding[] {
  return writtenConditions(workspace).flatMap((written) => inCondition(workspace.release, written));
}

function inCondition(release: Release, written: WrittenCondition): readonly Finding[] {
  const { condition, file, path, what } = written;
  const leaves = leavesOf(condition, true, path, release);
  const spokenOf = new Set(
    leaves.flatMap(({ leaf }) => (leaf.operator === 'known' ? [keyOf(leaf)] : [])),
  );
  const seen = new Set<string>();
  return leaves.flatMap(({ leaf, holds, path: at }): readonly Finding[] => {
    const key = keyOf(leaf);
    if (spokenOf.has(key) || seen.has(key) || !catchesUnknown(release, leaf, holds)) return [];
    const { fact, params } = leaf;
    const unknown: Leaf = { ...(params === undefined ? { fact } : { fact, params }), ...isUnknown };
    const fallsIn = solve(release, leadWorld, [{ holds: unknown }, { holds: condition }]);
    if (fallsIn.type !== 'yes') return [];
    seen.add(key);
    const name = nameInWords(fact, params);
    return [
      {
        finding: 'negation-without-known',
        severity: 'warning',
        file,
        path: at,
        message: `${what} also catches leads whose ${name} is not known`,
        witness: witnessInWords(fallsIn.witness),
        fix: fixOf(leaf),
      },
    ];
  });
}

const isUnknown = { operator: 'known', value: false } as const;

function fixOf({ fact, params, operator }: Leaf): string {
  const asked = params === undefined ? { fact } : { fact, params };
  const known = JSON.stringify({ ...asked, operator: 'known', value: true });
  const add = `add ${known} beside it in an "all"`;
  return ['is', 'equal', 'notEqual'].includes(operator) ? `use "isNot", or ${add}` : add;
}

function keyOf({ fact, params = {} }: Leaf): string {
  return JSON.stringify([fact, params]);
}

function catchesUnknown(release: Release, leaf: Leaf, holds: boolean): boolean {
  if (leaf.operator === 'known' || leaf.fact === 'emailStatus') return false;
  if (leaf.fact.startsWith('entry.')) return false;
  const domain = domainOf(release, leadWorld, leaf.fact, leaf.params);
  if (!domain.mayBeMissing || domain.type === 'date' || domain.type === 'list') return false;
  if (leaf.value === true) return false;
  const evaluate = findEvaluate(leaf.operator);
  return evaluate !== undefined && evaluate(undefined, leaf.value, PROOF_NOW) === holds;
}

interface FoundLeaf {
  readonly leaf: Leaf;
  /** Whether it must hold, after all negations around it. */
  readonly holds: boolean;
  /** Of the leaf, or of the segment it comes from. */
  readonly path: Path;
}

/** Leaves under a negation stand where they are read; what a segment says stands at its name. */
function leavesOf(
  condition: Condition,
  holds: boolean,
  path: Path,
  release: Release,
): readonly FoundLeaf[] {
  if ('not' in condition) return leavesOf(condition.not, !holds, [...path, 'not'], release);
  const list = 'all' in condition ? 'all' : 'any' in condition ? 'any' : undefined;
  if (list !== undefined) {
    const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : [];
    return parts.flatMap((one, index) => leavesOf(one, holds, [...path, list, index], release));
  }
  if ('fact' in condition) return [{ leaf: condition, holds, path }];
  const segment = 'condition' in condition ? release.segments[condition.condition] : undefined;
  if (segment === undefined || holds) return [];
  return leavesOf(segment.when, holds, path, release).map((found) => ({ ...found, path }));
}

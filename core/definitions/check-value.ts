/**
 * Values and operators against the type of the fact they are compared with.
 *
 * json-rules-engine compares whatever it is given: "10" > "9" is false and `in` with a text looks for
 * letters. Here such a leaf is a problem with its place.
 */
import type { Json, Leaf } from '../rules/condition.ts';
import { instantOf } from '../rules/instant.ts';
import type { Operator } from '../rules/operators.ts';
import { readDuration } from './duration.ts';
import { sayValue } from './explain-issues.ts';
import { present } from './present.ts';
import { list } from './problems.ts';
import type { Path } from './problems.ts';
import type { FactInfo, Scope } from './scope.ts';
import type { WrittenOperator } from './check-operator.ts';
import { didYouMean } from './suggest.ts';

/** A grade is one of those its scoring model declares. */
export function withGrades(scope: Scope, leaf: Leaf, fact: FactInfo): FactInfo {
  if (leaf.fact !== 'fitGrade' && leaf.fact !== 'grade' && leaf.fact !== 'scoreGrade') return fact;
  const { model, score } = leaf.params ?? {};
  const grades = scope.names.grades.get(typeof model === 'string' ? model : 'core');
  if (leaf.fact === 'scoreGrade') {
    const values = typeof score === 'string' ? (grades?.[score] ?? []) : [];
    return values.length === 0 ? fact : { ...fact, type: 'choice', values: [...values, 'U'] };
  }
  const letters = [...(grades?.['fit'] ?? []), 'U'];
  if (grades === undefined || letters.length === 1) return fact;
  if (leaf.fact === 'fitGrade') return { ...fact, type: 'choice', values: letters };
  const numbers = grades['engagement'] ?? [];
  const values = letters.flatMap((letter) => numbers.map((number) => `${letter}${number}`));
  return numbers.length === 0 ? fact : { ...fact, type: 'choice', values };
}

/** What is wrong with the value of a comparison, if anything, is reported at its place. */
export function checkValue(
  scope: Scope,
  value: Json,
  path: Path,
  written: WrittenOperator,
  fact: FactInfo | undefined,
): void {
  const refuse: Refuse = (expected, at, found, fix) => {
    const said = sayValue(found);
    const message = `${JSON.stringify(written.name)} expects ${expected}, found ${said}`;
    scope.report(at, present({ message, found: said, expected, fix }));
  };
  // The entries of a fact that is a list have no type of their own.
  const compared = written.eachFact ? undefined : fact;
  if (!written.eachValue) return checkOne(refuse, value, path, written.operator, compared);
  if (!Array.isArray(value)) return refuse('a list', path, value, 'put it in [ ]');
  value.forEach((one: Json, index) =>
    checkOne(refuse, one, [...path, index], written.operator, compared),
  );
}

type Refuse = (expected: string, at: Path, found: Json, fix?: string) => void;

function checkOne(
  refuse: Refuse,
  value: Json,
  path: Path,
  operator: Operator,
  fact: FactInfo | undefined,
): void {
  switch (operator.value) {
    case 'number':
      if (typeof value !== 'number') refuse('a number', path, value);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') refuse('true or false', path, value);
      return;
    case 'text':
      if (typeof value !== 'string') refuse('a text', path, value);
      return;
    case 'duration': {
      const parsed = readDuration(typeof value === 'string' ? value : '');
      if (!parsed.ok) refuse(parsed.expected, path, value);
      return;
    }
    case 'instant':
      if (typeof value !== 'string' || instantOf(value) === undefined) {
        refuse('a date such as "2026-12-31" or "2026-12-31T18:00:00Z"', path, value);
      }
      return;
    case 'range': {
      const pair: readonly Json[] = Array.isArray(value) && value.length === 2 ? value : [];
      const [low, high] = pair;
      if (typeof low !== 'number' || typeof high !== 'number') {
        refuse('two numbers, the least and the greatest', path, value, 'write [10, 50]');
      } else if (low > high)
        refuse('the least number first', path, value, `write [${high}, ${low}]`);
      return;
    }
    case 'list': {
      if (!Array.isArray(value)) return refuse('a list', path, value, 'put it in [ ]');
      value.forEach((one: Json, index) => {
        const wrong = mismatch(one, fact);
        if (wrong !== undefined) refuse(wrong.expected, [...path, index], one, wrong.fix);
      });
      return;
    }
    case 'any': {
      const isList = operator.name === 'has' || operator.name.toLowerCase().includes('contain');
      const wrong = mismatch(value, isList ? undefined : fact);
      if (wrong !== undefined) refuse(wrong.expected, path, value, wrong.fix);
    }
  }
}

function mismatch(
  value: Json,
  fact: FactInfo | undefined,
): { readonly expected: string; readonly fix?: string | undefined } | undefined {
  if (typeof value === 'object' && value !== null) return { expected: 'one value' };
  switch (fact?.type) {
    case 'number':
      return typeof value === 'number' ? undefined : { expected: 'a number' };
    case 'boolean':
      return typeof value === 'boolean' ? undefined : { expected: 'true or false' };
    case 'choice': {
      const values = fact.values ?? [];
      if (typeof value === 'string' && values.includes(value)) return undefined;
      return { expected: list(values), fix: didYouMean(String(value), values) };
    }
    case 'text':
    case 'date':
      return typeof value === 'string' ? undefined : { expected: 'a text' };
    case 'list':
    case undefined:
      return undefined;
  }
}

/** Whether the operator can hold for a fact of this type at all; reports it otherwise. */
export function checkFit(
  scope: Scope,
  leaf: Leaf,
  written: WrittenOperator,
  fact: FactInfo,
  path: Path,
): boolean {
  const wrong = misfit(leaf, written, fact);
  if (wrong === undefined) return true;
  const found = JSON.stringify(written.name);
  const holds = written.isNegated ? 'always' : 'never';
  const message = `${found} ${holds} holds for ${JSON.stringify(leaf.fact)} (a ${fact.type})`;
  scope.report(path, { message, found, fix: wrong });
  return false;
}

function misfit(leaf: Leaf, written: WrittenOperator, { type }: FactInfo): string | undefined {
  const { operator, eachFact } = written;
  const isForLists = listOperators.has(operator.name);
  if (eachFact) return type === 'list' ? undefined : `${JSON.stringify(leaf.fact)} is not a list`;
  if (isForLists && type !== 'list') {
    if (operator.value === 'list') return 'use "isOneOf"';
    return type === 'text' ? 'use "containsText" or "is"' : 'use "is"';
  }
  if (!isForLists && type === 'list' && operator.name !== 'known') {
    return operator.value === 'list' ? 'use "hasAnyOf"' : 'use "has"';
  }
  if (operator.name === 'domainIn') {
    return type === 'text' ? undefined : `${JSON.stringify(leaf.fact)} is not a text`;
  }
  const isFit = {
    number: type === 'number',
    text: type === 'text' || type === 'choice',
    duration: type === 'date',
    instant: type === 'date',
    range: type === 'number',
    ...{ any: true, boolean: true, list: true },
  }[operator.value];
  const kind = kindNeeded[operator.value] ?? operator.value;
  return isFit ? undefined : `${JSON.stringify(leaf.fact)} is not a ${kind}`;
}

const listOperators = new Set(['has', 'hasAnyOf', 'hasAllOf', 'contains', 'doesNotContain']);
const kindNeeded: { readonly [kind: string]: string } = {
  duration: 'date',
  instant: 'date',
  range: 'number',
};

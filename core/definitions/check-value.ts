/**
 * Values and operators against the type of the fact they are compared with.
 *
 * json-rules-engine compares whatever it is given: "10" > "9" is false and `in` with a text looks for
 * letters. Here such a leaf is a problem with its place.
 */
import type { Json, Leaf } from '../rules/condition.ts';
import type { Operator } from '../rules/operators.ts';
import { readDuration } from './duration.ts';
import { sayValue } from './explain-issues.ts';
import { present } from './present.ts';
import { list } from './problems.ts';
import type { Path } from './problems.ts';
import type { FactInfo, Scope } from './scope.ts';
import { didYouMean } from './suggest.ts';

/** A grade is one of those its scoring model declares. */
export function withGrades(scope: Scope, leaf: Leaf, fact: FactInfo): FactInfo {
  if (leaf.fact !== 'fitGrade' && leaf.fact !== 'grade') return fact;
  const model = leaf.params?.['model'];
  const grades = scope.names.grades.get(typeof model === 'string' ? model : 'core');
  const letters = [...(grades?.['fit'] ?? []), 'U'];
  if (grades === undefined || letters.length === 1) return fact;
  if (leaf.fact === 'fitGrade') return { ...fact, type: 'choice', values: letters };
  const numbers = grades['engagement'] ?? [];
  const values = letters.flatMap((letter) => numbers.map((number) => `${letter}${number}`));
  return numbers.length === 0 ? fact : { ...fact, type: 'choice', values };
}

export function checkValue(
  scope: Scope,
  value: Json,
  path: Path,
  operator: Operator,
  fact: FactInfo | undefined,
): void {
  const refuse = (expected: string, at: Path, found: Json, fix?: string) => {
    const said = sayValue(found);
    const message = `${JSON.stringify(operator.name)} expects ${expected}, found ${said}`;
    scope.report(at, present({ message, found: said, expected, fix }));
  };
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

/** An operator that can never hold for a fact of this type. */
export function checkFit(
  scope: Scope,
  leaf: Leaf,
  operator: Operator,
  fact: FactInfo,
  path: Path,
): void {
  const name = operator.name;
  const isForLists = ['has', 'contains', 'doesNotContain'].includes(name);
  const wrong =
    isForLists && fact.type !== 'list'
      ? fact.type === 'text'
        ? 'use "containsText" or "is"'
        : 'use "is"'
      : !isForLists && fact.type === 'list' && name !== 'known'
        ? 'use "has"'
        : operator.value === 'number' && fact.type !== 'number'
          ? `${JSON.stringify(leaf.fact)} is not a number`
          : operator.value === 'text' && !['text', 'choice'].includes(fact.type)
            ? `${JSON.stringify(leaf.fact)} is not a text`
            : operator.value === 'duration' && fact.type !== 'date'
              ? `${JSON.stringify(leaf.fact)} is not a date`
              : undefined;
  if (wrong === undefined) return;
  const message = `${JSON.stringify(name)} never holds for ${JSON.stringify(leaf.fact)} (a ${fact.type})`;
  scope.report(path, { message, found: JSON.stringify(name), fix: wrong });
}

/**
 * The operator of a condition as it is written: `isOneOf`, `not:in`, `someFact:startsWith`.
 *
 * Apart because people bring words from other tools: `oneOf`, `==`, `exists` are nobody's slip of the
 * keyboard, and each has one word here.
 */
import { decorators, operators } from '../rules/operators.ts';
import type { Operator } from '../rules/operators.ts';
import { list } from './problems.ts';
import type { Path } from './problems.ts';
import type { Scope } from './scope.ts';
import { notYet } from './shape.ts';
import { didYouMean, suggest } from './suggest.ts';

export interface WrittenOperator {
  /** With its decorators, as in the file. */
  readonly name: string;
  readonly operator: Operator;
  /** `not:` an odd number of times. */
  readonly isNegated: boolean;
  /** `someFact:`, `everyFact:`: each entry of a fact that is a list is looked at. */
  readonly eachFact: boolean;
  /** `someValue:`, `everyValue:`: each entry of the value. */
  readonly eachValue: boolean;
}

/** Reports an operator that does not exist, or not yet. */
export function checkOperator(scope: Scope, name: string, path: Path): WrittenOperator | undefined {
  const decorated = name.split(':');
  const plain = decorated.pop() ?? '';
  const isDecorated = decorated.every((part) => decorators.has(part));
  const operator = isDecorated ? operators.get(plain) : undefined;
  const found = JSON.stringify(name);
  if (operator?.later === true) {
    scope.report(path, { message: `${found} ${notYet}`, found });
    return undefined;
  }
  if (operator !== undefined) {
    return {
      name,
      operator,
      isNegated: decorated.filter((part) => part === 'not').length % 2 === 1,
      eachFact: decorated.some((part) => part.endsWith('Fact')),
      eachValue: decorated.some((part) => part.endsWith('Value')),
    };
  }
  const known = [...operators.values()].filter((one) => one.later !== true).map((one) => one.name);
  const fix = meantBy(decorated, plain, known) ?? `known are ${list(known, 13)}`;
  scope.report(path, { message: `unknown operator ${found}`, found, expected: list(known), fix });
  return undefined;
}

function meantBy(
  decorated: readonly string[],
  plain: string,
  known: readonly string[],
): string | undefined {
  const wrong = decorated.find((part) => !decorators.has(part));
  if (wrong !== undefined) return didYouMean(wrong, decorators.keys());
  const word = Object.hasOwn(elsewhere, plain) ? elsewhere[plain] : suggest(plain, known);
  if (word === undefined) return undefined;
  return `did you mean ${JSON.stringify([...decorated, word].join(':'))}?`;
}

/** Words of other tools → ours. */
const elsewhere: { readonly [word: string]: string } = {
  '=': 'is',
  '==': 'is',
  '!=': 'isNot',
  '>': 'moreThan',
  '>=': 'atLeast',
  '<': 'lessThan',
  '<=': 'atMost',
  oneOf: 'isOneOf',
  anyOf: 'isOneOf',
  equals: 'is',
  notEquals: 'isNot',
  includes: 'has',
  exists: 'known',
  isKnown: 'known',
  isSet: 'known',
  min: 'atLeast',
  max: 'atMost',
  within: 'withinLast',
  newerThan: 'withinLast',
  since: 'after',
  later: 'after',
  until: 'before',
  earlier: 'before',
  beginsWith: 'startsWith',
  noneOf: 'isNoneOf',
  isNotOneOf: 'isNoneOf',
  hasAny: 'hasAnyOf',
  hasOneOf: 'hasAnyOf',
  containsAny: 'hasAnyOf',
  hasAll: 'hasAllOf',
  containsAll: 'hasAllOf',
  range: 'between',
  inRange: 'between',
  domain: 'domainIn',
  domainIs: 'domainIn',
  inDomain: 'domainIn',
  hasDomain: 'domainIn',
};

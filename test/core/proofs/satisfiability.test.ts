/** What the engine behind the proofs says of conditions, one line each. */
import { expect, test } from 'vitest';
import { compileRelease } from '../../../core/definitions/compile-release.ts';
import { leadWorld } from '../../../core/proofs/satisfiability/domain.ts';
import { conflictOf, solve } from '../../../core/proofs/satisfiability/solve.ts';
import { termsInWords, witnessInWords } from '../../../core/proofs/witness-words.ts';
import type { Condition, Json, JsonObject } from '../../../core/rules/condition.ts';
import { baseFolder, readFiles } from '../../proofs/corpus.ts';

const compiled = compileRelease(readFiles(baseFolder), 'base');
if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
const { release } = compiled.workspace;

const leaf = (fact: string, operator: string, value: Json, params?: JsonObject): Condition =>
  params === undefined ? { fact, operator, value } : { fact, operator, value, params };
const known = (fact: string, value = true) => leaf(fact, 'known', value);
const times = (operator: string, value: number, within?: string) =>
  leaf('eventCount', operator, value, {
    event: 'Report Created',
    ...(within === undefined ? {} : { within }),
  });

/** `'no'`, `'unknown'`, or the witness in words. */
function check(conditions: readonly Condition[], expected: string) {
  const answer = solve(
    release,
    leadWorld,
    conditions.map((condition) => ({ holds: condition })),
  );
  expect(answer.type === 'yes' ? witnessInWords(answer.witness) : answer.type).toBe(expected);
}

test.each<[string, Condition[], string]>([
  ['nothing asked', [], 'any lead'],
  ['an empty any', [{ any: [] }], 'any lead'],
  ['not an empty any', [{ not: { any: [] } }], 'no'],
  ['a number', [leaf('employees', 'atLeast', 500)], 'employees 500'],
  ['above and below', [leaf('employees', 'moreThan', 5), leaf('employees', 'lessThan', 5)], 'no'],
  [
    'between',
    [leaf('employees', 'moreThan', 5), leaf('employees', 'lessThan', 6)],
    'employees 5.5',
  ],
  ['between whole numbers', [times('moreThan', 5), times('lessThan', 6)], 'no'],
  ['beyond the declared range', [leaf('buyWithinMonths', 'atLeast', 37)], 'no'],
  ['a choice nobody has', [leaf('seniority', 'isOneOf', ['cto', 'ceo'])], 'no'],
  [
    'every choice excluded',
    [leaf('wantsCall', 'isNot', true), leaf('wantsCall', 'isNot', false)],
    'no',
  ],
  [
    'not true and not false',
    [leaf('wantsCall', 'notEqual', true), leaf('wantsCall', 'notEqual', false)],
    'wantsCall not known',
  ],
  ['a country in small letters', [leaf('country', 'is', 'de')], 'no'],
  ['another country', [{ not: { condition: 'dach' } }, known('country')], 'country US'],
  [
    'two beginnings',
    [leaf('company', 'startsWith', 'A'), leaf('company', 'startsWith', 'B')],
    'no',
  ],
  [
    'a beginning in any case',
    [leaf('company', 'startsWith', 'ac'), leaf('company', 'startsWith', 'ACME')],
    'company ACME',
  ],
  [
    'begins but does not contain',
    [leaf('company', 'startsWith', 'acme'), { not: leaf('company', 'containsText', 'cm') }],
    'no',
  ],
  [
    'lists hold what they hold',
    [leaf('products', 'has', 'a'), leaf('products', 'doesNotContain', 'b')],
    'products a',
  ],
  [
    'has and has not',
    [leaf('products', 'has', 'a'), leaf('products', 'doesNotContain', 'a')],
    'no',
  ],
  ['tags are never missing', [known('tags', false)], 'no'],
  [
    'within and older',
    [leaf('lastSeen', 'withinLast', '2 days'), leaf('lastSeen', 'olderThan', '3 days')],
    'no',
  ],
  [
    'older but not that old',
    [leaf('lastSeen', 'olderThan', '2 days'), { not: leaf('lastSeen', 'olderThan', '4 days') }],
    'lastSeen 2 days ago',
  ],
  [
    'seven days are within thirty',
    [times('atLeast', 3, '7 days'), times('atMost', 2, '30 days')],
    'no',
  ],
  [
    'thirty are not within seven',
    [times('atMost', 2, '7 days'), times('atLeast', 3, '30 days')],
    'number of "Report Created" within 7 days 2, number of "Report Created" within 30 days 3',
  ],
  ['a grade says the letter', [leaf('grade', 'is', 'A1'), leaf('fitGrade', 'isNot', 'A')], 'no'],
  ['a grade says the score', [leaf('grade', 'is', 'B1'), leaf('fitScore', 'atLeast', 70)], 'no'],
  ['unknown fit has no score', [leaf('fitGrade', 'is', 'U'), known('fitScore')], 'no'],
  [
    'from MQL on it is with sales',
    [leaf('stage', 'is', 'customer'), leaf('withSales', 'is', false)],
    'no',
  ],
  [
    'no address, no kind of address',
    [leaf('emailKind', 'is', 'free'), known('email', false)],
    'no',
  ],
  [
    'no address, no verdict on it',
    [leaf('emailVerdict', 'is', 'valid'), known('email', false)],
    'no',
  ],
  ['more BANT than is asked', [leaf('bantYes', 'atLeast', 3)], 'no'],
  ['another fact as the value', [leaf('employees', 'is', { fact: 'fitScore' })], 'unknown'],
  ['a list under a decorator', [leaf('products', 'someFact:startsWith', 'a')], 'unknown'],
])('%s', (_, conditions, expected) => {
  check(conditions, expected);
});

test('a doubt elsewhere does not hide what excludes itself', () => {
  const doubt = leaf('employees', 'is', { fact: 'fitScore' });
  check([doubt, known('tags', false)], 'no');
});

test('a comparison with another fact excludes its own opposite', () => {
  const doubt = leaf('employees', 'is', { fact: 'fitScore' });
  check([doubt, { not: doubt }], 'no');
});

test('beyond 5,000 boxes nothing is claimed', () => {
  const two = (from: number): Condition => ({
    all: [times('atLeast', 1, `${from} days`), times('atLeast', 1, `${from + 1} days`)],
  });
  const either = (from: number): Condition => ({ any: [two(from), two(from + 2)] });
  check(
    Array.from({ length: 13 }, (_, index) => either(1 + 4 * index)),
    'unknown',
  );
});

test('a conflict names the fewest conditions that are enough', () => {
  const core = conflictOf(release, leadWorld, [
    { holds: known('country') },
    { holds: leaf('employees', 'atLeast', 500) },
    { holds: leaf('seniority', 'is', 'vp') },
    { fails: leaf('employees', 'moreThan', 50) },
  ]);
  expect(termsInWords(core ?? [])).toBe(
    'employees is at least 500 and not (employees is more than 50)',
  );
});

import { expect, test } from 'vitest';
import type { FactValue } from '../../../core/rules/condition.ts';
import { parseDuration } from '../../../core/rules/duration.ts';
import { instantOf } from '../../../core/rules/instant.ts';
import { findEvaluate, operators } from '../../../core/rules/operators.ts';
import { factAtPath } from '../../../core/rules/path.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 2, 27, 15, 30);

function check(fact: FactValue, operator: string, value: FactValue): boolean | undefined {
  return findEvaluate(operator)?.(fact, value, now);
}

test('every plain word is false when the fact is missing; only known false is true', () => {
  const words = [...operators.values()].filter(({ origin }) => origin === 'plain-words');
  expect(words).toHaveLength(22);
  for (const { name, evaluate } of words) {
    for (const missing of [undefined, null, '']) {
      for (const value of ['DE', 0, '', ['DE'], true, '2 days', null]) {
        expect(`${name} ${evaluate(missing, value, now)}`).toBe(`${name} false`);
      }
    }
  }
  expect(check(undefined, 'known', false)).toBe(true);
  expect(check(0, 'known', true)).toBe(true);
  expect(check(false, 'known', true)).toBe(true);
});

test.each<[FactValue, string, FactValue, boolean]>([
  ['DE', 'is', 'DE', true],
  ['DE', 'isNot', 'AT', true],
  ['DE', 'isNot', 'DE', false],
  ['DE', 'isOneOf', ['AT', 'DE'], true],
  [['a', 'b'], 'has', 'b', true],
  ['ab', 'has', 'b', false],
  [12, 'atLeast', 12, true],
  ['12', 'atLeast', 9, true],
  ['12abc', 'atLeast', 9, false],
  ['10', 'moreThan', '9', true],
  [11, 'atMost', 12, true],
  ['9', 'lessThan', 10, true],
  ['/Jobs/7', 'startsWith', '/jobs', true],
  ['Head of Sales', 'containsText', 'SALES', true],
  [7, 'containsText', '7', false],
  [now - 2 * day, 'withinLast', '2 days', false],
  [now - 2 * day + 1, 'withinLast', '2 days', true],
  [now + 1, 'withinLast', '2 days', false],
  ['2026-03-26', 'withinLast', 'P2D', true],
  [now - 2 * day, 'olderThan', '2 days', true],
  ['yesterday', 'olderThan', '2 days', false],
  ['DE', 'isNoneOf', ['AT', 'CH'], true],
  ['DE', 'isNoneOf', ['DE'], false],
  ['DE', 'isNoneOf', 'AT', false],
  [['a', 'b'], 'hasAnyOf', ['x', 'b'], true],
  [['a', 'b'], 'hasAnyOf', ['x'], false],
  [['a', 'b'], 'hasAnyOf', [], false],
  [['a', 'b'], 'hasAllOf', ['b', 'a'], true],
  [['a', 'b'], 'hasAllOf', ['b', 'x'], false],
  ['ab', 'hasAllOf', [], false],
  [10, 'between', [10, 50], true],
  ['50', 'between', [10, 50], true],
  [50.1, 'between', [10, 50], false],
  ['many', 'between', [10, 50], false],
  [10, 'between', [10], false],
  ['Sales Lead', 'endsWith', 'LEAD', true],
  ['Leading', 'endsWith', 'lead', false],
  ['ana@mail.acme.com', 'domainIn', ['acme.com'], true],
  ['ana@acme.com', 'domainIn', ['x.com', 'Acme.com'], true],
  ['ana@notacme.com', 'domainIn', ['acme.com'], false],
  ['acme.com', 'domainIn', ['mail.acme.com'], false],
  ['https://www.acme.com:8443/jobs?x=@evil.com', 'domainIn', ['acme.com'], true],
  ['https://user@acme.com/x', 'domainIn', ['acme.com'], true],
  ['acme', 'domainIn', ['acme'], false],
  ['2026-03-26', 'before', '2026-03-27', true],
  ['2026-03-27', 'before', '2026-03-27', false],
  ['2026-03-27T23:59:59Z', 'after', '2026-03-27', false],
  ['2026-03-28', 'after', '2026-03-27', true],
  ['2026-03-27T12:00:01Z', 'after', '2026-03-27T12:00:00Z', true],
  [now, 'after', '2026-03-27T15:30:00Z', false],
  ['soon', 'before', '2026-03-27', false],
  ['DE', 'not:in', ['AT'], true],
  [['a', 'b'], 'someFact:startsWith', 'b', true],
  [['a', 'b'], 'everyFact:startsWith', 'b', false],
  ['Sales lead', 'someValue:containsText', ['x', 'lead'], true],
  [undefined, 'notEqual', 'DE', true],
  ['b', 'in', 'abc', false],
])('%j %s %j is %s', (fact, operator, value, expected) => {
  expect(check(fact, operator, value)).toBe(expected);
});

test('an operator nobody knows is not found', () => {
  for (const name of ['isNearly', 'swap:in', 'not:', ':is', 'not:not', '']) {
    expect(findEvaluate(name)).toBeUndefined();
  }
});

test.each([
  ['30 days', 30 * day],
  ['1 day', day],
  ['1 day 12 hours', 1.5 * day],
  ['2 hours and 30 minutes', 9_000_000],
  ['1.5 hours', 5_400_000],
  ['P2DT4H', 187_200_000],
  ['P1W', 7 * day],
  ['3 months', undefined],
  ['P1M', undefined],
  ['PT', undefined],
  ['4 business hours', undefined],
  ['soon', undefined],
])('the duration %s is %j ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test('dates without a zone are UTC, whatever the machine', () => {
  expect(instantOf('2026-03-27T15:30')).toBe(now);
  expect(instantOf('2026-03-27T16:30:00+01:00')).toBe(now);
  expect(instantOf('27.03.2026')).toBeUndefined();
  expect(instantOf('2026-13-40')).toBeUndefined();
});

test('a path reads own properties only, and is ignored where there is no object', () => {
  expect(factAtPath({ a: { b: [1, 2] } }, 'a.b.1')).toBe(2);
  expect(factAtPath({ a: 1 }, 'constructor.name')).toBeUndefined();
  expect(factAtPath('text', 'a.b')).toBe('text');
});

import { expect, test } from 'vitest';
import type { Condition, ReadFact } from '../../core/rules/condition.ts';
import { compileCondition } from '../../core/rules/compile.ts';
import { confirm } from '../../rule-engine/confirm.ts';
import { evaluateCondition, RuleEngineError } from '../../rule-engine/evaluate.ts';
import { assertLoadable } from '../../rule-engine/load-conditions.ts';
import { createRandom, randomCase, type Case } from './random-conditions.ts';

test('200 evaluations that overlap answer as they do one after another', async () => {
  const random = createRandom(42);
  const cases = Array.from({ length: 200 }, () => randomCase(random));
  const run = ({ condition, segments, read, now }: Case) =>
    evaluateCondition(condition, segments, read, now);
  const sequential = [];
  for (const one of cases) sequential.push(await run(one));
  const allBegan = turns(10);
  let running = 0;
  let most = 0;
  const overlapping = cases.map(async (one, index) => {
    await turns(index % 7);
    most = Math.max(most, (running += 1));
    const verdict = await run({ ...one, read: slowly(one.read, allBegan) });
    running -= 1;
    return verdict;
  });
  expect(await Promise.all(overlapping)).toEqual(sequential);
  expect(most).toBeGreaterThan(150);
});

/** As many rounds of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

/** Facts as a database would give them: later, and not all after the same time. */
function slowly(read: ReadFact, from: Promise<void>): ReadFact {
  let asked = 0;
  const later = async (...[fact, params]: Parameters<ReadFact>) => {
    await from;
    await turns((asked += 1) % 4);
    return read(fact, params);
  };
  // The engine awaits its facts, whatever ours promise.
  return later as unknown as ReadFact;
}

const leaf: Condition = { fact: 'employees', operator: 'atLeast', value: 500 };
const read = () => 900;

test('a verdict of the compiled evaluator is confirmed', async () => {
  const verdict = compileCondition(leaf, {}).evaluate(read, 0);
  expect(await confirm(verdict, leaf, {}, read, 0)).toEqual({ agrees: true });
});

test('a wrong verdict is found, and the second opinion comes with it', async () => {
  const verdict = compileCondition(leaf, {}).evaluate(() => 12, 0);
  const found = await confirm(verdict, leaf, {}, read, 0);
  expect(found).toMatchObject({ agrees: false, engine: { holds: true } });
});

test('a condition that cannot be evaluated is a mismatch with a reason, not a crash', async () => {
  const verdict = compileCondition(leaf, {}).evaluate(read, 0);
  const found = await confirm(verdict, { condition: 'gone' }, {}, read, 0);
  expect(found).toMatchObject({ agrees: false });
  await expect(evaluateCondition({ condition: 'gone' }, {}, read, 0)).rejects.toThrow(
    RuleEngineError,
  );
});

test.each<[string, Condition]>([
  ['does not exist', { fact: 'country', operator: 'isNearly', value: 'DE' }],
  ['not available yet', { fact: 'country', operator: 'onList', value: 'eu' }],
  ['needs a list', { fact: 'country', operator: 'in', value: 'DE,AT' }],
  ['needs a list', { fact: 'country', operator: 'not:someValue:is', value: 'DE' }],
  ['does not exist', { fact: 'country', operator: 'swap:in', value: ['DE'] }],
  ['keys joined by dots', { fact: 'company', operator: 'is', value: 1, path: '$.x[?(@.y)]' }],
  ['segment "gone" does not exist', { any: [leaf, { condition: 'gone' }] }],
])('a condition is refused at publish: %s', (reason, condition) => {
  expect(() => assertLoadable(condition, {})).toThrow(reason);
});

test('segments that go round in a circle are refused', () => {
  const segments = { a: { when: { condition: 'b' } }, b: { when: { not: { condition: 'a' } } } };
  expect(() => assertLoadable({ condition: 'a' }, segments)).toThrow('a → b → a');
});

test('a good condition loads', () => {
  expect(() =>
    assertLoadable({ all: [leaf, { condition: 'large' }] }, { large: { when: leaf } }),
  ).not.toThrow();
});

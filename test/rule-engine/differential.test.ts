/** A thousand cases per run: most of them known, the rest of a seed that is told. */
import { expect, test } from 'vitest';
import { compareEvaluators } from './differential.ts';

test('the compiled evaluator and json-rules-engine give the same answers for the same reasons', async () => {
  const result = await compareEvaluators(20260327, 700);
  expect(result.found).toEqual([]);
  expect(result.held).toBeGreaterThan(140);
  expect(result.cases - result.held).toBeGreaterThan(140);
  expect(result.explained).toBeGreaterThan(700);
});

test('so they do for conditions nobody has seen before', async () => {
  const seed = Math.floor(Date.now() / 1_000);
  const again = `npm run fuzz -- --seed ${seed} --cases 300`;
  process.stdout.write(`differential fuzz, play again with: ${again}\n`);
  const result = await compareEvaluators(seed, 300);
  expect(result.found, `play again with: ${again}`).toEqual([]);
});

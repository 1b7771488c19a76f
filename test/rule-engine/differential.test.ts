import { expect, test } from 'vitest';
import { compareEvaluators } from './differential.ts';

test('the compiled evaluator and json-rules-engine agree on a thousand known conditions', async () => {
  const result = await compareEvaluators(20260327, 1_000);
  expect(result.found).toEqual([]);
  expect(result.held).toBeGreaterThan(200);
  expect(result.cases - result.held).toBeGreaterThan(200);
});

test('they agree on conditions nobody has seen before', async () => {
  const seed = Math.floor(Date.now() / 1_000);
  const result = await compareEvaluators(seed, 300);
  expect(result.found, `play again with: npm run fuzz -- --seed ${seed} --cases 300`).toEqual([]);
});

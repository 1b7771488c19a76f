import { expect, test } from 'vitest';
import type { RefusalClass } from '../../../core/feedback/classify.ts';
import { nextTry } from '../../../core/sending/try-again.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  ['address', 0, 'give-up'],
  ['infra', 0, 5 * minute],
  ['infra', 30 * day, 5 * minute],
  ['transient', 0, 15 * minute],
  ['transient', 2 * hour, 2 * hour],
  ['transient', 3 * day, day],
  ['transient', 5 * day, 'give-up'],
  ['config', 0, 5 * minute],
  ['config', 90 * day, hour],
  ['mailbox', 0, 4 * hour],
  ['mailbox', 6 * hour, 6 * hour],
  ['mailbox', 4 * day, 'give-up'],
  ['policy', 0, hour],
  ['policy', 4 * day - 1, 12 * hour],
  ['policy', 4 * day, 'give-up'],
] as const)('%s, refused for %d ms: %s', (kind: RefusalClass, refusedForMs, expected) => {
  const next = nextTry({ class: kind }, { refusedForMs, holdAtMostMs: 4 * day });
  expect(next.type === 'give-up' ? 'give-up' : next.laterMs).toBe(expected);
});

test('a journey that says nothing of holding gives up after three days', () => {
  const standing = { refusedForMs: 3 * day, holdAtMostMs: 0 };
  expect(nextTry({ class: 'mailbox' }, standing)).toEqual({ type: 'give-up' });
});

test.each([
  [300_000, 300_000],
  [10, 1_000],
  [30 * day, day],
])('a server that asks for %d ms gets %d', (retryAfterMs, laterMs) => {
  const next = nextTry({ class: 'transient', retryAfterMs }, { refusedForMs: 0, holdAtMostMs: 0 });
  expect(next).toEqual({ type: 'again', soon: false, laterMs });
});

import { expect, test } from 'vitest';
import { isPace, paceReason } from '../../../core/explain/pace-reason.ts';

const sender = 'maria@acme.example';

test.each([
  [
    { rule: 'warm-up', sent: 200, max: 200, day: 3, of: 8, sender },
    'maria@acme.example is warming up, day 3 of 8: 200 of 200 emails of that day had left',
  ],
  [
    { rule: 'rate:google', max: 60, perMs: 60_000, sender },
    'At most 60 in 1 minute leave from maria@acme.example by the rate “google”',
  ],
  [
    { rule: 'back-off', receiver: 'microsoft', refusals: 5, sender },
    'Outlook and Hotmail refused 5 emails in a row for now, and is left alone for a while',
  ],
  [
    { rule: 'breaker', because: '4 of 60 emails to Gmail came back', sender },
    'It stopped by itself: 4 of 60 emails to Gmail came back',
  ],
])('%j is said with its numbers', (evidence, words) => {
  expect(paceReason(evidence)).toBe(words);
});

test('a pause that somebody began is no matter of pace', () => {
  const evidence = { rule: 'pause:sender', sender };
  expect([paceReason(evidence), isPace(evidence)]).toEqual([undefined, false]);
  expect(isPace({ rule: 'breaker' })).toBe(false);
});

import { expect, test } from 'vitest';
import { sendReasons } from '../../api/words.ts';

test('why an email is held is told without a number that only machines read', () => {
  const until = Date.parse('2026-11-23T08:04:00Z');
  const evidence = { rule: 'outside-window', zone: 'Europe/Berlin', until };
  const detail = { reason: 'outside-window', heldUntil: until, evidence };
  expect(sendReasons('held', detail, 'Europe/Berlin')).toEqual([
    'Outside the sending window until Mon 23 Nov, 09:04',
    'rule: outside-window, zone: Europe/Berlin, until: Mon 23 Nov, 09:04',
  ]);
});

test.each([
  [
    'held',
    { reason: 'sender-paused', evidence: { rule: 'pause:sender', sender: 'mia@acme.example' } },
    ['The sender is paused', 'rule: pause:sender, sender: mia@acme.example'],
  ],
  [
    'held',
    { reason: 'sender-paused', evidence: { rule: 'pause:all' } },
    ['Everything is paused', 'rule: pause:all'],
  ],
  [
    'skipped',
    {
      reason: 'journey-paused',
      evidence: { rule: 'skipIfOlderThan', atMostMs: 604_800_000, lateMs: 864_000_000 },
    },
    [
      'It got too old while the journey was paused',
      'rule: skipIfOlderThan, atMost: 7 days, late: 10 days',
    ],
  ],
] as const)('an email that a pause has %s says so', (state, detail, expected) => {
  expect(sendReasons(state, detail, 'Europe/Berlin')).toEqual(expected);
});

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

import { expect, test } from 'vitest';
import { sendReasons } from '../../api/words.ts';
import type { JsonObject } from '../../core/rules/condition.ts';
import { release as example } from '../core/facts/example-release.ts';

const release = {
  ...example,
  sending: { ...example.sending, zoneIfUnknown: 'Europe/Berlin' },
  interests: {
    hr: { id: 'hr', title: 'HR software', why: '', fadesAfterMs: 1, from: [] },
    finance: { id: 'finance', title: 'Finance reports', why: '', fadesAfterMs: 1, from: [] },
  },
};
const morning = Date.parse('2026-11-23T08:04:00Z');
const day = 86_400_000;

const inNewYork = { rule: 'quiet-hours', from: '20:00', to: '08:00', zone: 'America/New_York' };
const week = { rule: 'cap:week', max: 2, per: 7 * day, counted: 2, zone: 'Europe/Berlin' };
const rivals = [{ priority: 80, dueAt: morning + 360_000, journey: 'trial', step: 'congrats' }];

test.each<[string, string, JsonObject, readonly string[]]>([
  [
    'the window',
    'outside-window',
    {
      rule: 'outside-window',
      days: [1, 2, 3, 4, 5],
      from: '09:00',
      to: '17:00',
      zone: 'Asia/Tokyo',
    },
    [
      'Outside the sending window until Mon 23 Nov, 17:04 (Asia/Tokyo)',
      'The window is Monday to Friday, 09:00 to 17:00 in the zone Asia/Tokyo',
    ],
  ],
  [
    'a holiday',
    'outside-window',
    { rule: 'outside-window', holiday: '2026-12-25', zone: 'Europe/Berlin' },
    [
      'Outside the sending window until Mon 23 Nov, 09:04',
      '25 December 2026 is a holiday where the lead lives, on the clock of Europe/Berlin',
    ],
  ],
  [
    'quiet hours, on the clock of the lead',
    'quiet-hours',
    inNewYork,
    [
      'Quiet hours until Mon 23 Nov, 03:04 (America/New_York)',
      'Quiet hours are 20:00 to 08:00 in the zone America/New_York',
    ],
  ],
  [
    'a limit',
    'capped',
    week,
    [
      'A frequency cap is reached until Mon 23 Nov, 09:04',
      'The limit “week” is 2 in 7 days, and 2 went out or are on their way',
    ],
  ],
  [
    'the rival that comes first',
    'capped',
    { ...week, rule: 'priority', cap: 'week', counted: 1, rivals },
    [
      'A frequency cap is reached until Mon 23 Nov, 09:04',
      '“trial” › congrats has priority 80 and is due Mon 23 Nov, 09:10; the limit “week” (2 in 7 days) leaves room for 1',
    ],
  ],
])('an email that waits names %s', (_name, reason, evidence, expected) => {
  const detail = { reason, heldUntil: morning, evidence };
  expect(sendReasons('held', detail, release)).toEqual(expected);
});

test.each<[string, JsonObject, string]>([
  [
    'no-consent',
    { rule: 'consent:rest', mayEmail: 'no', needs: 'opt-in', has: 'none', expiredAt: morning },
    '“Everyone else” needs opt-in, and they have given none; what they gave expired on Mon 23 Nov, 09:04',
  ],
  [
    'off-interest',
    { rule: 'gate:otherInterest', about: ['hr'], known: [{ id: 'finance', strength: 3.5 }] },
    'It is about “HR software”; they are interested in “Finance reports” (strength 3.5)',
  ],
  [
    'off-interest',
    { rule: 'gate:noInterestKnown', about: ['hr'], known: [] },
    'It is about “HR software”; no interest is known',
  ],
  [
    'capped',
    { ...week, heldMs: 4 * day },
    'The limit “week” is 2 in 7 days, and 2 went out or are on their way. It had waited 4 days, and no longer is allowed',
  ],
  [
    'too-late',
    { rule: 'sendBy', sendBy: morning, lateMs: 3_600_000 },
    'It had to go by Mon 23 Nov, 09:04; that was 1 hour ago',
  ],
  [
    'duplicate',
    { rule: 'again:never', template: 'welcome', lastAt: morning },
    '“welcome” went to them on Mon 23 Nov, 09:04: never again',
  ],
  [
    'earlier-not-sent',
    { rule: 'onlyIfSent', step: 'intro', found: 'skipped' },
    'It follows “intro”, which was not sent',
  ],
])('an email that was not sent says why: %s', (reason, evidence, expected) => {
  expect(sendReasons('skipped', { reason, evidence }, release)[1]).toBe(expected);
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
  expect(sendReasons(state, detail, release)).toEqual(expected);
});

test('since when a server refuses is said as a time, and its codes are not repeated', () => {
  const evidence = { rule: 'smtp', code: 552, status: '5.2.2', refusedSince: morning };
  const response = '552 5.2.2 Mailbox full';
  const detail = { reason: 'mailbox', heldUntil: morning + 3_600_000, evidence, response };
  expect(sendReasons('planned', detail, release)).toEqual([
    'The mailbox takes no mail at present (tried again Mon 23 Nov, 10:04)',
    'Since Mon 23 Nov, 09:04',
    response,
  ]);
});

test('who settled an email is said in a sentence, what was heard of it only on its own line', () => {
  const heard = { settledBy: 'dsn', because: 'delivered', by: null };
  expect(sendReasons('sent', { evidence: heard }, release)).toEqual([]);
  const found = { settledBy: 'operator', because: 'It is in the log', by: 'ana' };
  expect(sendReasons('sent', { evidence: found }, release)).toEqual([
    'Settled by ana: It is in the log',
  ]);
});

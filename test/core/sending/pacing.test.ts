import { describe, expect, test } from 'vitest';
import type { SendingPolicy } from '../../../core/sending/model.ts';
import {
  heldByPace,
  paceRules,
  rateOf,
  warmUpDay,
  type PaceQuestion,
  type PaceView,
} from '../../../core/sending/pacing.ts';
import { isOnTheWay, pauseKey, readPauseKey, receiverOf } from '../../../core/sending/receiver.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
/** A Tuesday, 11:00 in Berlin. */
const now = Date.parse('2026-11-24T10:00:00Z');
const midnight = Date.parse('2026-11-25T00:00:00+01:00');
const sender = 'maria@acme.example';

const policy: SendingPolicy = {
  ...{ from: { name: 'Maria', email: sender }, postalAddress: 'Acme' },
  ...{ zoneIfUnknown: 'Europe/Berlin', topics: [], caps: [], holidays: {}, spreadMs: 0 },
  ...{ consent: [], uncertainSend: 'park' },
  warmUp: [{ from: '2026-11-23', perDay: [50, 100] }],
  rates: [
    { id: 'google', to: ['gmail'], max: 60, perMs: minute },
    { id: 'web', to: ['gmx', 't-online.de'], max: 300, perMs: 60 * minute },
    { id: 'others', to: ['*'], max: 600, perMs: minute },
  ],
};
const question: PaceQuestion = {
  ...{ key: 'lead/step', class: 'marketing', sender, address: 'ana@gmail.com' },
  ...{ dueAt: now, holdAtMostMs: 4 * day },
};
const nothing: PaceView = { backoffs: [], warmedUp: [] };
const held = (view: Partial<PaceView>, asked: Partial<PaceQuestion> = {}, at = now) =>
  heldByPace(at, { ...question, ...asked }, { ...nothing, ...view }, policy);

test.each([
  ['ana@gmail.com', 'gmail'],
  ['ana@googlemail.com', 'gmail'],
  ['ana@hotmail.co.uk', 'microsoft'],
  ['ana@outlook.de', 'microsoft'],
  ['ana@aol.com', 'yahoo'],
  ['ana@web.de', 'gmx'],
  ['ana@notgmail.com', 'notgmail.com'],
  ['ana@gmail.com.example', 'gmail.com.example'],
  ['ana@live.nordwind.example', 'live.nordwind.example'],
])('%s is received by %s', (address, receiver) => {
  expect(receiverOf(address)).toBe(receiver);
});

test('a pause of a sender stops all of it, one of a way only that way', () => {
  const way = pauseKey(sender, 'gmail');
  expect(readPauseKey(way)).toEqual({ sender, receiver: 'gmail' });
  expect(readPauseKey(sender)).toEqual({ sender });
  const stops = (key: string) => [
    isOnTheWay(key, sender, 'gmail'),
    isOnTheWay(key, sender, 'yahoo'),
    isOnTheWay(key, 'mia@acme.example', 'gmail'),
  ];
  expect(stops('')).toEqual([true, true, true]);
  expect(stops(sender)).toEqual([true, true, false]);
  expect(stops(way)).toEqual([true, false, false]);
});

describe('warm-up', () => {
  test('counts the days of the workspace, and is over after the last', () => {
    expect(warmUpDay(policy, sender, midnight - 2 * day - 1)).toBeUndefined();
    expect(warmUpDay(policy, sender, midnight - 2 * day)).toMatchObject({ number: 1, max: 50 });
    expect(warmUpDay(policy, 'Maria@Acme.example'.toLowerCase(), now)).toEqual({
      ...{ day: '2026-11-24', number: 2, of: 2, max: 100, endsAt: midnight },
    });
    expect(warmUpDay(policy, sender, midnight)).toBeUndefined();
    expect(warmUpDay(policy, 'mia@acme.example', now)).toBeUndefined();
  });

  test('holds what is too many until the next day, in numbers', () => {
    expect(held({ warmedUp: [{ sender, count: 99 }] })).toBeUndefined();
    const full = held({ warmedUp: [{ sender, count: 100 }] });
    expect(full).toMatchObject({
      ...{ type: 'hold', reason: 'sender-paused' },
      evidence: { rule: 'warm-up', sent: 100, max: 100, day: 2, of: 2, sender },
    });
    const until = full?.type === 'hold' ? (full.until ?? 0) : 0;
    expect(until).toBeGreaterThanOrEqual(midnight);
    expect(until).toBeLessThan(midnight + 10 * minute);
  });

  test('does not hold for longer than the journey allows, and drops it then', () => {
    const view = { warmedUp: [{ sender, count: 100 }] };
    expect(held(view, { holdAtMostMs: minute })).toMatchObject({ until: now + minute });
    expect(held(view, { holdAtMostMs: minute }, now + minute)).toMatchObject({
      ...{ type: 'skip', reason: 'sender-paused' },
      evidence: { rule: 'warm-up', heldMs: minute },
    });
  });

  test('is nothing to transactional mail', () => {
    expect(held({ warmedUp: [{ sender, count: 100 }] }, { class: 'transactional' })).toBe(
      undefined,
    );
    const rules = paceRules(policy, { ...question, class: 'transactional' }, now);
    expect(rules).toEqual({ rate: { id: 'google', everyMs: 1_000 } });
  });
});

describe('rates', () => {
  test('the one that names the receiver, by group or by domain; else the rest', () => {
    const idOf = (address: string) => rateOf(policy.rates ?? [], address)?.id;
    expect(['a@googlemail.com', 'a@gmx.net', 'a@t-online.de', 'a@x.example'].map(idOf)).toEqual([
      ...['google', 'web', 'web', 'others'],
    ]);
    expect(rateOf((policy.rates ?? []).slice(0, 1), 'a@x.example')).toBeUndefined();
  });

  test('nothing declared is nothing to observe', () => {
    const { warmUp: _, rates: __, ...bare } = policy;
    expect(paceRules(bare, question, now)).toBeUndefined();
  });

  test('a turn that is still to come holds the mail until then', () => {
    expect(held({ turnAt: now + 90_000 })).toMatchObject({
      until: now + 90_000,
      evidence: { rule: 'rate:google', max: 60, perMs: minute },
    });
    expect(held({ turnAt: now })).toBeUndefined();
  });
});

test('a receiver that refuses for now holds what goes there from this sender, and nothing else', () => {
  const backoff = {
    ...{ sender, receiver: 'gmail', refusals: 5, blockedUntil: now + minute },
    ...{ trialUntil: null, response: '421 busy' },
  };
  const backoffs = [backoff];
  const answer = held({ backoffs });
  expect(answer).toMatchObject({ evidence: { rule: 'back-off', receiver: 'gmail', refusals: 5 } });
  expect(answer?.type === 'hold' && (answer.until ?? 0) >= now + minute).toBe(true);
  expect(held({ backoffs }, { address: 'ana@yahoo.com' })).toBeUndefined();
  expect(held({ backoffs }, { sender: 'mia@acme.example' })).toBeUndefined();
  expect(held({ backoffs }, {}, now + minute)).toBeUndefined();
  const trying = [{ ...backoff, blockedUntil: now, trialUntil: now + 1_000 }];
  expect(held({ backoffs: trying })).toMatchObject({ type: 'hold' });
});

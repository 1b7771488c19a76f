/** The handoff's clock: business time, reminders, reassignment, escalation. */
import { describe, expect, test } from 'vitest';
import { givenToday, isAway, isInHours } from '../../../core/routing/availability.ts';
import type { Rep, SalesTeam, Sla } from '../../../core/routing/model.ts';
import { escalationReminders, isEscalation, turnOf } from '../../../core/routing/sla.ts';

const anna: Rep = {
  id: 'anna',
  name: 'Anna Berg',
  email: 'anna@acme.example',
  hours: 'berlin',
  speaks: ['de'],
  away: [{ from: '2026-12-21', to: '2027-01-04' }],
};
const team: SalesTeam = {
  reps: { anna },
  pools: {},
  queues: {
    inbound: { watchedBy: ['anna'], takeWithin: { amount: 2, unit: 'hours', business: true } },
    unwatched: { watchedBy: [], takeWithin: { amount: 2, unit: 'hours', business: true } },
  },
  hours: {
    berlin: {
      zone: 'Europe/Berlin',
      days: [1, 2, 3, 4, 5],
      from: '09:00',
      to: '18:00',
      holidays: ['2026-12-25'],
    },
  },
};
const minutes = (amount: number) => ({ amount, unit: 'minutes', business: true }) as const;
const hot: Sla = {
  id: 'hot',
  why: 'Asked for a demo',
  acceptWithin: minutes(5),
  remindAfter: [minutes(3), minutes(10)],
  reassignAtMost: 1,
  escalateTo: 'rep:anna',
  firstTouchWithin: minutes(15),
};
const toAnna = { type: 'rep', rep: 'anna' } as const;
const at = (text: string): number => Date.parse(text);

describe('turnOf', () => {
  test('a demo request on Friday night is due on Monday morning', () => {
    const turn = turnOf(hot, team, toAnna, false, at('2026-11-20T22:00:00+01:00'));
    expect(turn.acceptBy).toBe(at('2026-11-23T09:05:00+01:00'));
    expect(turn.remindAt).toEqual([at('2026-11-23T09:03:00+01:00')]);
  });

  test('a reminder after the deadline is not sent', () => {
    expect(turnOf(hot, team, toAnna, false, at('2026-11-23T10:00:00+01:00')).remindAt).toHaveLength(
      1,
    );
  });

  test('a queue runs on the hours of its first watcher, an unwatched one on the clock', () => {
    const from = at('2026-11-23T17:00:00+01:00');
    const queue = (name: string) => turnOf(hot, team, { type: 'queue', queue: name }, false, from);
    expect(queue('inbound').acceptBy).toBe(at('2026-11-24T10:00:00+01:00'));
    expect(queue('unwatched').acceptBy).toBe(at('2026-11-23T19:00:00+01:00'));
  });

  test('an escalation never expires and is reminded on five business days', () => {
    const turn = turnOf(hot, team, toAnna, true, at('2026-12-24T12:00:00+01:00'));
    expect(turn.acceptBy).toBeNull();
    expect(turn.remindAt).toHaveLength(escalationReminders);
    expect(turn.remindAt[0]).toBe(at('2026-12-28T12:00:00+01:00'));
  });
});

test('the attempt after the last reassignment is the escalation', () => {
  expect([1, 2, 3].map((attempt) => isEscalation(hot, attempt))).toEqual([false, false, true]);
});

test('absence and a full day are reckoned in the zone of the rep', () => {
  expect(isAway(team, anna, at('2027-01-04T23:30:00+01:00'))).toBe(true);
  expect(isAway(team, anna, at('2027-01-05T00:30:00+01:00'))).toBe(false);
  expect(isInHours(team, anna, at('2026-11-22T12:00:00+01:00'))).toBe(false);
  const given = [
    { rep: 'anna', at: at('2026-11-22T23:30:00+01:00') },
    { rep: 'anna', at: at('2026-11-23T08:00:00+01:00') },
  ];
  expect(givenToday(team, given, at('2026-11-23T12:00:00+01:00'))).toEqual({ anna: 1 });
});

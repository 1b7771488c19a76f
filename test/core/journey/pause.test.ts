/** Frozen timers: a sleep lasts as long as it was written, counted in time that was not paused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frozenDue, pausedMs, type PausedStretch } from '../../../core/journey/pause.ts';

const DAY = 24 * 3_600_000;
const sleep = { from: 0, until: 5 * DAY };
const now = 30 * DAY;
const paused = (from: number, until: number | null): PausedStretch => ({
  from: from * DAY,
  until: until === null ? null : until * DAY,
});

describe('when a sleep is over', () => {
  test.each([
    ['nothing was paused', [], 5],
    ['a pause within it makes it longer by the pause', [paused(1, 3)], 7],
    ['a pause that began before it counts from its start', [paused(-4, 2)], 7],
    ['a pause that ended before it does not count', [paused(-4, -1)], 5],
    ['a pause after its end does not count', [paused(6, 9)], 5],
    ['a pause at its very end still counts', [paused(5, 9)], 9],
    [
      'a pause after its end counts once another one has moved the end',
      [paused(1, 3), paused(6, 9)],
      10,
    ],
    ['pauses that overlap count once', [paused(1, 4), paused(2, 5), paused(2, 3)], 9],
    ['their order does not matter', [paused(6, 9), paused(1, 3)], 10],
  ])('%s', (_name, pauses, days) => {
    expect(frozenDue(sleep, pauses, now)).toBe(days * DAY);
  });

  test('nobody knows while a pause is on, whether or not its end is known', () => {
    expect(frozenDue(sleep, [paused(1, null)], now)).toBeNull();
    expect(frozenDue(sleep, [paused(1, 31)], now)).toBeNull();
    expect(frozenDue(sleep, [paused(29, 31)], now)).toBeNull();
  });

  test('a pause that is yet to begin is no matter', () => {
    expect(frozenDue(sleep, [paused(31, null)], now)).toBe(5 * DAY);
  });

  test('what was not slept is due at the end of the pause that it met', () => {
    const at = { from: 2 * DAY, until: 2 * DAY };
    expect(frozenDue(at, [paused(1, 3)], now)).toBe(3 * DAY);
    expect(frozenDue(at, [paused(3, 4)], now)).toBe(2 * DAY);
  });
});

test('exactly the written time passes unpaused, for any pauses', () => {
  const stretch = fc
    .tuple(fc.integer({ min: -50, max: 200 }), fc.integer({ min: 0, max: 60 }))
    .map(([from, length]): PausedStretch => ({ from, until: from + length }));
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 }),
      fc.array(stretch, { maxLength: 6 }),
      (length, pauses) => {
        const due = frozenDue({ from: 0, until: length }, pauses, 10_000) ?? -1;
        const isPaused = (at: number) =>
          pauses.some(({ from, until }) => from <= at && at < (until ?? Infinity));
        let unpaused = 0;
        for (let at = 0; at < due; at += 1) unpaused += isPaused(at) ? 0 : 1;
        expect(unpaused).toBe(length);
        // And it never wakes into a pause.
        expect(isPaused(due)).toBe(false);
      },
    ),
    { numRuns: 3_000 },
  );
});

describe('how late it is because of pauses', () => {
  const due = { from: 0, planned: 5 * DAY };
  test('by all that has passed since it was planned, once a pause had a part in it', () => {
    expect(pausedMs(due, [paused(1, 3)], 7 * DAY)).toBe(2 * DAY);
    expect(pausedMs(due, [paused(6, null)], 9 * DAY)).toBe(4 * DAY);
  });
  test('not at all without one: windows and caps are no pauses', () => {
    expect(pausedMs(due, [], 9 * DAY)).toBe(0);
    expect(pausedMs(due, [paused(-3, -1)], 9 * DAY)).toBe(0);
    expect(pausedMs(due, [paused(10, null)], 9 * DAY)).toBe(0);
  });
});

/** What a resume will do: order, spacing, what is too old. */
import { expect, test } from 'vitest';
import type { Flow } from '../../../core/journey/flow.ts';
import {
  planTurns,
  stepAfterSleep,
  sumTurns,
  type Throttle,
  type WaitingRun,
} from '../../../core/journey/resume-plan.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.parse('2026-03-02T09:00:00Z');

function run(id: string, over: Partial<WaitingRun> = {}): WaitingRun {
  const until = over.until ?? now - hour;
  return {
    ...{ id, journey: 'trial', step: 'welcome', from: until, until, planned: until },
    stretches: [],
    ...over,
  };
}
function throttle(perHour: number, over: Partial<Throttle> = {}): Throttle {
  return { now, perHour: () => perHour, lastTurn: () => undefined, ...over };
}
const at = (runs: readonly WaitingRun[], how: Throttle): readonly number[] =>
  planTurns(runs, how).map((turn) => turn.at - now);

test('what is due goes at once, one slot after the other', () => {
  expect(at([run('a'), run('b'), run('c')], throttle(60))).toEqual([0, 60_000, 120_000]);
});

test('a timer that had a rest left when the pause began runs that rest after it', () => {
  const stretches = [{ from: now - day, until: now }];
  const frozen = run('a', { from: now - day - 2 * hour, until: now - day + hour, stretches });
  expect(at([frozen], throttle(60))).toEqual([hour]);
});

test('of two pauses that overlap the shared part counts once', () => {
  const stretches = [
    { from: now - 10 * hour, until: now - 4 * hour },
    { from: now - 6 * hour, until: now },
  ];
  const frozen = run('a', { from: now - 12 * hour, until: now - 9 * hour, stretches });
  expect(at([frozen], throttle(60))).toEqual([hour]);
});

test('those with time left keep their instant where the queue is short by then', () => {
  const stretches = [{ from: now - day, until: now }];
  const late = run('a', { from: now - day - hour, until: now - day + hour, stretches });
  expect(at([late, run('b'), run('c')], throttle(60))).toEqual([0, 60_000, hour]);
});

test('who was to act first has the first slot', () => {
  const runs = [run('a', { planned: now - hour }), run('b', { planned: now - 2 * hour })];
  expect(planTurns(runs, throttle(60)).map(({ id }) => id)).toEqual(['b', 'a']);
});

test('each journey has a throttle of its own', () => {
  const runs = [run('a'), run('b', { journey: 'ebook' }), run('c'), run('d', { journey: 'ebook' })];
  const how = throttle(60, { perHour: (journey) => (journey === 'trial' ? 60 : 3_600) });
  expect(at(runs, how)).toEqual([0, 0, 60_000, 1_000]);
});

test('a second resume queues behind what the first has left', () => {
  expect(at([run('a'), run('b')], throttle(60, { lastTurn: () => now + hour }))).toEqual([
    hour + 60_000,
    hour + 120_000,
  ]);
});

test('an email is too old when its turn comes too late, also because of the throttle', () => {
  const skipIfOlderThanMs = hour + 90_000;
  const runs = ['a', 'b', 'c'].map((id) => run(id, { skipIfOlderThanMs }));
  expect(planTurns(runs, throttle(60)).map(({ stale }) => stale)).toEqual([false, false, true]);
  expect(planTurns([run('a', { planned: now - 30 * day })], throttle(60))[0]?.stale).toBe(false);
});

test('a plan is summed up per journey and step', () => {
  const skipIfOlderThanMs = hour + 1;
  const runs = [
    run('a', { skipIfOlderThanMs }),
    run('b', { skipIfOlderThanMs }),
    run('c', { step: 'call' }),
  ];
  expect(sumTurns(planTurns(runs, throttle(60)))).toEqual([
    { journey: 'trial', step: 'welcome', count: 2, stale: 1, first: now, last: now + 60_000 },
    {
      journey: 'trial',
      step: 'call',
      count: 1,
      stale: 0,
      first: now + 120_000,
      last: now + 120_000,
    },
  ]);
});

test('ten thousand runs are spread over exactly their share of hours', () => {
  const runs = Array.from({ length: 10_000 }, (_, n) => run(String(n).padStart(5, '0')));
  const turns = planTurns(runs, throttle(500)).map((turn) => turn.at - now);
  for (let index = 1; index < turns.length; index += 1) {
    expect((turns[index] ?? 0) - (turns[index - 1] ?? 0)).toBeGreaterThanOrEqual(hour / 500);
  }
  expect(turns.at(-1)).toBe(9_999 * (hour / 500));
});

test('what a run does first is what follows the wait at which it stands', () => {
  const flow: Flow = {
    v: 1,
    start: 'hello',
    steps: {
      hello: { type: 'act', next: 'pause' },
      pause: { type: 'wait', ms: hour, next: 'report' },
      report: { type: 'wait-for', since: 'step', upToMs: hour, arms: { r: null }, timedOut: 'day' },
      day: { type: 'wait-until', ifPast: 'skip', inside: 'bye', next: null },
      bye: { type: 'act', next: 'last' },
      last: { type: 'wait', ms: hour, next: null },
    },
  };
  const after = ['hello', 'pause', 'report', 'day', 'last', 'gone'].map((at) =>
    stepAfterSleep(flow, at),
  );
  expect(after).toEqual(['hello', 'report', 'day', 'bye', '', 'gone']);
});

/** A run that is put together again from its rows stands where it stood; and when it was to act. */
import { expect, test } from 'vitest';
import { advance } from '../../../core/journey/advance.ts';
import { expectedAt } from '../../../core/journey/expected.ts';
import type { Flow } from '../../../core/journey/flow.ts';
import { resumeAt } from '../../../core/journey/resume.ts';
import { initialState } from '../../../core/journey/state.ts';

const DAY = 86_400_000;
const T = Date.UTC(2026, 0, 5, 9);
const flow: Flow = {
  v: 1,
  start: 'hello',
  steps: {
    hello: { type: 'act', next: 'pause' },
    pause: { type: 'wait', ms: 2 * DAY, next: 'fork' },
    fork: { type: 'choose', arms: { a: 'report', b: 'last' } },
    report: {
      type: 'wait-for',
      since: 'entry',
      upToMs: 5 * DAY,
      arms: { seen: 'last' },
      timedOut: 'help',
    },
    help: { type: 'act', next: 'date' },
    date: { type: 'wait-until', ifPast: 'skip', inside: null, next: 'last' },
    last: { type: 'act', next: null },
  },
};

test('after a step that is done it waits for exactly what it waited for', () => {
  const started = advance(flow, initialState(), { type: 'started', now: T - 5 }).state;
  const settled = { type: 'settled', id: 'hello/1', outcome: { type: 'done' }, now: T } as const;
  const { state } = advance(flow, started, settled);
  expect(resumeAt(flow, { step: 'hello', since: T, isDone: true, answered: ['hello'] })).toEqual(
    state,
  );
});

test('an email that was answered is passed over, should an edit have brought the lead before it', () => {
  const state = resumeAt(flow, { step: 'help', since: T, isDone: true, answered: ['last'] });
  expect(state?.command).toMatchObject({ type: 'resolve-date' });
  const input = {
    type: 'settled',
    id: 'date/1',
    outcome: { type: 'date', at: null },
    now: T,
  } as const;
  const after = state === null ? null : advance(flow, state, input).state;
  expect(after?.command).toMatchObject({ type: 'complete' });
});

test('a step that was held is asked again under the same id', () => {
  const state = resumeAt(flow, { step: 'help', since: T, isDone: false, answered: [] });
  expect(state?.command).toEqual({ type: 'act', id: 'help/1', step: 'help', last: false });
});

test('nobody guesses where a run stands whose step is unknown, waits, or was the last', () => {
  for (const step of ['gone', 'pause', 'last']) {
    expect(resumeAt(flow, { step, since: T, isDone: true, answered: [] })).toBeNull();
  }
});

test.each([
  ['hello', 0],
  ['last', 0],
  // Two days, then the longer of two arms.
  ['pause', 7 * DAY],
  ['fork', 5 * DAY],
  ['date', null],
])('from "%s" on a run is to act after %j', (step, span) => {
  expect(expectedAt(flow, step, T)).toBe(span === null ? null : T + span);
});

test('branches in a row are walked once each', () => {
  const arms = (next: string) => ({ a: next, b: next });
  const forks = Array.from({ length: 60 }, (_, n) => [
    `f${n}`,
    { type: 'choose', arms: arms(n === 59 ? 'end' : `f${n + 1}`) },
  ]);
  const long: Flow = {
    v: 1,
    start: 'f0',
    steps: { ...(Object.fromEntries(forks) as Flow['steps']), end: { type: 'act', next: null } },
  };
  expect(expectedAt(long, 'f0', T)).toBe(T);
});

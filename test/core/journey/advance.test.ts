/** Plain examples of how a journey advances, one behaviour each, on the in-process driver. */
import { expect, test } from 'vitest';
import { advance } from '../../../core/journey/advance.ts';
import type { Outcome } from '../../../core/journey/command.ts';
import type { Flow, FlowStep } from '../../../core/journey/flow.ts';
import type { JourneyMessage } from '../../../core/journey/input.ts';
import { initialState } from '../../../core/journey/state.ts';
import { runJourney, type TraceEntry } from '../../../core/simulate/journey-driver.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T = Date.UTC(2026, 0, 5, 9);

interface Case {
  readonly steps: { readonly [id: string]: FlowStep };
  readonly outcomes?: { readonly [commandId: string]: Outcome | readonly Outcome[] };
  /** Arrival (from the start) and message. */
  readonly messages?: readonly (readonly [number, JourneyMessage])[];
  readonly momentMs?: number;
}

/** The first step listed is the first of the flow. */
function check(input: Case, expected: readonly string[]): void {
  const flow: Flow = { v: 1, start: Object.keys(input.steps)[0] ?? null, steps: input.steps };
  const asked: Record<string, number> = {};
  const { trace } = runJourney({
    flow,
    startAt: T,
    ...(input.momentMs === undefined ? {} : { momentMs: input.momentMs }),
    messages: (input.messages ?? []).map(([after, message]) => ({ arrivesAt: T + after, message })),
    act: ({ id }) => {
      const outcomes = [input.outcomes?.[id] ?? { type: 'done' as const }].flat();
      asked[id] = (asked[id] ?? 0) + 1;
      return outcomes[asked[id] - 1] ?? { type: 'done' };
    },
  });
  expect(trace.map(inWords)).toEqual(expected);
}

function inWords(entry: TraceEntry): string {
  const at = sinceStart(entry.at);
  switch (entry.type) {
    case 'acted':
      return `${at} ${entry.command.type} ${entry.command.id}${'last' in entry.command && entry.command.last ? ' last' : ''}`;
    case 'slept':
      return `${at} sleep ${entry.id} until ${sinceStart(entry.until)}`;
    case 'woke':
      return `${at} wake`;
    case 'heard':
      return `${at} hear ${entry.message.type}`;
    case 'ended':
      return `${at} ${entry.how}: ${entry.why}`;
  }
}

function sinceStart(at: number): string {
  const ms = at - T;
  return ms % HOUR === 0 ? `${ms / HOUR}h` : `${ms}ms`;
}

const satisfied = (at: number, arm = 'yes', seq = 1, step = 'w'): JourneyMessage => ({
  type: 'satisfied',
  seq,
  step,
  arm,
  at: T + at,
});
const exit = (seq = 9, why = 'bought'): JourneyMessage => ({ type: 'exit', seq, exit: why });
const act = (next: string | null): FlowStep => ({ type: 'act', next });
const wait = (ms: number, next: string | null): FlowStep => ({ type: 'wait', ms, next });
const waitFor = (over: Partial<Extract<FlowStep, { type: 'wait-for' }>> = {}): FlowStep => ({
  type: 'wait-for',
  since: 'entry',
  upToMs: 5 * DAY,
  arms: { yes: 'good' },
  timedOut: 'help',
  ...over,
});
const ends = { good: act(null), help: act(null), other: act(null) };

test('acts, waits and acts; the last act completes the enrolment by itself', () => {
  check({ steps: { a: act('p'), p: wait(2 * DAY, 'b'), b: act(null) } }, [
    '0h act a/1',
    '0h sleep p/1/wait/1 until 48h',
    '48h wake',
    '48h act b/1 last',
    '48h completed: finished',
  ]);
});

test('a flow that ends on a wait asks for its completion', () => {
  check({ steps: { p: wait(HOUR, null) } }, [
    '0h sleep p/1/wait/1 until 1h',
    '1h wake',
    '1h complete $end/1',
    '1h completed: finished',
  ]);
});

test('a flow without steps completes at once', () => {
  check({ steps: {} }, ['0h complete $end/1', '0h completed: finished']);
});

test('an exit step completes with its id as the reason', () => {
  check({ steps: { x: { type: 'exit' } } }, ['0h complete $end/1', '0h completed: exit:x']);
});

test('waits are rounded up to whole seconds, and a wait of nothing takes none', () => {
  check({ momentMs: 300, steps: { n: wait(0, 'p'), p: wait(HOUR, null) } }, [
    '300ms sleep p/1/wait/1 until 3601000ms',
    '3601300ms wake',
    '3601300ms complete $end/1',
    '3601600ms completed: finished',
  ]);
});

test('what is not to be done now is asked again later, with the same id', () => {
  const later: Outcome = { type: 'retry-at', at: T + HOUR };
  check({ steps: { a: act(null) }, outcomes: { 'a/1': [later, later] } }, [
    '0h act a/1 last',
    '0h sleep a/1/wait/1 until 1h',
    '1h wake',
    '1h act a/1 last',
    '1h sleep a/1/wait/2 until 3601000ms',
    '3601000ms wake',
    '3601000ms act a/1 last',
    '3601000ms completed: finished',
  ]);
});

test('a branch goes where its activity says', () => {
  check(
    {
      steps: { c: { type: 'choose', arms: { yes: 'good', no: 'help' } }, ...ends },
      outcomes: { 'c/1': { type: 'arm', arm: 'no' } },
    },
    ['0h choose c/1', '0h act help/1 last', '0h completed: finished'],
  );
});

test('a closed enrolment ends the journey without a further step', () => {
  check({ steps: { a: act('b'), b: act(null) }, outcomes: { 'a/1': { type: 'closed' } } }, [
    '0h act a/1',
    '0h closed: a/1',
  ]);
});

test('an exit ends a wait at once', () => {
  check({ steps: { p: wait(DAY, 'good'), ...ends }, messages: [[HOUR, exit()]] }, [
    '0h sleep p/1/wait/1 until 24h',
    '1h hear exit',
    '1h exited: bought',
  ]);
});

test('an exit during an act waits for what the act comes to', () => {
  check({ momentMs: 200, steps: { a: act('b'), b: act(null) }, messages: [[300, exit()]] }, [
    '200ms act a/1',
    '400ms hear exit',
    '400ms exited: bought',
  ]);
});

test('until the act settles, an exit ends nothing, so that what the act did is known', () => {
  const flow: Flow = { v: 1, start: 'a', steps: { a: act('b'), b: act(null) } };
  const started = advance(flow, initialState(), { type: 'started', now: T });
  const told = advance(flow, started.state, { type: 'messages', messages: [exit()], now: T });
  expect(told.commands).toEqual([]);
  expect(told.state).toMatchObject({ ended: null, command: { id: 'a/1' } });
  const later: Outcome = { type: 'retry-at', at: T + HOUR };
  const settled = advance(flow, told.state, { type: 'settled', id: 'a/1', outcome: later, now: T });
  expect(settled).toMatchObject({ commands: [], state: { ended: { how: 'exited' } } });
});

test('an exit that is there at the start lets nothing happen', () => {
  check({ steps: { a: act(null) }, messages: [[0, exit()]] }, [
    '0h hear exit',
    '0h exited: bought',
  ]);
});

test('of two exits the one that ingest saw first is the reason', () => {
  check(
    {
      steps: { a: act(null) },
      messages: [
        [0, exit(5, 'later')],
        [0, exit(4, 'first')],
      ],
    },
    ['0h hear exit', '0h hear exit', '0h exited: first'],
  );
});

test('a wait ends by what it waits for', () => {
  check({ steps: { w: waitFor(), ...ends }, messages: [[HOUR, satisfied(HOUR)]] }, [
    '0h sleep w/1/wait/1 until 120h',
    '1h hear satisfied',
    '1h act good/1 last',
    '1h completed: finished',
  ]);
});

test('a wait that nothing satisfies times out', () => {
  check({ steps: { w: waitFor(), ...ends } }, [
    '0h sleep w/1/wait/1 until 120h',
    '120h wake',
    '120h act help/1 last',
    '120h completed: finished',
  ]);
});

test('what happened during an earlier wait counts since entry', () => {
  check(
    { steps: { p: wait(DAY, 'w'), w: waitFor(), ...ends }, messages: [[HOUR, satisfied(HOUR)]] },
    [
      '0h sleep p/1/wait/1 until 24h',
      '1h hear satisfied',
      '24h wake',
      '24h act good/1 last',
      '24h completed: finished',
    ],
  );
});

test('what happened during an earlier wait does not count since step', () => {
  check(
    {
      steps: { p: wait(DAY, 'w'), w: waitFor({ since: 'step' }), ...ends },
      messages: [
        [HOUR, satisfied(HOUR)],
        [30 * HOUR, satisfied(2 * HOUR, 'yes', 2)],
        [31 * HOUR, satisfied(31 * HOUR, 'yes', 3)],
      ],
    },
    [
      '0h sleep p/1/wait/1 until 24h',
      '1h hear satisfied',
      '24h wake',
      '24h sleep w/1/wait/1 until 144h',
      '30h hear satisfied',
      '31h hear satisfied',
      '31h act good/1 last',
      '31h completed: finished',
    ],
  );
});

const twoArms = waitFor({ arms: { yes: 'good', no: 'other' } });

test('of several arms the one that happened first wins, whichever arrived first', () => {
  check(
    {
      steps: { p: wait(DAY, 'w'), w: twoArms, ...ends },
      messages: [
        [3 * HOUR, satisfied(3 * HOUR)],
        [4 * HOUR, satisfied(2 * HOUR, 'no', 2)],
      ],
    },
    [
      '0h sleep p/1/wait/1 until 24h',
      '3h hear satisfied',
      '4h hear satisfied',
      '24h wake',
      '24h act other/1 last',
      '24h completed: finished',
    ],
  );
});

test('at the same instant the lower seq wins, then the order of the file', () => {
  const first = (messages: JourneyMessage[]): string | undefined => {
    const flow: Flow = { v: 1, start: 'w', steps: { w: twoArms, ...ends } };
    const { state } = advance(flow, initialState(), { type: 'messages', messages, now: T });
    const [command] = advance(flow, state, { type: 'started', now: T }).commands;
    return command?.id;
  };
  expect(first([satisfied(0, 'yes', 2), satisfied(0, 'no', 1)])).toBe('other/1');
  expect(first([satisfied(0, 'no', 1), satisfied(0, 'yes', 1)])).toBe('good/1');
});

test('a message at the deadline wins over the timer; one that happened after it does not', () => {
  const slept = ['0h sleep w/1/wait/1 until 120h', '120h hear satisfied'];
  check({ steps: { w: waitFor(), ...ends }, messages: [[5 * DAY, satisfied(5 * DAY)]] }, [
    ...slept,
    '120h act good/1 last',
    '120h completed: finished',
  ]);
  check({ steps: { w: waitFor(), ...ends }, messages: [[5 * DAY, satisfied(5 * DAY + 1)]] }, [
    ...slept,
    '120h wake',
    '120h act help/1 last',
    '120h completed: finished',
  ]);
});

const untilDate = (ifPast: 'skip' | 'continue' | 'exit'): Case['steps'] => ({
  u: { type: 'wait-until', ifPast, inside: 'good', next: 'help' },
  ...ends,
});
const date = (at: number | null): NonNullable<Case['outcomes']> => ({
  'u/1': { type: 'date', at: at === null ? null : T + at },
});

test('waits until a date and goes on with the nested steps', () => {
  check({ steps: untilDate('skip'), outcomes: date(HOUR - 1) }, [
    '0h resolve-date u/1',
    '0h sleep u/1/wait/1 until 1h',
    '1h wake',
    '1h act good/1 last',
    '1h completed: finished',
  ]);
});

test('a date that is past, or not known, is skipped, gone on from or ends the journey', () => {
  const resolved = '0h resolve-date u/1';
  const past = date(-1);
  const finished = '0h completed: finished';
  check({ steps: untilDate('skip'), outcomes: past }, [resolved, '0h act help/1 last', finished]);
  check({ steps: untilDate('skip'), outcomes: date(null) }, [
    resolved,
    '0h act help/1 last',
    finished,
  ]);
  check({ steps: untilDate('continue'), outcomes: past }, [
    resolved,
    '0h act good/1 last',
    finished,
  ]);
  check({ steps: untilDate('exit'), outcomes: past }, [
    resolved,
    '0h complete $end/1',
    '0h completed: past:u',
  ]);
});

test('a wait for an event may end at a date', () => {
  const { upToMs: _upTo, ...withDate } = waitFor() as Extract<FlowStep, { type: 'wait-for' }>;
  const input: Case = {
    steps: { w: withDate, ...ends },
    outcomes: { 'w/1': { type: 'date', at: T + DAY } },
  };
  check({ ...input, messages: [[HOUR, satisfied(HOUR)]] }, [
    '0h resolve-date w/1',
    '0h sleep w/1/wait/1 until 24h',
    '1h hear satisfied',
    '1h act good/1 last',
    '1h completed: finished',
  ]);
  check({ ...input, outcomes: { 'w/1': { type: 'date', at: null } } }, [
    '0h resolve-date w/1',
    '0h act help/1 last',
    '0h completed: finished',
  ]);
});

test('late timers, unknown ids and messages for other steps change nothing', () => {
  const flow: Flow = { v: 1, start: 'p', steps: { p: wait(DAY, 'good'), ...ends } };
  const { state } = advance(flow, initialState(), { type: 'started', now: T });
  const done: Outcome = { type: 'done' };
  expect(advance(flow, state, { type: 'started', now: T }).state).toBe(state);
  expect(advance(flow, state, { type: 'timer-fired', id: 'p/1/wait/2', now: T }).state).toBe(state);
  expect(
    advance(flow, state, { type: 'settled', id: 'p/1/wait/1', outcome: done, now: T }).state,
  ).toBe(state);
  expect(advance(flow, state, { type: 'messages', messages: [satisfied(0)], now: T }).state).toBe(
    state,
  );
});

test('a wait that is over is forgotten, and news of it changes nothing', () => {
  const flow: Flow = { v: 1, start: 'w', steps: { w: waitFor({ since: 'step' }), ...ends } };
  const told = [satisfied(-HOUR, 'yes', 1), satisfied(0, 'yes', 2)];
  const early = advance(flow, initialState(), { type: 'messages', messages: told, now: T });
  const { state } = advance(flow, early.state, { type: 'started', now: T });
  expect(state.command?.id).toBe('good/1');
  expect(state.satisfied).toEqual({});
  const news = { type: 'messages', messages: [satisfied(HOUR, 'yes', 3)], now: T } as const;
  expect(advance(flow, state, news).state).toBe(state);
});

test('however many messages come for one wait, a bounded number is remembered', () => {
  const flow: Flow = {
    v: 1,
    start: 'p',
    steps: { p: wait(DAY, 'w'), w: waitFor({ since: 'step' }), ...ends },
  };
  const messages = Array.from({ length: 100 }, (_, seq) => satisfied(seq, 'yes', seq));
  const { state } = advance(flow, initialState(), { type: 'messages', messages, now: T });
  expect(state.satisfied['w']).toHaveLength(16);
  expect(state.satisfied['w']?.at(-1)).toEqual({ arm: 'yes', at: T + 99, seq: 99 });
});

test('an answer that does not fit its command stops the journey with a sentence', () => {
  expect(() => {
    check({ steps: { a: act(null) }, outcomes: { 'a/1': { type: 'arm', arm: 'x' } } }, []);
  }).toThrow('command "a/1" (act) cannot come to "arm"');
});

test('a flow that goes round without ever asking for anything stops with a sentence', () => {
  expect(() => {
    check({ steps: { a: wait(0, 'b'), b: wait(0, 'a') } }, []);
  }).toThrow('is reached again and again');
});

test('a wait that is looked into before its time ends no earlier, whatever it is told', () => {
  // Marked anew in the very moment of the look: it is asked to look again at once.
  check(
    {
      steps: {
        rest: { type: 'wait', ms: 2 * DAY, next: 'mail' },
        mail: { type: 'act', next: null },
      },
      messages: [[HOUR, { type: 'wake', seq: 0 }]],
      outcomes: { 'rest/1/wait/1/wake': { type: 'retry-at', at: T + HOUR } },
    },
    [
      '0h sleep rest/1/wait/1 until 48h',
      '1h hear wake',
      '1h wake rest/1/wait/1/wake',
      '1h sleep rest/1/wait/2 until 48h',
      '48h wake',
      '48h act mail/1 last',
      '48h completed: finished',
    ],
  );
});

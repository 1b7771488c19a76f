/**
 * Journeys by name: one per thing that a journey's history can hold. The replay corpus is recorded
 * from them, so a case is added when histories come to hold something new, and none is ever changed.
 */
import type { Outcome } from '../../core/journey/command.ts';
import type { Flow, FlowStep } from '../../core/journey/flow.ts';
import type { JourneyMessage } from '../../core/journey/input.ts';
import type { ScriptedPlan } from './journey-world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 2, 27, 9);

type Steps = Readonly<Record<string, FlowStep>>;

/** Six times a wait and a send, the last step being a send: what the cost of a journey is told by. */
export function sixSends(waitMs: number): Steps {
  const steps: Record<string, FlowStep> = {};
  for (let i = 1; i <= 6; i += 1) {
    steps[`wait-${i}`] = { type: 'wait', ms: waitMs, next: `send-${i}` };
    steps[`send-${i}`] = { type: 'act', next: i < 6 ? `wait-${i + 1}` : null };
  }
  return steps;
}

const waitForReport: Steps = {
  welcome: { type: 'act', next: 'first-report' },
  'first-report': {
    type: 'wait-for',
    since: 'entry',
    upToMs: 5 * DAY,
    arms: { happened: 'congrats' },
    timedOut: 'help',
  },
  congrats: { type: 'act', next: 'pause' },
  help: { type: 'act', next: 'pause' },
  pause: { type: 'wait', ms: 2 * DAY, next: null },
};
const branches: Steps = {
  ready: { type: 'choose', arms: { 'strong-fit': 'call', others: 'webinar' } },
  call: { type: 'act', next: null },
  webinar: { type: 'wait-until', ifPast: 'skip', inside: 'reminder', next: 'recap' },
  reminder: { type: 'act', next: 'recap' },
  recap: { type: 'act', next: null },
};

const report = (after: number): JourneyMessage => ({
  type: 'satisfied',
  seq: 1,
  step: 'first-report',
  arm: 'happened',
  at: START + after,
});

export const EXAMPLE_PLANS: Readonly<Record<string, ScriptedPlan>> = {
  'six-sends': example(sixSends(2 * DAY)),
  'waited-for-in-time': example(waitForReport, {}, [[DAY, report(DAY)]]),
  'timed-out': example(waitForReport),
  'exit-in-mid-wait': example(waitForReport, {}, [[DAY, { type: 'exit', seq: 1, exit: 'bought' }]]),
  'exit-before-the-start': example(waitForReport, {}, [
    [0, { type: 'exit', seq: 1, exit: 'bought' }],
  ]),
  'held-twice': example(waitForReport, {
    'welcome/1': [
      { type: 'retry-at', at: START + HOUR },
      { type: 'retry-at', at: START + 2 * HOUR },
    ],
  }),
  'found-closed': example(waitForReport, { 'help/1': [{ type: 'closed' }] }),
  'branch-and-date': example(branches, {
    'ready/1': [{ type: 'arm', arm: 'others' }],
    'webinar/1': [{ type: 'date', at: START + 3 * DAY }],
  }),
  'message-for-a-later-step': example(
    { first: { type: 'wait', ms: 4 * DAY, next: 'welcome' }, ...waitForReport },
    {},
    [[DAY, report(DAY)]],
  ),
  'timed-out-and-confirmed': confirmed(waitForReport),
  'parked-twice': confirmed(
    waitForReport,
    {
      'welcome/1': [{ type: 'parked' }],
      'first-report/1/wait/1/wake': [{ type: 'retry-at', at: START + 9 * DAY }],
    },
    [
      [DAY, { type: 'wake', seq: 0 }],
      [2 * DAY, { type: 'wake', seq: 0 }],
    ],
  ),
  'moved-when-it-woke': confirmed(waitForReport, { 'help/1': [moveTo('pause')] }),
  'moved-in-mid-wait': confirmed(
    waitForReport,
    { 'first-report/1/wait/1/wake': [moveTo('pause')] },
    [[DAY, { type: 'wake', seq: 0 }]],
  ),
};

function flowWith(steps: Steps, timedOut: string): Flow {
  const wait = steps['first-report'];
  const changed: Steps = wait?.type === 'wait-for' ? { 'first-report': { ...wait, timedOut } } : {};
  return { v: 2, start: 'hello', steps: { ...steps, ...changed } };
}

/** In the newer plan `welcome` has another name, `help` is gone and the journey goes on after its pause. */
function moveTo(kept: string): Outcome {
  const { welcome: _welcome, help: _help, ...steps } = waitForReport;
  const later: FlowStep = { type: 'act', next: null };
  const pause: FlowStep = { type: 'wait', ms: 3 * DAY, next: 'later' };
  return {
    ...{ type: 'move', planHash: 'newer', renamed: { welcome: 'hello' }, heard: [] },
    removed: { help: kept },
    flow: flowWith({ hello: { type: 'act', next: 'first-report' }, ...steps, pause, later }, kept),
  };
}

/** As plans are made since the end of a `wait-for` is confirmed. */
function confirmed(...of: Parameters<typeof example>): ScriptedPlan {
  const plan = example(...of);
  return { ...plan, flow: { ...plan.flow, v: 2 } };
}

/** The first step listed is the first of the flow; an act comes to `done` unless it is listed. */
function example(
  steps: Steps,
  outcomes: Readonly<Record<string, readonly Outcome[]>> = {},
  messages: readonly (readonly [after: number, message: JourneyMessage])[] = [],
): ScriptedPlan {
  const wakes = messages.filter(([, { type }]) => type === 'wake');
  const endOfPauses = START + Math.max(0, ...wakes.map(([after]) => after));
  return {
    flow: { v: 1, start: Object.keys(steps)[0] ?? null, steps },
    startAt: START,
    messages: messages.map(([after, message]) => ({ arrivesAt: START + after, message })),
    act: ({ id }, now) => {
      const listed = outcomes[id] ?? [];
      const isDue = (outcome: Outcome) => outcome.type !== 'retry-at' || outcome.at > now;
      const isParked = (outcome: Outcome) => outcome.type === 'parked' && now < endOfPauses;
      return (
        listed.find(
          (outcome) => isParked(outcome) || (outcome.type !== 'parked' && isDue(outcome)),
        ) ?? { type: 'done' }
      );
    },
  };
}

/** What a release would do to each run, by the step its rows say it rests on. */
import { expect, test } from 'vitest';
import { planEdits, type EditedJourney, type OpenRun } from '../../../core/edits/plan-edits.ts';
import type { RunRows } from '../../../core/edits/standing.ts';
import type { Flow, FlowStep } from '../../../core/journey/flow.ts';
import type { JourneyPlan, PlanStep } from '../../../core/journey/plan.ts';

const hour = 3_600_000;
const now = 1_000 * hour;
const act = (next: string | null): FlowStep => ({ type: 'act', next });
const wait = (hours: number, next: string | null): FlowStep => ({
  type: 'wait',
  ms: hours * hour,
  next,
});

const before: Flow = {
  v: 2,
  start: 'hello',
  steps: {
    hello: act('rest'),
    rest: wait(10, 'nap'),
    nap: wait(10, 'lane'),
    lane: { type: 'choose', arms: { a: 'news', b: 'ask' } },
    news: act('bye'),
    ask: {
      type: 'wait-for',
      since: 'entry',
      upToMs: 5 * hour,
      arms: { yes: 'bye' },
      timedOut: 'call',
    },
    call: act('bye'),
    bye: act(null),
  },
};

function planOf(flow: Flow, over: Partial<JourneyPlan['whenEdited']> = {}): JourneyPlan {
  const steps = Object.keys(flow.steps).map((id): [string, PlanStep] => [
    id,
    { type: 'wait', ms: 1 },
  ]);
  return {
    ...{ v: 1, journey: 'j', title: 'J', owner: '', enter: [], exits: [], flow },
    sending: { class: 'marketing', priority: 1, holdAtMostMs: 0 },
    steps: Object.fromEntries(steps),
    whenEdited: { inFlight: 'move-at-next-step', renamed: {}, removed: {}, ...over },
    whenPaused: { timers: 'freeze' },
  };
}

const rows: RunRows = {
  ...{ enteredAt: now - hour, step: null, since: null, isHeld: false, parkedAt: null },
  ...{ drawn: {}, heard: [] },
};
const acted = (step: string, hoursAgo: number, over: Partial<RunRows> = {}): RunRows => ({
  ...{ ...rows, enteredAt: now - 100 * hour, step, since: now - hoursAgo * hour },
  ...over,
});

function edited(over: Partial<EditedJourney>, after: JourneyPlan = planOf(before)): EditedJourney {
  const versions = [
    { hash: 'old', plan: planOf(before), release: 1 },
    { hash: 'new', plan: after, release: null },
  ];
  return {
    ...{ journey: 'j', title: 'J', policy: 'move', toPlan: 'new', isBack: false, versions },
    ...over,
  };
}

function fateOf(journey: EditedJourney, run: RunRows, planHash = 'old') {
  const open: OpenRun = { ...run, id: 'e', leadId: 'l', journey: 'j', planHash };
  const [edit] = planEdits([journey], [open], now);
  const [step] = edit?.steps ?? [];
  return [step?.step, step?.fate];
}

test.each<[string, RunRows, string | null]>([
  ['just entered', rows, 'hello'],
  ['resting after an act', acted('hello', 3), 'rest'],
  ['one wait over, the next one on', acted('hello', 12), 'nap'],
  ['the last wait over, nothing answered yet', acted('hello', 30), 'nap'],
  ['an arm drawn', acted('hello', 30, { drawn: { lane: 'a' } }), 'news'],
  ['waiting for something', acted('hello', 22, { drawn: { lane: 'b' } }), 'ask'],
  ['it did not happen', acted('hello', 26, { drawn: { lane: 'b' } }), 'call'],
  [
    'it happened early',
    acted('hello', 22, { drawn: { lane: 'b' }, heard: [{ step: 'ask', arm: 'yes', at: 0 }] }),
    'bye',
  ],
  ['an email held back', acted('news', 3, { isHeld: true }), 'news'],
  ['parked by a pause', acted('hello', 90, { parkedAt: 'nap' }), 'nap'],
  ['a step nobody knows any more', acted('gone', 3), null],
])('%s', (_what, run, step) => {
  expect(fateOf(edited({}), run)[0]).toBe(step);
});

const renamedFlow: Flow = {
  v: 2,
  start: 'welcome',
  steps: { welcome: act('rest'), rest: wait(20, 'bye'), bye: act(null), nap: act(null) },
};

test('kept, renamed, sent on, blocked for its kind or because nobody said', () => {
  const after = planOf(renamedFlow, { renamed: { hello: 'welcome' }, removed: { news: 'bye' } });
  const fate = (run: RunRows) => fateOf(edited({}, after), run)[1];
  expect(fate(acted('hello', 3))).toEqual({ type: 'move', how: 'kept', to: 'rest' });
  expect(fate(rows)).toEqual({ type: 'move', how: 'renamed', to: 'welcome' });
  const drawn = { lane: 'a' };
  expect(fate(acted('hello', 30, { drawn }))).toEqual({ type: 'move', how: 'sent-to', to: 'bye' });
  expect(fate(acted('hello', 15))).toMatchObject({ type: 'blocked' });
  expect(fate(acted('hello', 22, { drawn: { lane: 'b' } }))).toEqual({
    type: 'blocked',
    why: 'step "ask" is gone, and "removed" does not say where to go',
  });
});

test('who stays, who leaves, and who is there already', () => {
  const run = acted('hello', 3);
  expect(fateOf(edited({ policy: 'stay' }), run)[1]).toEqual({ type: 'stay', why: 'file' });
  expect(fateOf(edited({ policy: 'exit' }), run)[1]).toEqual({ type: 'exit' });
  expect(fateOf(edited({ policy: 'gone', toPlan: null }), run)[1]).toEqual({
    type: 'stay',
    why: 'gone',
  });
  expect(fateOf(edited({}), run, 'new')[1]).toEqual({ type: 'stay', why: 'same' });
});

test('leads are counted by step, those that are blocked named', () => {
  const after = planOf(renamedFlow, { renamed: { hello: 'welcome' } });
  const open = [rows, acted('hello', 3), acted('hello', 4), acted('hello', 15)];
  const runs = open.map((run, n) => ({
    ...run,
    id: `e${n}`,
    leadId: `l${n}`,
    journey: 'j',
    planHash: 'old',
  }));
  const [edit] = planEdits([edited({}, after)], runs, now);
  expect(edit).toMatchObject({ runs: 4, move: 3, blocked: 1, stay: 0, exit: 0 });
  expect(edit?.steps.map(({ step, count }) => [step, count])).toEqual([
    ['hello', 1],
    ['rest', 2],
    ['nap', 1],
  ]);
  expect(edit?.steps[2]?.blocked).toEqual([{ enrolmentId: 'e3', leadId: 'l3' }]);
});

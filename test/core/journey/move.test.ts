/** An edit meets a lead in flight: where the run goes on, and that nothing is done twice. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Move, Outcome } from '../../../core/journey/command.ts';
import type { Flow, FlowStep, Next } from '../../../core/journey/flow.ts';
import type { JourneyMessage } from '../../../core/journey/input.ts';
import { placeIn, standsAt } from '../../../core/journey/move.ts';
import { initialState } from '../../../core/journey/state.ts';
import { runJourney, type TraceEntry } from '../../../core/simulate/journey-driver.ts';
import { randomPausedPlan, randomPlan, type RandomPlan } from './random-plan.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T = Date.UTC(2026, 0, 5, 9);
type Steps = Readonly<Record<string, FlowStep>>;
const act = (next: Next): FlowStep => ({ type: 'act', next });
const wait = (days: number, next: Next): FlowStep => ({ type: 'wait', ms: days * DAY, next });
const flowOf = (steps: Steps): Flow => ({ v: 2, start: Object.keys(steps)[0] ?? null, steps });

const before: Steps = {
  welcome: act('pause'),
  pause: wait(2, 'tips'),
  tips: act('rest'),
  rest: wait(3, 'last'),
  last: act(null),
};

interface Edit {
  readonly before?: Steps;
  readonly after: Steps;
  readonly renamed?: Move['renamed'];
  readonly removed?: Move['removed'];
  /** The command at whose asking the run is told to move. */
  readonly at: string;
  readonly messages?: readonly (readonly [number, JourneyMessage])[];
  readonly heard?: readonly JourneyMessage[];
  readonly upTo?: number;
  /** How long everything takes. */
  readonly momentMs?: number;
  readonly outcomes?: { readonly [commandId: string]: Outcome };
}

/** What is done after the move, in words; `day` is since the start. */
function afterMove(edit: Edit): readonly string[] {
  const { renamed = {}, removed = {}, heard = [], upTo = 0, momentMs = 0 } = edit;
  const move: Move = { planHash: 'new', flow: flowOf(edit.after), renamed, removed, heard, upTo };
  let isMoved = false;
  const { trace } = runJourney({
    flow: flowOf(edit.before ?? before),
    startAt: T,
    momentMs,
    messages: (edit.messages ?? []).map(([after, message]) => ({ arrivesAt: T + after, message })),
    act: ({ id }): Outcome => {
      if (id === edit.at && !isMoved) {
        isMoved = true;
        return { type: 'move', ...move };
      }
      return edit.outcomes?.[id] ?? { type: 'done' };
    },
  });
  expect(isMoved).toBe(true);
  const at = trace.findIndex((entry) => entry.type === 'acted' && entry.outcome.type === 'move');
  return trace.slice(at + 1).flatMap((entry) => inWords(entry) ?? []);
}

function inWords(entry: TraceEntry): string | undefined {
  const day = Math.round(((entry.at - T) / DAY) * 100) / 100;
  if (entry.type === 'acted') return `${day} ${entry.command.id}`;
  return entry.type === 'ended' ? `${day} ${entry.how}` : undefined;
}

describe('a run that has waited, and is about to do what follows', () => {
  test('goes on as before where nothing about it changed', () => {
    const after = { ...before, last: act('thanks'), thanks: act(null) };
    expect(afterMove({ after, at: 'tips/1' })).toEqual([
      '2 tips/1',
      '5 last/1',
      '5 thanks/1',
      '5 completed',
    ]);
  });

  test('gets the email that was put in after its wait', () => {
    const after = { ...before, pause: wait(2, 'proof'), proof: act('tips') };
    expect(afterMove({ after, at: 'tips/1' }).slice(0, 2)).toEqual(['2 proof/1', '2 tips/1']);
  });

  test('waits on when its wait has grown, and not longer than the new wait in all', () => {
    const after = { ...before, pause: wait(3, 'tips') };
    expect(afterMove({ after, at: 'tips/1' }).slice(0, 1)).toEqual(['3 tips/1']);
  });

  test('goes on at once when its wait has become shorter', () => {
    const after = { ...before, pause: wait(1, 'tips') };
    expect(afterMove({ after, at: 'tips/1' }).slice(0, 1)).toEqual(['2 tips/1']);
  });

  test('goes where the leads of a step that is gone are sent, as if it came there now', () => {
    const { pause: _gone, ...others } = before;
    const after = { ...others, welcome: act('tips') };
    expect(afterMove({ after, removed: { pause: 'rest' }, at: 'tips/1' })).toEqual([
      '5 last/1',
      '5 completed',
    ]);
  });

  test('the end of a journey that has grown is no end', () => {
    const short = { welcome: act('pause'), pause: wait(2, null) };
    expect(afterMove({ before: short, after: before, at: '$end/1' }).slice(0, 1)).toEqual([
      '2 tips/1',
    ]);
  });
});

describe('nothing that was done is done again', () => {
  test('when a lead is sent back to before it', () => {
    const { rest: _gone, ...others } = before;
    const after = { ...others, tips: act('last') };
    expect(afterMove({ after, removed: { rest: 'pause' }, at: 'last/1' })).toEqual([
      '7 last/1',
      '7 completed',
    ]);
  });

  test('when it has another name now', () => {
    const after = {
      hello: act('first'),
      first: wait(2, 'second'),
      second: act('then'),
      then: wait(3, 'hello-again'),
      'hello-again': act('back'),
      back: act(null),
    };
    const renamed = {
      welcome: 'back',
      pause: 'first',
      tips: 'second',
      rest: 'then',
      last: 'hello',
    };
    expect(afterMove({ after, renamed, at: 'last/1' })).toEqual([
      '5 hello-again/1',
      '5 $end/1',
      '5 completed',
    ]);
  });

  test('a step that was asked and not answered is asked under the same id', () => {
    expect(afterMove({ after: before, at: 'welcome/1' }).slice(0, 1)).toEqual(['0 welcome/1']);
    expect(afterMove({ after: before, at: 'tips/1' }).slice(0, 1)).toEqual(['2 tips/1']);
  });
});

describe('a wait for something', () => {
  const waits = (over: Partial<Extract<FlowStep, { type: 'wait-for' }>> = {}): Steps => ({
    report: {
      ...{ type: 'wait-for', since: 'entry', upToMs: 5 * DAY },
      ...{ arms: { happened: 'congrats' }, timedOut: 'help', ...over },
    },
    congrats: act(null),
    help: act(null),
  });
  const wake = (day: number): readonly [number, JourneyMessage] => [
    day * DAY,
    { type: 'wake', seq: 0 },
  ];
  const heard: JourneyMessage = {
    type: 'satisfied',
    seq: 1,
    step: 'report',
    arm: 'happened',
    at: T,
  };

  test('moves at once when it is woken, and waits on until its own end', () => {
    const edit = { before: waits(), at: 'report/1/wait/1/wake', messages: [wake(1)] };
    expect(afterMove({ ...edit, after: waits() })).toEqual([
      '5 report/1/wait/2/wake',
      '5 help/1',
      '5 completed',
    ]);
    const shorter = waits({ upToMs: 3 * DAY });
    expect(afterMove({ ...edit, after: shorter })[0]).toBe('3 report/1/wait/2/wake');
  });

  test('is over when what it waits for now has happened already', () => {
    const edit = { before: waits(), after: waits(), at: 'report/1/wait/1/wake' };
    expect(afterMove({ ...edit, messages: [wake(1)], heard: [heard] })).toEqual([
      '1 congrats/1',
      '1 completed',
    ]);
  });

  test('remembers nothing but what the newer plan has heard', () => {
    const first = (steps: Steps): Steps => ({ first: wait(1, 'report'), ...steps });
    const told: readonly [number, JourneyMessage] = [HOUR, { ...heard, at: T + HOUR }];
    const changed = waits({ arms: { other: 'congrats' } });
    const edit = { before: first(waits()), messages: [told, wake(0.5)], at: 'first/1/wait/1/wake' };
    expect(afterMove({ ...edit, after: first(changed) })).toContain('6 help/1');
    expect(afterMove({ ...edit, after: first(waits()), heard: [heard] })).toContain('1 congrats/1');
  });

  test('hears what is told while it moves, in the words of the newer plan', () => {
    const first = (steps: Steps): Steps => ({
      first: wait(1, Object.keys(steps)[0] ?? null),
      ...steps,
    });
    const { report, ...others } = waits();
    const after = first({ answer: report ?? act(null), ...others });
    const at = 'first/1/wait/1/wake';
    // Woken at noon; asked a minute later, answered after two.
    const during = DAY / 2 + 90_000;
    const tell = (seq: number): JourneyMessage => ({
      ...{ type: 'satisfied', seq, step: 'answer', arm: 'happened', at: T + during },
    });
    const edit = { before: first(waits()), after, renamed: { report: 'answer' }, at };
    const told = (seq: number) =>
      afterMove({
        ...{ ...edit, momentMs: 60_000, upTo: 7 },
        messages: [wake(0.5), [during, tell(seq)]],
      });
    expect(told(8)).toContain('1 congrats/1');
    expect(told(7)).toContain('6 help/1');
  });

  test('that is put in later finds what happened before', () => {
    const after = { ...before, pause: wait(2, 'report'), ...waits({ timedOut: 'tips' }) };
    expect(afterMove({ after, at: 'tips/1', heard: [heard] })).toEqual([
      '2 congrats/1',
      '2 completed',
    ]);
  });
});

describe('where a run that stands at a step goes on', () => {
  const place = (after: Steps, mapping: Partial<Pick<Move, 'renamed' | 'removed'>> = {}) =>
    placeIn(flowOf(before), flowOf(after), { renamed: {}, removed: {}, ...mapping }, 'pause');
  const { pause: _pause, ...without } = before;

  test('at the same step, under its new name', () => {
    expect(place(before)).toEqual({ type: 'kept', step: 'pause' });
    expect(place({ ...without, rest2: wait(1, null) }, { renamed: { pause: 'rest2' } })).toEqual({
      type: 'kept',
      step: 'rest2',
    });
  });

  test('where the author sends the leads of a step that is gone', () => {
    expect(place(without, { removed: { pause: 'tips' } })).toEqual({
      type: 'sent-to',
      step: 'tips',
    });
  });

  test('nowhere when nobody says so, or the step does something else now', () => {
    expect(place(without)).toMatchObject({ type: 'blocked' });
    expect(place({ ...before, pause: act('tips') })).toEqual({
      type: 'blocked',
      why: 'step "pause" was "wait" and is "act" now: say in "removed" where to go',
    });
    expect(place(without, { removed: { pause: 'gone' } })).toMatchObject({ type: 'blocked' });
  });
});

describe('for any journey', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 31 });
  const plans = fc.oneof(seeds.map(randomPlan), seeds.map(randomPausedPlan)).map(honest);

  /** How often a sleep is confirmed differs, so nothing may hang on it but pauses. */
  function honest(plan: RandomPlan): RandomPlan {
    return {
      ...plan,
      act: (command, now) => {
        const outcome = plan.act(command, now);
        return command.type !== 'wake' || outcome.type === 'parked' ? outcome : { type: 'done' };
      },
    };
  }

  /** Told to move to an equal plan at its nth asking. */
  function moved(plan: RandomPlan, nth: number) {
    let asked = 0;
    let isMoved = false;
    let state = initialState();
    const { trace } = runJourney({
      ...plan,
      carry: (next) => (state = next),
      act: (command, now): Outcome => {
        asked += 1;
        // A run that is ending is moved only where a wait ended it: see `completeJourney`.
        const mayMove = command.type !== 'complete' || state.woke !== undefined;
        if (asked < nth || isMoved || !mayMove) return plan.act(command, now);
        isMoved = true;
        const heard = plan.messages.filter(({ arrivesAt }) => arrivesAt <= now);
        return {
          ...{ type: 'move', planHash: 'x', flow: plan.flow, renamed: {}, removed: {} },
          heard: heard.map(({ message }) => message),
        };
      },
    });
    return { trace, isMoved };
  }

  test('an edit that changes nothing but the hash changes nothing', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 12 }), (plan, nth) => {
        const { trace, isMoved } = moved(plan, nth);
        fc.pre(isMoved);
        expect(outcomes(trace)).toEqual(outcomes(runJourney(plan).trace));
      }),
      { numRuns: 1_500 },
    );
  });

  test('no act is ever done twice, whatever the edit', () => {
    fc.assert(
      fc.property(plans, seeds, fc.integer({ min: 1, max: 12 }), (plan, seed, nth) => {
        const other = randomPlan(seed);
        let state = initialState();
        let asked = 0;
        let isMoved = false;
        const exit = { arrivesAt: T * 2, message: { type: 'exit', seq: 999, exit: 'x' } } as const;
        const { trace } = runJourney({
          ...plan,
          messages: [...plan.messages, exit],
          carry: (next) => (state = next),
          act: (command, now): Outcome => {
            asked += 1;
            const mapping = { renamed: {}, removed: {} };
            const at = standsAt(state) ?? '';
            const isKept = placeIn(plan.flow, other.flow, mapping, at).type === 'kept';
            if (asked < nth || isMoved || !isKept) {
              return (isMoved ? other : plan).act(command, now);
            }
            isMoved = true;
            return { type: 'move', planHash: 'x', flow: other.flow, ...mapping, heard: [] };
          },
        });
        const done = trace.flatMap((entry) =>
          entry.type === 'acted' && entry.command.type === 'act' && entry.outcome.type === 'done'
            ? [entry.command.step]
            : [],
        );
        expect(new Set(done).size).toBe(done.length);
      }),
      { numRuns: 1_500 },
    );
  });

  function outcomes(trace: readonly TraceEntry[]): readonly unknown[] {
    return trace.flatMap((entry): readonly unknown[] => {
      if (entry.type === 'ended') return [{ ...entry, at: Math.floor(entry.at / 60_000) }];
      if (entry.type !== 'acted') return [];
      const { command, outcome, at } = entry;
      const isDone = command.type === 'act' && outcome.type === 'done';
      return isDone ? [{ id: command.id, minute: Math.floor(at / 60_000) }] : [];
    });
  }
});

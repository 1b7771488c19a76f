/** What holds for every journey: 2,000 random plans per property, with a seed that a failure prints. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { advance } from '../../../core/journey/advance.ts';
import type { Command } from '../../../core/journey/command.ts';
import type { Input } from '../../../core/journey/input.ts';
import { initialState, type JourneyState } from '../../../core/journey/state.ts';
import { runJourney } from '../../../core/simulate/journey-driver.ts';
import { randomEditedPlan } from './random-edit.ts';
import { Random, randomPausedPlan, randomPlan, type RandomPlan } from './random-plan.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const plans = seeds.map(randomPlan);
const anyPlans = fc.oneof(plans, seeds.map(randomPausedPlan), seeds.map(randomEditedPlan));

function holds(property: (plan: RandomPlan) => void, over = plans): void {
  fc.assert(fc.property(over, property), { numRuns: 2_000 });
}

/** Every state a journey passes through. */
function statesOf(plan: RandomPlan): readonly JourneyState[] {
  const states: JourneyState[] = [];
  runJourney({
    ...plan,
    carry: (state) => {
      states.push(state);
      return state;
    },
  });
  return states;
}

test('every journey ends', () => {
  holds((plan) => {
    expect(runJourney(plan).state.ended).not.toBeNull();
  }, anyPlans);
});

test('no two commands share an id, unless one is the other asked again', () => {
  holds((plan) => {
    const byId = new Map<string, Command>();
    for (const { command } of statesOf(plan)) {
      if (command === null) continue;
      const before = byId.get(command.id);
      if (before !== undefined) expect(command).toEqual(before);
      byId.set(command.id, command);
    }
  }, anyPlans);
});

test('a journey that goes on has exactly one command outstanding, and one that ended has none', () => {
  holds((plan) => {
    for (const state of statesOf(plan)) {
      const isStarted = state.position !== null || state.ended !== null;
      if (isStarted) expect(state.command === null).toBe(state.ended !== null);
    }
  }, anyPlans);
});

test('the state survives JSON at any point', () => {
  holds((plan) => {
    const carry = (state: JourneyState) => JSON.parse(JSON.stringify(state)) as JourneyState;
    expect(runJourney({ ...plan, carry })).toEqual(runJourney(plan));
  }, anyPlans);
});

test('unknown and repeated input changes nothing', () => {
  holds((plan) => {
    const noise = (now: number): Input[] => [
      { type: 'settled', id: 'nothing/1', outcome: { type: 'done' }, now },
      { type: 'timer-fired', id: 'nothing/1/wait/1', now },
      { type: 'messages', messages: [], now },
      {
        type: 'messages',
        messages: [{ type: 'satisfied', seq: 1, step: 'nowhere', arm: 'a', at: now }],
        now,
      },
    ];
    const carry = (state: JourneyState): JourneyState => {
      if (state.position === null) return state;
      for (const input of [...noise(plan.startAt), { type: 'started', now: 0 } as const]) {
        expect(advance(plan.flow, state, input)).toEqual({ state, commands: [] });
      }
      return state;
    };
    const { trace } = runJourney({ ...plan, carry });
    expect(trace).toEqual(runJourney(plan).trace);
  }, anyPlans);
});

test('a message heard twice changes nothing the second time', () => {
  holds((plan) => {
    const doubled = plan.messages.flatMap((arrival) => [arrival, arrival]);
    const withoutRepeats = runJourney(plan).trace.filter(({ type }) => type !== 'heard');
    const withRepeats = runJourney({ ...plan, messages: doubled }).trace;
    expect(withRepeats.filter(({ type }) => type !== 'heard')).toEqual(withoutRepeats);
  });
});

test('messages that arrive before they matter may arrive in any order', () => {
  holds((plan) => {
    const random = new Random(`order ${plan.seed}`);
    const early = plan.messages.map(({ message }) => ({ arrivesAt: plan.startAt, message }));
    const shuffled = early
      .map((arrival) => ({ arrival, rank: random.below(1_000_000) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ arrival }) => arrival);
    const inOrder = runJourney({ ...plan, messages: early }).trace;
    const outOfOrder = runJourney({ ...plan, messages: shuffled }).trace;
    const acts = (trace: typeof inOrder) => trace.filter(({ type }) => type !== 'heard');
    expect(acts(outOfOrder)).toEqual(acts(inOrder));
  });
});

test('it does not matter whether messages come one by one or together', () => {
  holds((plan) => {
    const messages = plan.messages.map(({ message }) => message);
    const together = advance(plan.flow, initialState(), { type: 'messages', messages, now: 0 });
    const oneByOne = messages.reduce(
      (state, message) =>
        advance(plan.flow, state, { type: 'messages', messages: [message], now: 0 }).state,
      initialState(),
    );
    if (together.state.ended === null) expect(oneByOne).toEqual(together.state);
    else expect(oneByOne.ended).toEqual(together.state.ended);
  });
});

test('no wait is shorter than it was written, and all end on whole seconds', () => {
  holds((plan) => {
    for (const entry of runJourney(plan).trace) {
      if (entry.type !== 'slept') continue;
      expect(entry.until % 1_000).toBe(0);
      expect(entry.until).toBeGreaterThan(entry.at);
      // The first sleep of a visit is the wait itself; later ones hold the completion after it.
      const [id = '', , , sleep] = entry.id.split('/');
      const step = plan.flow.steps[id];
      if (step?.type === 'wait' && sleep === '1')
        expect(entry.until).toBeGreaterThanOrEqual(entry.at + step.ms);
    }
  });
});

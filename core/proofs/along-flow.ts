/**
 * What is true at each step of a journey, whatever way a lead came: one pass along the flow, in which
 * ways that meet are joined.
 *
 * A flow is made of nested lists and so has no circle; each way between two steps is walked once.
 */
import type { Flow, FlowStep, Next, StepId } from '../journey/flow.ts';
import { waysOf } from './fullest-window.ts';

export interface AlongFlow<State> {
  readonly start: State;
  /** What is true on a way out of a step; `undefined` when nobody goes that way. */
  readonly pass: (state: State, way: Way) => State | undefined;
  /** What is true where two ways meet. */
  readonly join: (a: State, b: State) => State;
}
export interface Way {
  readonly from: StepId;
  readonly step: FlowStep;
  readonly to: Next;
  /** The way of a `waitFor` that ends in vain, or of an arm; absent on the only way. */
  readonly arm?: string;
  readonly ms: number;
}

/** By step, in an order in which each comes after all that lead to it. */
export function alongFlow<State>(
  flow: Flow,
  { start, pass, join }: AlongFlow<State>,
): ReadonlyMap<StepId, State> {
  const order = orderOf(flow);
  const states = new Map<StepId, State>();
  const reach = (to: Next, state: State) => {
    if (to === null) return;
    const known = states.get(to);
    states.set(to, known === undefined ? state : join(known, state));
  };
  reach(flow.start, start);
  for (const from of order) {
    const state = states.get(from);
    const step = flow.steps[from];
    if (state === undefined || step === undefined) continue;
    for (const way of namedWays(from, step)) {
      const passed = pass(state, way);
      if (passed !== undefined) reach(way.to, passed);
    }
  }
  return new Map(order.flatMap((id) => (states.has(id) ? [[id, states.get(id) as State]] : [])));
}

/** The ways out of a step with the arms they belong to. */
export function namedWays(from: StepId, step: FlowStep): readonly Way[] {
  if (step.type === 'wait-for') {
    const arms = Object.entries(step.arms).map(([arm, to]) => ({ from, step, arm, to, ms: 0 }));
    return [...arms, { from, step, arm: timedOut, to: step.timedOut, ms: step.upToMs ?? 0 }];
  }
  if (step.type === 'choose') {
    return Object.entries(step.arms).map(([arm, to]) => ({ from, step, arm, to, ms: 0 }));
  }
  return waysOf(step).map(({ to, ms }) => ({ from, step, to, ms }));
}

/** No arm of a file can be called so. */
export const timedOut = ':timed-out';

function orderOf(flow: Flow): readonly StepId[] {
  const seen = new Set<StepId>();
  const order: StepId[] = [];
  const visit = (id: Next) => {
    const step = id === null || seen.has(id) ? undefined : flow.steps[id];
    if (id === null || step === undefined) return;
    seen.add(id);
    for (const { to } of waysOf(step)) visit(to);
    order.push(id);
  };
  visit(flow.start);
  return order.reverse();
}

/**
 * What is true at each step of a journey, whatever way a lead came: one pass along the flow, in which
 * ways that meet are joined. Each way between two steps is walked once.
 */
import type { Flow, Next, StepId } from '../journey/flow.ts';
import { stepsInOrder, waysOf, type Way } from './flow-ways.ts';

export interface AlongFlow<State> {
  readonly start: State;
  /** What is true on a way out of a step; `undefined` when nobody goes that way. */
  readonly pass: (state: State, way: Way) => State | undefined;
  /** What is true where two ways meet. */
  readonly join: (a: State, b: State) => State;
}

/** By step, each after all that lead to it. */
export function alongFlow<State extends object | number | boolean>(
  flow: Flow,
  { start, pass, join }: AlongFlow<State>,
): ReadonlyMap<StepId, State> {
  const order = stepsInOrder(flow);
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
    for (const way of waysOf(from, step)) {
      const passed = pass(state, way);
      if (passed !== undefined) reach(way.to, passed);
    }
  }
  return new Map(
    order.flatMap((id) => {
      const state = states.get(id);
      return state === undefined ? [] : [[id, state] as const];
    }),
  );
}

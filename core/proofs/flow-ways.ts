/**
 * The ways a run can take through a flow: out of each step, and in what order steps come.
 *
 * A way says how long it takes at least. What a branch asks and what an email says is not its business.
 */
import type { Flow, FlowStep, Next, StepId } from '../journey/flow.ts';

export interface Way {
  readonly from: StepId;
  readonly step: FlowStep;
  readonly to: Next;
  /** An arm of its step, or `timedOut`; absent on an only way. */
  readonly arm?: string;
  readonly ms: number;
}

/** The way of a `waitFor` that ends in vain: no arm of a file can be called so. */
export const timedOut = ':timed-out';

/**
 * An awaited event may be here at once, and a date may have passed. Who skips a wait whose date has
 * passed also skips what stands in it.
 */
export function waysOf(from: StepId, step: FlowStep): readonly Way[] {
  const known = knownWays.get(step);
  if (known !== undefined) return known;
  const ways = findWays(from, step);
  knownWays.set(step, ways);
  return ways;
}

/** Every proof asks for the ways of every step, some of them often. */
const knownWays = new WeakMap<FlowStep, readonly Way[]>();

function findWays(from: StepId, step: FlowStep): readonly Way[] {
  const way = (to: Next, ms = 0): Way => ({ from, step, to, ms });
  const arms = (of: { readonly [arm: string]: Next }) =>
    Object.entries(of).map(([arm, to]) => ({ ...way(to), arm }));
  switch (step.type) {
    case 'act':
      return [way(step.next)];
    case 'wait':
      return [way(step.next, step.ms)];
    case 'wait-until': {
      const inside = way(step.inside ?? step.next);
      return step.ifPast === 'skip' ? [inside, way(step.next)] : [inside];
    }
    case 'wait-for':
      return [...arms(step.arms), { ...way(step.timedOut, step.upToMs ?? 0), arm: timedOut }];
    case 'choose':
      return arms(step.arms);
    case 'exit':
      return [];
  }
}

/** Every step that a run can reach, each after all that lead to it. A flow of nested lists has no circle. */
export function stepsInOrder(flow: Flow, start: Next = flow.start): readonly StepId[] {
  const seen = new Set<StepId>();
  const order: StepId[] = [];
  const visit = (id: Next): void => {
    const step = id === null || seen.has(id) ? undefined : flow.steps[id];
    if (id === null || step === undefined) return;
    seen.add(id);
    for (const { to } of waysOf(id, step)) visit(to);
    order.push(id);
  };
  visit(start);
  return order.reverse();
}

/**
 * What a journey remembers about its `wait-for` steps, and which arm that memory satisfies.
 *
 * Ingest reports an event when it happens, which may be long before the lead reaches the step that
 * asks for it. The memory is a set: repeats and the order of delivery never change it. It must never
 * look at a clock; `at` is when the thing happened.
 */
import type { JourneyMessage } from './input.ts';
import type { ArmId, Flow, FlowStep, StepId } from './flow.ts';
import type { JourneyState, Satisfaction } from './state.ts';

/**
 * Per step. A wait that looks back to `entry` needs only the earliest; one that looks back to the
 * moment its step is reached needs those that may come after that moment, so the latest are kept.
 * Ingest writes one message per wait and a few more when steps are revisited: 16 is ample.
 */
export const SATISFACTIONS_PER_STEP_MAX = 16;

type WaitFor = Extract<FlowStep, { type: 'wait-for' }>;
type SatisfiedMessage = Extract<JourneyMessage, { type: 'satisfied' }>;

/** The state with one more thing known; the same object when it was known or concerns no wait ahead. */
export function remember(flow: Flow, state: JourneyState, message: SatisfiedMessage): JourneyState {
  const step = waitStillOpen(flow, state, message.step);
  if (step === null || !Object.hasOwn(step.arms, message.arm)) return state;
  const known = satisfactionsOf(state, message.step);
  const satisfaction = { arm: message.arm, at: message.at, seq: message.seq };
  if (known.some((other) => isSame(other, satisfaction))) return state;
  const sorted = [...known, satisfaction].sort(inOrder(step));
  const kept =
    step.since === 'entry' ? sorted.slice(0, 1) : sorted.slice(-SATISFACTIONS_PER_STEP_MAX);
  if (!kept.includes(satisfaction)) return state;
  return { ...state, satisfied: { ...state.satisfied, [message.step]: kept } };
}

/**
 * The arm that was satisfied first: by instant, then by `seq`, then in file order. What happened
 * after the deadline does not count, however late the deadline is noticed.
 */
export function satisfiedArm(
  state: JourneyState,
  id: StepId,
  step: WaitFor,
  span: { readonly reachedAt: number; readonly until: number },
): ArmId | null {
  const from = step.since === 'entry' ? -Infinity : span.reachedAt;
  const first = satisfactionsOf(state, id).find(({ at }) => at >= from && at <= span.until);
  return first?.arm ?? null;
}

/** A wait that is over needs its memory no more. */
export function forget(state: JourneyState, id: StepId): JourneyState {
  if (!Object.hasOwn(state.satisfied, id)) return state;
  const { [id]: _over, ...satisfied } = state.satisfied;
  return { ...state, satisfied };
}

function waitStillOpen(flow: Flow, state: JourneyState, id: StepId): WaitFor | null {
  const step = Object.hasOwn(flow.steps, id) ? flow.steps[id] : undefined;
  if (step?.type !== 'wait-for') return null;
  const isOver = Object.hasOwn(state.visits, id) && state.position?.step !== id;
  return isOver ? null : step;
}

function satisfactionsOf(state: JourneyState, id: StepId): readonly Satisfaction[] {
  return Object.hasOwn(state.satisfied, id) ? (state.satisfied[id] ?? []) : [];
}

function isSame(a: Satisfaction, b: Satisfaction): boolean {
  return a.arm === b.arm && a.at === b.at && a.seq === b.seq;
}

function inOrder(step: WaitFor): (a: Satisfaction, b: Satisfaction) => number {
  const arms = Object.keys(step.arms);
  return (a, b) => a.at - b.at || a.seq - b.seq || arms.indexOf(a.arm) - arms.indexOf(b.arm);
}

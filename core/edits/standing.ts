/**
 * The step on which a run rests now, told from its rows alone: what acted last and when, the arms that
 * were drawn, the waits that were heard, whether a pause keeps it.
 *
 * For the plan that people see before they publish. The run itself knows better: what it does when it
 * moves is decided by its state, never by this.
 */
import type { ArmId, Flow, FlowStep, Next, StepId } from '../journey/flow.ts';

export interface RunRows {
  readonly enteredAt: number;
  /** The step that acted last, and when. */
  readonly step: StepId | null;
  readonly since: number | null;
  /** Its email is held or under way: it rests on the act itself. */
  readonly isHeld: boolean;
  readonly parkedAt: StepId | null;
  /** Of branches and splits. */
  readonly drawn: { readonly [step: StepId]: ArmId };
  readonly heard: readonly { readonly step: StepId; readonly arm: ArmId; readonly at: number }[];
}

/** Null: nobody but the run can say, or nothing is left to do. */
export function restingStep(flow: Flow, rows: RunRows, now: number): StepId | null {
  const { step, since, parkedAt } = rows;
  if (parkedAt !== null && Object.hasOwn(flow.steps, parkedAt)) return parkedAt;
  if (step === null) return restFrom(flow, rows, flow.start, rows.enteredAt, now);
  const acted = stepOf(flow, step);
  if (acted?.type !== 'act') return null;
  if (rows.isHeld || since === null) return step;
  return restFrom(flow, rows, acted.next, since, now);
}

/**
 * Goes on as the run did, from `next` reached at `at`; a flow has no cycles. A run that slept stands at
 * its wait until what follows it has answered.
 */
function restFrom(flow: Flow, rows: RunRows, next: Next, at: number, now: number): StepId | null {
  let here: Left = { next, at };
  let slept: StepId | null = null;
  for (let n = 0; here.next !== null && n <= Object.keys(flow.steps).length; n += 1) {
    const id: StepId = here.next;
    const step = stepOf(flow, id);
    if (step === undefined) return null;
    const left = leftAt(step, id, rows, here.at, now);
    const isAsleep = step.type === 'wait' || step.type === 'wait-for';
    if (left === null) return isAsleep ? id : (slept ?? id);
    slept = step.type === 'wait' ? id : null;
    here = left;
  }
  return slept;
}

interface Left {
  readonly next: Next;
  readonly at: number;
}

/** Null: it still rests there. */
function leftAt(
  step: FlowStep,
  id: StepId,
  rows: RunRows,
  reachedAt: number,
  now: number,
): Left | null {
  switch (step.type) {
    case 'wait':
      return passed(step.next, reachedAt + step.ms, now);
    case 'choose': {
      const arm = rows.drawn[id];
      return arm === undefined ? null : { next: step.arms[arm] ?? null, at: reachedAt };
    }
    case 'wait-for': {
      const from = step.since === 'entry' ? -Infinity : reachedAt;
      const first = rows.heard.find((one) => one.step === id && one.at >= from);
      if (first !== undefined && Object.hasOwn(step.arms, first.arm)) {
        return { next: step.arms[first.arm] ?? null, at: Math.max(reachedAt, first.at) };
      }
      return step.upToMs === undefined ? null : passed(step.timedOut, reachedAt + step.upToMs, now);
    }
    case 'wait-until':
    case 'act':
    case 'exit':
      return null;
  }
}

function passed(next: Next, until: number, now: number): Left | null {
  return until <= now ? { next, at: until } : null;
}

function stepOf(flow: Flow, id: StepId): FlowStep | undefined {
  return Object.hasOwn(flow.steps, id) ? flow.steps[id] : undefined;
}

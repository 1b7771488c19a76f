/**
 * The state of a run whose workflow is gone, from what its rows tell: the step that acted last, and
 * whether that act is done.
 *
 * The waits after it are measured from the instant of that act, so a lead is not kept waiting twice.
 * What is asked again is keyed by the same command ids as before, so nothing acts a second time.
 */
import { advance } from './advance.ts';
import type { Flow, StepId } from './flow.ts';
import { initialState, type JourneyState } from './state.ts';

export interface Standing {
  readonly step: StepId;
  readonly since: number;
  /** False while the step is held: then it is asked again. */
  readonly isDone: boolean;
  /** Emails of earlier steps that had their answer: after an edit a lead may come to them again. */
  readonly answered: readonly StepId[];
}

/** Null when the flow has no such step, or the step was the last one: nobody can say where it stands. */
export function resumeAt(flow: Flow, standing: Standing): JourneyState | null {
  const { step, since, isDone } = standing;
  const answered = standing.answered.filter((one) => one !== step);
  const acted = Object.hasOwn(flow.steps, step) ? flow.steps[step] : undefined;
  if (acted?.type !== 'act') return null;
  // Steps are nested lists: without an operator's doing each is reached once.
  const id = `${step}/1`;
  const state: JourneyState = {
    ...initialState(),
    visits: { [step]: 1 },
    position: { step, reachedAt: since, waits: 0 },
    command: { type: 'act', id, step, last: acted.next === null },
    ...(answered.length === 0 ? {} : { acted: answered }),
  };
  if (!isDone) return state;
  const { state: after } = advance(flow, state, {
    type: 'settled',
    id,
    outcome: { type: 'done' },
    now: since,
  });
  return after.ended === null ? after : null;
}

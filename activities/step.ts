/**
 * One step of one run, with everything about it that is looked up before anything happens: the run, its
 * plan, the step, the release in force. Also how a run goes on from here, written with every act.
 *
 * Kept apart from the acts so that each of them is a function of a `StepTask` and the dependencies.
 */
import type { Release } from '../core/definitions/release.ts';
import { expectedAt } from '../core/journey/expected.ts';
import type { Due } from '../core/journey/pause.ts';
import type { JourneyPlan, PlanStep } from '../core/journey/plan.ts';
import type { Progress } from '../core/sending/ledger.ts';
import type { ExecuteStepInput } from '../workflows/contract.ts';
import type { Asked } from './confirm.ts';
import type { ActivityDependencies, Run } from './dependencies.ts';
import { failure } from './failures.ts';

export interface StepTask<Step extends PlanStep = PlanStep> {
  readonly commandId: string;
  readonly run: Run;
  readonly plan: JourneyPlan;
  readonly planHash: string;
  readonly release: Release;
  readonly id: string;
  readonly step: Step;
  readonly last: boolean;
  readonly due: Due;
  readonly now: number;
  /** Done beside the run, which went on: it is not moved by this. */
  readonly isAside?: boolean;
}
type StepReference = Pick<ExecuteStepInput, 'step' | 'visit'> & { readonly last?: boolean };

export function commandOf({ step, visit }: StepReference): string {
  return `${step}/${visit}`;
}

export async function findStep(
  deps: ActivityDependencies,
  input: StepReference,
  asked: Asked,
): Promise<StepTask> {
  const { commandId, run, plan, planHash, due, now } = asked;
  const step = plan.steps[input.step];
  if (step === undefined) throw failure('step-missing', commandId);
  const release = await deps.definitions.release();
  const last = input.last ?? false;
  return { commandId, run, plan, planHash, release, id: input.step, step, last, due, now };
}

export function progressOf(task: StepTask): Progress {
  const { run, id, now, last } = task;
  const { flow } = task.plan;
  const done = flow.steps[id];
  const expectedBy = expectedAt(flow, done?.type === 'act' ? done.next : null, now);
  const enrolmentId = task.isAside === true ? nobody : run.id;
  return { enrolmentId, step: id, at: now, expectedBy, completes: last };
}

/** No enrolment has this id. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** A held step is heard of again when its hold ends; one that a pause holds, when somebody resumes. */
export function heldProgress(task: StepTask, until: number | null): Progress {
  const held = { ...progressOf(task), expectedBy: until, completes: false };
  return until === null ? { ...held, parked: { step: task.id, ...task.due } } : held;
}

/**
 * One step of one run, with everything about it that is looked up before anything happens: the run, its
 * plan, the step, the release in force. Also how a run goes on from here, written with every act.
 *
 * Kept apart from the acts so that each of them is a function of a `StepTask` and the dependencies.
 */
import type { Release } from '../core/definitions/release.ts';
import { expectedAt } from '../core/journey/expected.ts';
import type { JourneyPlan, PlanStep } from '../core/journey/plan.ts';
import type { Progress } from '../core/sending/ledger.ts';
import type { ExecuteStepInput } from '../workflows/contract.ts';
import type { ActivityDependencies, Run } from './dependencies.ts';
import { failure } from './failures.ts';

export interface StepTask<Step extends PlanStep = PlanStep> {
  readonly commandId: string;
  readonly run: Run;
  readonly plan: JourneyPlan;
  readonly release: Release;
  readonly id: string;
  readonly step: Step;
  readonly last: boolean;
  readonly now: number;
}
type StepReference = Pick<ExecuteStepInput, 'enrolmentId' | 'step' | 'visit' | 'now'> & {
  readonly last?: boolean;
};

export function commandIdOf(input: Pick<StepReference, 'enrolmentId' | 'step' | 'visit'>): string {
  return `${input.enrolmentId}/${input.step}/${input.visit}`;
}

export async function findStep(
  deps: ActivityDependencies,
  input: StepReference,
): Promise<StepTask> {
  const commandId = commandIdOf(input);
  const run = await deps.runs.find(input.enrolmentId);
  if (run === undefined) throw failure('enrolment-missing', commandId);
  const plan = await deps.definitions.plan(run.planHash);
  if (plan === undefined) throw failure('plan-missing', commandId);
  const step = plan.steps[input.step];
  if (step === undefined) throw failure('step-missing', commandId);
  const release = await deps.definitions.release();
  const now = deps.clock.at(input.now);
  return { commandId, run, plan, release, id: input.step, step, last: input.last ?? false, now };
}

export function progressOf(task: StepTask): Progress {
  const { run, id, now, last } = task;
  const { flow } = task.plan;
  const done = flow.steps[id];
  const expectedBy = expectedAt(flow, done?.type === 'act' ? done.next : null, now);
  return { enrolmentId: run.id, step: id, at: now, expectedBy, completes: last };
}

/** A held step is heard of again when its hold ends. */
export function heldProgress(task: StepTask, until: number): Progress {
  return { ...progressOf(task), expectedBy: until, completes: false };
}

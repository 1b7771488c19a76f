/** The step that enters the lead into another journey; whether it may is for ingest to decide. */
import type { Outcome } from '../core/journey/command.ts';
import type { PlanStep } from '../core/journey/plan.ts';
import { eventAbout } from '../ingest/request.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { progressOf, type StepTask } from './step.ts';

type EnterStep = Extract<PlanStep, { readonly type: 'enter' }>;

export async function enterStep(
  deps: ActivityDependencies,
  task: StepTask<EnterStep>,
): Promise<Outcome> {
  const { run, step, commandId, now } = task;
  await deps.ingest(
    eventAbout(
      { leadId: run.leadId },
      {
        ...{ source: 'journey', messageId: commandId, type: 'enrol', name: '', now },
        ...{ journey: step.journey, properties: step.with },
      },
    ),
  );
  await deps.runs.progress(progressOf(task));
  return { type: 'done' };
}

/** The step that writes attributes and tags: an `identify` of ours, through ingest like any other. */
import type { Outcome } from '../core/journey/command.ts';
import type { PlanStep } from '../core/journey/plan.ts';
import { eventAbout } from '../ingest/request.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { progressOf, type StepTask } from './step.ts';

type UpdateStep = Extract<PlanStep, { readonly type: 'update' }>;

export async function updateStep(
  deps: ActivityDependencies,
  task: StepTask<UpdateStep>,
): Promise<Outcome> {
  const { run, step, commandId, now } = task;
  await deps.ingest(
    eventAbout(
      { leadId: run.leadId },
      {
        ...{ source: 'journey', messageId: commandId, type: 'identify', name: '', now },
        ...{ traits: step.attributes, addTags: step.addTags, removeTags: step.removeTags },
      },
    ),
  );
  await deps.runs.progress(progressOf(task));
  return { type: 'done' };
}

/** The step that gives somebody something to do, due in that person's own hours. */
import { derivedId } from '../core/decision/ids.ts';
import { readBusinessDuration } from '../core/definitions/duration.ts';
import type { Outcome } from '../core/journey/command.ts';
import type { PlanStep } from '../core/journey/plan.ts';
import type { Lead } from '../core/facts/lead.ts';
import { addBusiness } from '../core/sending/business-time.ts';
import { hoursOf, resolveAssignee, type ResolvedAssignee } from './assignee.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readerOf, wholeLead } from './facts.ts';
import { failure } from './failures.ts';
import { progressOf, type StepTask } from './step.ts';

type TaskStep = Extract<PlanStep, { readonly type: 'task' }>;

export async function taskStep(
  deps: ActivityDependencies,
  task: StepTask<TaskStep>,
): Promise<Outcome> {
  const { run, step, commandId, now } = task;
  const lead = await wholeLead(deps, task);
  const assignee = await assigneeOf(task, lead);
  const { rep, queue } = assignee;
  await deps.tasks.add(
    {
      ...{ id: derivedId('task', commandId), commandId, leadId: lead.id, enrolmentId: run.id },
      ...{ text: step.text, kind: step.kind, dueAt: dueAt(task, assignee), at: now },
      ...(rep === undefined ? {} : { rep }),
      ...(queue === undefined ? {} : { queue }),
    },
    progressOf(task),
  );
  return { type: 'done' };
}

async function assigneeOf(task: StepTask<TaskStep>, lead: Lead): Promise<ResolvedAssignee> {
  const { step, release, commandId, now } = task;
  const read = readerOf(task, lead);
  for (const name of [step.for, step.ifNone]) {
    const found =
      name === undefined ? undefined : await resolveAssignee(name, release, lead, read, now);
    if (found !== undefined) return found;
  }
  throw failure('assignee-unknown', commandId);
}

function dueAt({ step, release, commandId, now }: StepTask<TaskStep>, assignee: ResolvedAssignee) {
  const due = readBusinessDuration(step.due);
  const hours = hoursOf(release, assignee);
  if (!due.ok || hours === undefined) throw failure('assignee-unknown', commandId);
  return addBusiness(hours, now, due.value);
}

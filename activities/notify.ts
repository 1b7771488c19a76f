/** The step that tells a colleague something about a lead, by email. */
import type { Outcome } from '../core/journey/command.ts';
import type { PlanStep } from '../core/journey/plan.ts';
import { resolveAssignee } from './assignee.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readerOf, wholeLead } from './facts.ts';
import { failure } from './failures.ts';
import { sendNote } from './internal-mail.ts';
import { progressOf, type StepTask } from './step.ts';

type NotifyStep = Extract<PlanStep, { readonly type: 'notify' }>;

export async function notifyStep(
  deps: ActivityDependencies,
  task: StepTask<NotifyStep>,
): Promise<Outcome> {
  const { run, release, step, commandId, now } = task;
  const lead = await wholeLead(deps, task);
  const read = readerOf(task, lead);
  const assignee = await resolveAssignee(step.who, release, lead, read, now);
  const rep = release.team.reps[assignee?.reader ?? ''];
  // A lead without an owner is usual, and nobody to tell is no reason to stop its journey.
  if (rep === undefined && step.who !== 'owner') throw failure('assignee-unknown', commandId);
  if (rep !== undefined) {
    await sendNote(deps, {
      ...{ commandId, step: task.id, leadId: lead.id, enrolmentId: run.id, now },
      to: { name: rep.name, email: rep.email },
      subject: `${nameOf([read('firstName'), read('lastName')], read('company'))}: ${task.plan.title}`,
      text: step.text,
      programme: task.plan.journey,
    });
  }
  await deps.runs.progress(progressOf(task));
  return { type: 'done' };
}

function nameOf(names: readonly unknown[], company: unknown): string {
  const name = names.filter((part) => typeof part === 'string').join(' ');
  const parts = [name, typeof company === 'string' ? company : ''].filter((part) => part !== '');
  return parts.length === 0 ? 'A lead' : parts.join(', ');
}

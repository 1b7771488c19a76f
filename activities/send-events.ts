/**
 * What happened to an email comes back as an event of the lead, through ingest like everything else.
 * The command id is the message id, so an attempt that finds its row settled may say it again.
 */
import { eventAbout } from '../ingest/request.ts';
import { sendId } from '../core/decision/ids.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { StepTask } from './step.ts';

export async function recordSent(
  deps: Pick<ActivityDependencies, 'ingest'>,
  task: StepTask,
  leadId: string,
): Promise<void> {
  const own = { source: 'mail', messageId: task.commandId, name: 'Email Sent', now: task.now };
  await deps.ingest(eventAbout({ leadId }, { ...own, properties: mailOf(task) }));
}

/** Only a dead address is a hard bounce, which ingest answers with a suppression of scope `all`. */
export async function recordBounce(
  deps: Pick<ActivityDependencies, 'ingest'>,
  task: StepTask,
  leadId: string,
  because: string,
): Promise<void> {
  // A refusal of our policy or content says nothing about the lead.
  if (because !== 'address' && because !== 'mailbox') return;
  const kind = because === 'address' ? 'hard' : 'soft';
  const own = { source: 'mail', messageId: `${task.commandId}/bounced`, name: 'Email Bounced' };
  const properties = { ...mailOf(task), kind };
  await deps.ingest(eventAbout({ leadId }, { ...own, now: task.now, properties }));
}

function mailOf({ plan, id, step, commandId }: StepTask) {
  const template = step.type === 'send' ? step.template : '';
  return { journey: plan.journey, step: id, template, send: sendId(commandId) };
}

/**
 * What happened to an email comes back as an event of the lead, through ingest like everything else.
 * The command id is the message id, so an attempt that finds its row settled may say it again.
 */
import { bounceKindOf } from '../core/feedback/classify.ts';
import { aboutMail, bounceMessageId, deferredMessageId } from '../core/feedback/events.ts';
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

export interface GivenUp {
  readonly because: string;
  readonly status?: string | undefined;
  /** It was written to: the lead may have another one by now, which nothing is known against. */
  readonly address?: string | undefined;
}

/**
 * What a mail that was given up means for the lead is decided where the event arrives: `hard` suppresses
 * the address, `soft` is counted, `sender` is our own fault and says nothing about the lead.
 */
export async function recordBounce(
  deps: Pick<ActivityDependencies, 'ingest'>,
  task: StepTask,
  leadId: string,
  { because, status, address }: GivenUp,
): Promise<void> {
  const kind = bounceKindOf(because);
  if (kind === undefined) return;
  const messageId = bounceMessageId(task.commandId, kind);
  const own = { source: 'mail', messageId, name: 'Email Bounced', now: task.now };
  const properties = {
    ...{ ...mailOf(task), kind },
    ...(status === undefined ? {} : { status }),
    ...(address === undefined ? {} : { address }),
  };
  const concerned = address === undefined ? {} : { concerns: address };
  await deps.ingest(eventAbout({ leadId }, { ...own, ...concerned, properties }));
}

/** Refused for now, and tried again in hours: said once, however often it is refused. */
export async function recordDeferred(
  deps: Pick<ActivityDependencies, 'ingest'>,
  task: StepTask,
  leadId: string,
  status?: string,
): Promise<void> {
  const messageId = deferredMessageId(task.commandId);
  const own = { source: 'mail', messageId, name: 'Email Deferred' };
  const properties = { ...mailOf(task), ...(status === undefined ? {} : { status }) };
  await deps.ingest(eventAbout({ leadId }, { ...own, now: task.now, properties }));
}

function mailOf({ plan, id, step, commandId }: StepTask) {
  const template = step.type === 'send' ? step.template : '';
  return aboutMail({ journey: plan.journey, step: id, template, send: sendId(commandId) });
}

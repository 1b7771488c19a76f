/**
 * One handoff: route → notify → wait for a verdict in business time → remind → reassign → escalate.
 *
 * It decides nothing: an activity says who gets it and until when, and a verdict arrives as a message
 * from ingest, which has already settled the row. It exists because waiting is the one thing a row
 * cannot do. A run never gives a lead up: after the last escalation it waits until somebody answers.
 */
import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { handoffActivityOptions } from './activity-options.ts';
import {
  HANDOFF_SIGNALS,
  type HandoffActivities,
  type HandoffInput,
  type HandoffMessage,
} from './contract.ts';

const { assignHandoff, notifyHandoff } = proxyActivities<HandoffActivities>(handoffActivityOptions);

const tell = defineSignal<[HandoffMessage]>(HANDOFF_SIGNALS.tell);

export async function handoff(input: HandoffInput): Promise<void> {
  const inbox: HandoffMessage[] = [...(input.inbox ?? [])];
  setHandler(tell, (message) => void inbox.push(message));
  const now = (): number => Date.now() + input.clockOffset;
  const { handoffId } = input;

  for (let attempt = input.attempt ?? 1; ; attempt += 1) {
    const turn = await assignHandoff({ handoffId, attempt, now: now() });
    if (turn.type === 'closed') return;
    await notifyHandoff({ handoffId, attempt, kind: turn.kind, visit: 1, now: now() });

    let reminded = 0;
    let caused = 0;
    for (;;) {
      const remindAt = turn.remindAt[reminded];
      const until = remindAt ?? turn.acceptBy;
      const heard = until === null ? await wake(inbox) : await wake(inbox, until - now());
      const message = inbox.shift();
      if (message?.type === 'settled') return;
      if (message?.type === 'cause') {
        caused += 1;
        await notifyHandoff({ handoffId, attempt, kind: 'cause', visit: caused, now: now() });
      } else if (!heard && remindAt !== undefined) {
        reminded += 1;
        await notifyHandoff({ handoffId, attempt, kind: 'reminder', visit: reminded, now: now() });
      } else if (!heard) {
        break;
      }
      if (workflowInfo().continueAsNewSuggested) {
        await continueAsNew<typeof handoff>({ ...input, attempt, inbox });
      }
    }
  }
}

/** True when a message came, false when the time was up. */
async function wake(inbox: readonly HandoffMessage[], timeoutMs?: number): Promise<boolean> {
  if (timeoutMs !== undefined) return condition(() => inbox.length > 0, Math.max(1, timeoutMs));
  await condition(() => inbox.length > 0);
  return true;
}

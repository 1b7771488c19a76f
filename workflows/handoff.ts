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
  type HandoffTurn,
  type NotifyHandoffInput,
} from './contract.ts';

const { assignHandoff, notifyHandoff } = proxyActivities<HandoffActivities>(handoffActivityOptions);

const tell = defineSignal<[HandoffMessage]>(HANDOFF_SIGNALS.tell);

export async function handoff(input: HandoffInput): Promise<void> {
  const inbox: HandoffMessage[] = [...(input.inbox ?? [])];
  setHandler(tell, (message) => void inbox.push(message));
  const run: Run = {
    input,
    inbox,
    attempt: input.attempt ?? 1,
    reminded: input.reminded ?? 0,
    caused: input.caused ?? 0,
  };
  for (;;) {
    const { handoffId } = input;
    const turn = await assignHandoff({ handoffId, attempt: run.attempt, now: nowOf(run) });
    if (turn.type === 'closed') return;
    if ((await waitOut(run, turn)) === 'settled') return;
    run.attempt += 1;
    run.reminded = 0;
    run.caused = 0;
  }
}

interface Run {
  readonly input: HandoffInput;
  readonly inbox: HandoffMessage[];
  attempt: number;
  /** Of this attempt: reminders that are through, and causes that were told. */
  reminded: number;
  caused: number;
}
type Turn = Extract<HandoffTurn, { type: 'turn' }>;

/** Waits until it is settled, or until whoever has it has had their time. */
async function waitOut(run: Run, turn: Turn): Promise<'settled' | 'passed'> {
  let isTold = await notify(run, turn.kind, 1);
  // Where the first email had to wait for its relay, a reminder beside it would only be noise.
  run.reminded = Math.max(run.reminded, dueBy(turn, nowOf(run)));
  while (isTold) {
    const remindAt = turn.remindAt[run.reminded];
    const heard = await wake(run, remindAt ?? turn.acceptBy);
    const message = run.inbox.shift();
    if (message?.type === 'settled') {
      const { because } = message;
      if (because !== undefined) await notify(run, 'withdrawn', 1, because);
      return 'settled';
    }
    if (message?.type === 'cause') {
      run.caused += 1;
      isTold = await notify(run, 'cause', run.caused, message.cause, message.about);
    } else if (!heard) {
      if (turn.acceptBy !== null && nowOf(run) >= turn.acceptBy) return 'passed';
      run.reminded = dueBy(turn, nowOf(run));
      isTold = await notify(run, 'reminder', run.reminded);
    }
    if (isTold && workflowInfo().continueAsNewSuggested) {
      const { input, ...carried } = run;
      await continueAsNew<typeof handoff>({ ...input, ...carried });
    }
  }
  return 'passed';
}

/** After an outage several are due at once: one email stands for all of them. */
function dueBy({ remindAt }: Turn, now: number): number {
  return remindAt.filter((at) => at <= now).length;
}

/** False when the rep has left the team: the lead goes on to somebody else at once. */
async function notify(
  run: Run,
  kind: NotifyHandoffInput['kind'],
  visit: number,
  cause?: string,
  about?: string,
): Promise<boolean> {
  const { handoffId } = run.input;
  const news = {
    ...(cause === undefined ? {} : { cause }),
    ...(about === undefined ? {} : { about }),
  };
  const input = { handoffId, attempt: run.attempt, kind, visit, now: nowOf(run), ...news };
  return (await notifyHandoff(input)).type === 'told';
}

/** True when a message came, false when the time was up. Timers count whole seconds. */
async function wake({ inbox, ...run }: Run, until: number | null): Promise<boolean> {
  const isHere = (): boolean => inbox.length > 0;
  if (until === null) {
    await condition(isHere);
    return true;
  }
  const waitMs = Math.ceil((until - nowOf(run)) / 1_000) * 1_000;
  return waitMs > 0 ? condition(isHere, waitMs) : isHere();
}

function nowOf({ input }: Pick<Run, 'input'>): number {
  return Date.now() + input.clockOffset;
}

/**
 * The step that writes to a lead: claim → render → transmit → settle.
 *
 * The claim decides under the lead's lock and reserves the room under caps; the transmission is
 * committed before the relay hears a byte; the settlement says what became of it. A refusal of the
 * moment is tried again here for a while and then handed back as `retry-at`, so that the next attempt
 * gets a fresh `now`. Nothing is ever guessed: what may have left and was not answered is `unknown`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { sendId } from '../core/decision/ids.ts';
import type { Outcome } from '../core/journey/command.ts';
import type { PlanStep } from '../core/journey/plan.ts';
import type { Claimed, Settlement } from '../core/sending/ledger.ts';
import { failpoint } from '../faults/failpoint.ts';
import type { OutgoingEmail } from '../mail/outgoing.ts';
import type { Delivery } from '../mail/smtp.ts';
import type { ActivityDependencies, ActivityLimits } from './dependencies.ts';
import { tickIfDue } from './facts.ts';
import { failure } from './failures.ts';
import { draftOf, senderOf } from './letter.ts';
import { recordBounce, recordSent } from './send-events.ts';
import { LeadIsDue, prepareSend, type PreparedSend } from './send-question.ts';
import { heldProgress, progressOf, type StepTask } from './step.ts';

export type SendStep = Extract<PlanStep, { readonly type: 'send' }>;

const usualLimits: ActivityLimits = {
  // An activity may take three minutes; the last try needs one of them to end.
  retryForMs: 120_000,
  firstRetryMs: 1_000,
  retryAfterMs: 5 * 60_000,
  // The longest lease, and the time it takes to see that it is over.
  leaseWaitMs: 45_000,
};
const retryPauseMsMax = 30_000;
/** The holder of a lease usually ends long before it: looked at this often. */
const leasePollMs = 1_000;
/** The clock alone may change a lead several times in a row; after this many the send goes on. */
const ticksMax = 5;
/** Each round loses only to a change that was committed meanwhile. */
const roundsMax = 200;

type Attempt =
  | { readonly type: 'done' }
  /** Something was committed since the claim: decide anew at once. */
  | { readonly type: 'changed'; readonly token: string }
  | { readonly type: 'again' };

export async function sendStep(
  deps: ActivityDependencies,
  task: StepTask<SendStep>,
): Promise<Outcome> {
  const limits = { ...usualLimits, ...deps.limits };
  const startedAt = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  let token: string | undefined;
  let waitedMs = 0;
  let pauseMs = limits.firstRetryMs;
  for (let round = 0; round < roundsMax; round += 1) {
    const current = { ...task, now: task.now + elapsed() };
    await failpoint('step.beforeClaim');
    const prepared = await prepareSend(deps, current, sendId(task.commandId), token);
    const claim = await claimTicked(deps, prepared);
    switch (claim.type) {
      case 'held':
        return claim.until === null ? { type: 'parked' } : { type: 'retry-at', at: claim.until };
      case 'settled':
        return afterwards(deps, current, claim.state, claim.reason);
      case 'busy': {
        if (waitedMs + claim.leaseMs > limits.leaseWaitMs) {
          return { type: 'retry-at', at: current.now + claim.leaseMs };
        }
        const pollMs = Math.min(claim.leaseMs + 20, leasePollMs);
        waitedMs += pollMs;
        await delay(pollMs);
        break;
      }
      case 'claimed': {
        await failpoint('send.afterClaim');
        const attempt = await transmit(deps, prepared, claim);
        if (attempt.type === 'done') return { type: 'done' };
        token = attempt.type === 'changed' ? attempt.token : undefined;
        if (attempt.type === 'changed') break;
        if (elapsed() + pauseMs > limits.retryForMs) {
          return { type: 'retry-at', at: task.now + elapsed() + limits.retryAfterMs };
        }
        await delay(pauseMs);
        pauseMs = Math.min(pauseMs * 2, retryPauseMsMax);
      }
    }
  }
  throw failure('ledger-lost', task.commandId);
}

async function claimTicked(deps: ActivityDependencies, prepared: PreparedSend) {
  for (let ticks = 0; ; ticks += 1) {
    try {
      return await deps.ledger.claim(prepared.request, (view) =>
        prepared.decide(view, { ticked: ticks >= ticksMax }),
      );
    } catch (error) {
      if (!(error instanceof LeadIsDue)) throw error;
      await tickIfDue(deps, error.lead, prepared.task.now);
    }
  }
}

async function transmit(
  deps: ActivityDependencies,
  prepared: PreparedSend,
  claim: Claimed,
): Promise<Attempt> {
  const { task, request, template } = prepared;
  const { token, lead, address } = claim;
  const settle = (settled: Omit<Settlement, 'id' | 'token' | 'at'>) =>
    deps.ledger.settle({ id: request.id, token, at: task.now, ...settled });
  const letter = deps.letters.compose(
    draftOf({
      ...{ task, template, lead: prepared.completed(lead), address, class: request.class },
      ...{ sendId: request.id, messageId: request.messageId, topic: request.topic },
      read: prepared.read(lead),
    }),
  );
  const progress = progressOf(task);
  if (!letter.ok) {
    const evidence = { rule: 'template', variable: letter.variable, problem: letter.message };
    await settle({ state: 'skipped', reason: 'missing-variable', evidence, progress });
    return { type: 'done' };
  }
  const start = {
    ...{ id: request.id, token, leadId: lead.id, enrolmentId: task.run.id, now: task.now },
    ...{ journey: task.plan.journey, leadSeq: lead.seq, consentSeq: claim.consentSeq },
    subject: letter.email.subject,
    sender: senderOf(task.release, template.manifest, lead).address,
  };
  const { email } = letter;
  // Only a mail that has a connection is in transmission: a crash leaves no others in doubt.
  const delivery = await deps.mail.inTurn(async () =>
    (await deps.ledger.beginTransmit(start)) ? deliver(deps, email) : undefined,
  );
  if (delivery === undefined) return { type: 'changed', token };
  return settleDelivery(deps, prepared, claim, delivery, settle);
}

/** Between the commit of `transmitting` and the answer: the only stretch in which a crash is unknown. */
export async function deliver(
  deps: Pick<ActivityDependencies, 'mail'>,
  email: OutgoingEmail,
): Promise<Delivery> {
  await failpoint('send.connected');
  return deps.mail.deliver(email);
}

async function settleDelivery(
  deps: ActivityDependencies,
  { task, request }: PreparedSend,
  claim: Claimed,
  delivery: Delivery,
  settle: (settled: Omit<Settlement, 'id' | 'token' | 'at'>) => Promise<boolean>,
): Promise<Attempt> {
  const progress = progressOf(task);
  const { response } = delivery;
  switch (delivery.type) {
    case 'accepted':
      await settle({ state: 'sent', response, progress });
      await failpoint('send.afterMark');
      await recordSent(deps, task, claim.lead.id);
      return { type: 'done' };
    case 'unknown': {
      const mayRepeat = claim.attempts + 1 < request.attemptsMax;
      await settle({ state: 'unknown', response, ...(mayRepeat ? {} : { progress }) });
      return { type: mayRepeat ? 'again' : 'done' };
    }
    case 'not-taken':
      // Wrong credentials are no fault of the lead either: the mail waits until they are mended.
      if (delivery.transient || delivery.class === 'config') {
        // Whether tried again here or by the journey: the run is alive for that long.
        await settle({ state: 'planned', response, progress: heldProgress(task, task.now) });
        return { type: 'again' };
      }
      await settle({ state: 'failed', reason: delivery.class, response, progress });
      await failpoint('send.afterMark');
      await recordBounce(deps, task, claim.lead.id, delivery.class);
      return { type: 'done' };
  }
}

/** The row had its answer, from this attempt or an earlier one that died on the way home. */
async function afterwards(
  deps: ActivityDependencies,
  task: StepTask,
  state: string,
  reason: string | null,
): Promise<Outcome> {
  if (state === 'skipped' && reason === 'exited') return { type: 'closed' };
  if (state === 'sent') await recordSent(deps, task, task.run.leadId);
  if (state === 'failed') await recordBounce(deps, task, task.run.leadId, reason ?? '');
  if (task.last) await deps.runs.progress(progressOf(task));
  return { type: 'done' };
}

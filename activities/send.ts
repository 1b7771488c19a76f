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
import type { JsonObject } from '../core/rules/condition.ts';
import type { Claim, Claimed, Settlement } from '../core/sending/ledger.ts';
import { paceRules } from '../core/sending/pacing.ts';
import { receiverOf } from '../core/sending/receiver.ts';
import { nextTry } from '../core/sending/try-again.ts';
import { failpoint } from '../faults/failpoint.ts';
import type { Delivery } from '../mail/smtp.ts';
import type { ActivityDependencies, ActivityLimits } from './dependencies.ts';
import { tickIfDue } from './facts.ts';
import { failure } from './failures.ts';
import { senderOf } from './letter.ts';
import { recordBounce, recordDeferred, recordSent } from './send-events.ts';
import { LeadIsDue, prepareSend, type PreparedSend } from './send-question.ts';
import { heldProgress, progressOf, type StepTask } from './step.ts';
import { transmission } from './transmission.ts';
import { written } from './written.ts';

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
/** A mended template is found within these. */
const templateRetryMs = 10 * 60_000;
/** Each round loses only to a change that was committed meanwhile. */
const roundsMax = 200;

type Attempt =
  | { readonly type: 'done' }
  /** Something was committed since the claim: decide anew at once. */
  | { readonly type: 'changed'; readonly token: string }
  /** Here after a pause. */
  | { readonly type: 'again' }
  /** Not within this activity. */
  | { readonly type: 'later'; readonly at: number };

/** What time it is, and whether a pause still fits into this activity. */
interface Patience {
  readonly now: () => number;
  readonly pauseMs: number;
  readonly lasts: (pauseMs: number) => boolean;
  readonly laterMs: number;
}

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
        return afterwards(deps, current, claim);
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
        const lasts = (ms: number): boolean => elapsed() + ms <= limits.retryForMs;
        const now = (): number => task.now + elapsed();
        const patience = { pauseMs, lasts, now, laterMs: limits.retryAfterMs };
        const attempt = await transmit(deps, prepared, claim, patience);
        if (attempt.type === 'done') return { type: 'done' };
        if (attempt.type === 'later') return { type: 'retry-at', at: attempt.at };
        token = attempt.type === 'changed' ? attempt.token : undefined;
        if (attempt.type === 'changed') break;
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
  patience: Patience,
): Promise<Attempt> {
  const { task, request, template } = prepared;
  const { token, lead, address } = claim;
  const settle = (settled: Omit<Settlement, 'id' | 'token' | 'at'>) =>
    deps.ledger.settle({ id: request.id, token, at: task.now, ...settled });
  const letter = written(deps, prepared, claim);
  if (letter.type === 'defect') return hold(deps, prepared, letter.evidence, settle);
  if (letter.type === 'missing') {
    const { evidence } = letter;
    const progress = progressOf(task);
    await settle({ state: 'skipped', reason: 'missing-variable', evidence, progress });
    return { type: 'done' };
  }
  const { sending } = task.release;
  const sender = senderOf(task.release, template.manifest, lead).address;
  const { linkTargets } = letter.email;
  const pace = paceRules(sending, { class: request.class, sender, address }, task.now);
  const start = {
    ...{ id: request.id, token, leadId: lead.id, enrolmentId: task.run.id },
    ...{ journey: task.plan.journey, leadSeq: lead.seq, consentSeq: claim.consentSeq },
    ...{ subject: letter.email.subject, sender, receiver: receiverOf(address) },
    ...(pace === undefined ? {} : { pace }),
    ...(linkTargets === undefined ? {} : { linkTargets }),
    // Of this very moment: a pause that began while the claim waited for its lock counts.
    now: patience.now(),
  };
  const delivery = await transmission(deps, start, letter.email, prepared.stillSends);
  if (delivery === undefined) return { type: 'changed', token };
  const attempt = await settleDelivery(deps, prepared, claim, delivery, { settle, patience });
  if (delivery.type === 'not-taken') {
    const way = { send: request.id, sender, receiver: start.receiver, at: start.now };
    await deps.health?.refused({ ...delivery, ...way, isFinal: attempt.type === 'done' });
  }
  return attempt;
}

type Settle = (settled: Omit<Settlement, 'id' | 'token' | 'at'>) => Promise<boolean>;

/** A defect of the template holds the mail until somebody publishes a mended one: no lead is to blame. */
async function hold(
  deps: ActivityDependencies,
  { task }: PreparedSend,
  evidence: JsonObject,
  settle: Settle,
): Promise<Attempt> {
  const heldUntil = task.now + (deps.limits?.retryAfterMs ?? templateRetryMs);
  const progress = heldProgress(task, heldUntil);
  await settle({ state: 'held', reason: 'template-error', evidence, heldUntil, progress });
  return { type: 'later', at: heldUntil };
}

async function settleDelivery(
  deps: ActivityDependencies,
  prepared: PreparedSend,
  claim: Claimed,
  delivery: Delivery,
  { settle, patience }: { readonly settle: Settle; readonly patience: Patience },
): Promise<Attempt> {
  const { task, request } = prepared;
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
      if (!mayRepeat) return { type: 'done' };
      return patience.lasts(patience.pauseMs)
        ? { type: 'again' }
        : { type: 'later', at: task.now + patience.laterMs };
    }
    case 'not-taken':
      return settleRefusal(deps, prepared, claim, delivery, { settle, patience });
  }
}

/** A refusal of the moment is tried again, here or later; for good only where `nextTry` gives it up. */
async function settleRefusal(
  deps: ActivityDependencies,
  { task }: PreparedSend,
  { lead, address, refusedSince = task.now }: Claimed,
  delivery: NotTaken,
  { settle, patience }: { readonly settle: Settle; readonly patience: Patience },
): Promise<Attempt> {
  const { response, class: reason, enhancedCode } = delivery;
  const refusedForMs = task.now - refusedSince;
  const { holdAtMostMs } = task.plan.sending;
  const next = nextTry(delivery, { refusedForMs, holdAtMostMs });
  if (next.type === 'give-up') {
    const evidence = { rule: 'smtp', ...codesOf(delivery), refusedSince };
    await settle({ state: 'failed', reason, evidence, response, progress: progressOf(task) });
    await failpoint('send.afterMark');
    const given = { because: reason, status: enhancedCode, address };
    await recordBounce(deps, task, lead.id, given);
    return { type: 'done' };
  }
  const isSoon = next.soon && patience.lasts(patience.pauseMs);
  const laterMs = reason === 'infra' ? patience.laterMs : next.laterMs;
  const heldUntil = task.now + (isSoon ? patience.pauseMs : laterMs);
  const evidence = { rule: 'smtp', ...codesOf(delivery), refusedSince };
  // Whether tried again here or by the journey: the run is alive for that long.
  const kept = { heldUntil, progress: heldProgress(task, heldUntil) };
  await settle({ state: 'planned', reason, evidence, response, ...kept });
  if (reason === 'mailbox' || reason === 'policy') {
    await recordDeferred(deps, task, lead.id, enhancedCode);
  }
  return isSoon ? { type: 'again' } : { type: 'later', at: heldUntil };
}

type NotTaken = Extract<Delivery, { readonly type: 'not-taken' }>;

function codesOf({ code, enhancedCode }: NotTaken): JsonObject {
  return {
    ...(code === undefined ? {} : { code }),
    ...(enhancedCode === undefined ? {} : { status: enhancedCode }),
  };
}

/** The row had its answer, from this attempt or an earlier one that died on the way home. */
async function afterwards(
  deps: ActivityDependencies,
  task: StepTask,
  { state, reason, address }: Extract<Claim, { readonly type: 'settled' }>,
): Promise<Outcome> {
  if (state === 'skipped' && reason === 'exited') return { type: 'closed' };
  if (state === 'sent') await recordSent(deps, task, task.run.leadId);
  if (state === 'failed') {
    await recordBounce(deps, task, task.run.leadId, { because: reason ?? '', address });
  }
  if (task.last) await deps.runs.progress(progressOf(task));
  return { type: 'done' };
}

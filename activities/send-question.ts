/**
 * Turns a `send` step into the question that the policy answers under the lead's lock.
 *
 * Everything slow (plan, release, template, a lead's history) is fetched before the lock; what is
 * asked under it is synchronous and reads the lead as locked, so no answer rests on a stale address,
 * consent or suppression.
 */
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import type { FactReader } from '../core/facts/read.ts';
import type { ClaimRequest, ClaimVerdict, LedgerView } from '../core/sending/ledger.ts';
import { capHorizonMs } from '../core/sending/caps.ts';
import { pausedMs } from '../core/journey/pause.ts';
import {
  decideSend,
  pauseReason,
  sendsStill,
  type SendDecision,
  type SendHistory,
} from '../core/sending/policy.ts';
import { heldByPace } from '../core/sending/pacing.ts';
import { classOf, isGated, sendQuestion, topicOf } from '../core/sending/question.ts';
import { breaker, isOnTheWay, receiverOf } from '../core/sending/receiver.ts';
import { wallTime } from '../core/sending/zone.ts';
import type { ActivityDependencies, RunPause, StoredTemplate } from './dependencies.ts';
import { needsHistory, readerOf, wholeLead } from './facts.ts';
import { failure } from './failures.ts';
import { senderOf } from './letter.ts';
import type { SendStep } from './send.ts';
import { heldProgress, progressOf, type StepTask } from './step.ts';

/** Thrown under the lock: the clock alone may have changed this lead, so it is ticked first. */
export class LeadIsDue extends Error {
  override readonly name = 'LeadIsDue';
  readonly lead: Lead;
  constructor(lead: Lead) {
    super(`lead ${lead.id} is due`);
    this.lead = lead;
  }
}

export interface PreparedSend {
  readonly task: StepTask<SendStep>;
  readonly template: StoredTemplate;
  readonly request: ClaimRequest;
  readonly decide: (view: LedgerView, given: { readonly ticked: boolean }) => ClaimVerdict;
  /**
   * Whether the clock has left the decision as it was: asked when a connection to the relay is there,
   * which may have been long in coming. What else may have changed since, `beginTransmit` sees.
   */
  readonly stillSends: (now: number) => boolean;
  /** The locked lead with the history that was loaded before. */
  readonly completed: (locked: Lead) => Lead;
  readonly read: (locked: Lead) => FactReader;
}

/** `unknown` transactional mail goes out again at most this often, where the workspace says `resend`. */
const resendAttemptsMax = 5;

export async function prepareSend(
  deps: ActivityDependencies,
  task: StepTask<SendStep>,
  id: string,
  token: string | undefined,
): Promise<PreparedSend> {
  const { release, step } = task;
  const { hash, template } = await findTemplate(deps, task);
  const dates = step.sendBy === undefined ? [] : [step.sendBy.date];
  const { manifest } = template;
  const asksMore = isGated({ ...task, manifest }) || needsHistory(release, template, dates);
  const whole = asksMore ? await wholeLead(deps, task) : undefined;
  const completed = (locked: Lead): Lead => withHistory(locked, whole);
  const read = (locked: Lead): FactReader => readerOf(task, completed(locked));
  const request = claimRequest(deps, task, template, { id, hash, token });
  let seen: LedgerView | undefined;
  const decide: PreparedSend['decide'] = (view, { ticked }) => {
    const { dueAt } = view.lead;
    if (!ticked && dueAt !== undefined && dueAt <= task.now) throw new LeadIsDue(view.lead);
    seen = { ...view, lead: completed(view.lead) };
    return verdictOf(task, template, seen);
  };
  const stillSends = (now: number): boolean => {
    if (seen === undefined || now === task.now) return seen !== undefined;
    const { sending } = release;
    const { request: question, facts, history } = askedOf({ ...task, now }, template, seen);
    return sendsStill(task.now, now, question, facts, history, sending);
  };
  return { task, template, request, decide, stillSends, completed, read };
}

/** Of the release in force; one that it dropped is found in the release the lead entered under. */
async function findTemplate(
  { definitions }: ActivityDependencies,
  { release, run, step, commandId }: StepTask<SendStep>,
): Promise<{ readonly hash: string; readonly template: StoredTemplate }> {
  const name = step.template;
  const entered = release.templates[name] ? release : await definitions.releaseById(run.releaseId);
  const hash = entered.templates[name]?.hash;
  const template = hash === undefined ? undefined : await definitions.template(name, hash);
  if (template === undefined || hash === undefined) throw failure('template-missing', commandId);
  return { hash, template };
}

function verdictOf(
  task: StepTask<SendStep>,
  template: StoredTemplate,
  view: LedgerView,
): ClaimVerdict {
  const { release, now } = task;
  const asked = askedOf(task, template, view);
  const { request, facts, history } = asked;
  const answer = decideSend(now, request, facts, history, release.sending);
  const decision = paced(task, onItsWay(answer, asked), asked);
  const progress = decision.type === 'hold' ? heldProgress(task, decision.until) : progressOf(task);
  return { decision, progress };
}

/** What the policy is asked at the instant of the task. */
function askedOf(task: StepTask<SendStep>, { manifest }: StoredTemplate, view: LedgerView) {
  const { release, plan, step, id, now } = task;
  const { lead, enrolmentOpen } = view;
  const sender = senderOf(release, manifest, lead).address;
  const receiver = receiverOf(lead.address ?? '');
  const concerns = ({ scope, key }: { readonly scope: string; readonly key: string }) =>
    scope !== 'sender' || isOnTheWay(key, sender, receiver);
  const pauses = view.pauses.filter(concerns);
  const delay = delayOf(task, task.run.pauses.filter(concerns));
  const history = { ...view, pauses, ...(delay === undefined ? {} : { delay }) };
  const read = readerOf(task, lead);
  const asked = { release, plan, step, id, manifest, lead, read, now, enrolmentOpen };
  return { ...sendQuestion(asked), history, sender, receiver, pace: view.pace };
}

/** Whose mail is held, on the way to whom: whoever resumes another sender leaves it alone. */
function onItsWay(
  decision: SendDecision,
  { sender, receiver, history }: ReturnType<typeof askedOf>,
): SendDecision {
  if (decision.type !== 'hold' || decision.until !== null) return decision;
  const [pause] = history.pauses;
  const byItself = pause?.by === breaker ? { rule: breaker, because: pause.why } : {};
  return { ...decision, evidence: { ...decision.evidence, ...byItself, sender, receiver } };
}

/** The policy lets it go: is it its turn? */
function paced(
  { release, now }: StepTask,
  decision: SendDecision,
  { request, facts, history, sender, pace }: ReturnType<typeof askedOf>,
): SendDecision {
  const { address } = facts;
  if (decision.type !== 'send' || address === undefined) return decision;
  const { key, holdAtMostMs } = request;
  const question = { key, class: request.class, sender, address, holdAtMostMs };
  const asked = { ...question, dueAt: history.dueAt };
  return heldByPace(now, asked, pace, release.sending) ?? decision;
}

/** Of the pauses that delayed it, the one that ended last gives the reason. */
function delayOf({ due, now }: StepTask, pauses: readonly RunPause[]): SendHistory['delay'] {
  const ms = pausedMs(due, pauses, now);
  const [last] = [...pauses].sort((a, b) => (b.until ?? Infinity) - (a.until ?? Infinity));
  return ms === 0 || last === undefined ? undefined : { ms, reason: pauseReason(last) };
}

function claimRequest(
  deps: ActivityDependencies,
  task: StepTask<SendStep>,
  { manifest }: StoredTemplate,
  row: { readonly id: string; readonly hash: string; readonly token: string | undefined },
): ClaimRequest {
  const { run, plan, planHash, release, step, commandId, now } = task;
  const messageClass = classOf({ plan, step });
  const topic = topicOf({ plan, step }, manifest);
  const mayResend = messageClass === 'transactional' && release.sending.uncertainSend === 'resend';
  return {
    ...{ id: row.id, commandId, step: task.id, class: messageClass, now },
    ...{ template: step.template, templateHash: row.hash, releaseId: release.id },
    messageId: deps.letters.messageIdOf(commandId),
    ...{ leadId: run.leadId, enrolmentId: run.id, journey: plan.journey, planHash },
    ...(topic === undefined ? {} : { topic }),
    priority: plan.sending.priority,
    ...(step.onlyIfSent === undefined ? {} : { onlyIfSent: step.onlyIfSent }),
    horizonMs: capHorizonMs(release.sending),
    ...(row.token === undefined ? {} : { token: row.token }),
    attemptsMax: mayResend ? resendAttemptsMax : 1,
    ...warmUpDayOf(release.sending, now),
  };
}

/** The ledger looks at the day only while some sender is warming up. */
function warmUpDayOf({ warmUp, zoneIfUnknown }: Release['sending'], now: number) {
  return warmUp === undefined ? {} : { warmUpDay: wallTime(now, zoneIfUnknown).date };
}

function withHistory(locked: Lead, whole: Lead | undefined): Lead {
  if (whole === undefined) return locked;
  const { events, counts, enrolments, handoff } = whole;
  const account = locked.account && { ...whole.account, ...locked.account };
  return {
    ...{ ...locked, events, counts, enrolments },
    ...(handoff === undefined ? {} : { handoff }),
    ...(account === undefined ? {} : { account }),
  };
}

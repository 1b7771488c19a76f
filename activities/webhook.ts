/**
 * The step that tells another system, by the Standard Webhooks convention: at least once, with the
 * command id as `webhook-id`, signed over id, time and body. A receiver that refuses or is away is asked
 * again later, for three days; then the lead goes on, and that it was given up is recorded and listed.
 * Its answer is never read, so nothing of it can reach a history or a log.
 */
import { createHmac } from 'node:crypto';
import { derivedId } from '../core/decision/ids.ts';
import type { Outcome } from '../core/journey/command.ts';
import type { PlanStep } from '../core/journey/plan.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readerOf, wholeLead } from './facts.ts';
import { failure } from './failures.ts';
import { heldProgress, progressOf, type StepTask } from './step.ts';

type WebhookStep = Extract<PlanStep, { readonly type: 'webhook' }>;

/** Standard Webhooks recommends 15 to 30 seconds. */
const answerWithinMs = 15_000;
/** As long again as it has been tried, between these. */
const askAgainMs = { least: 5 * 60_000, most: 60 * 60_000 };
/** A weekend: somebody has seen the alarm of the receiver by then, and a lead waits no longer for it. */
const giveUpAfterMs = 3 * 24 * 60 * 60_000;

export async function webhookStep(
  deps: ActivityDependencies,
  task: StepTask<WebhookStep>,
): Promise<Outcome> {
  const { step, commandId, now } = task;
  const url = deps.webhooks.urls[step.target];
  if (url === undefined) throw failure('webhook-unknown', commandId);
  const body = JSON.stringify(await payloadOf(deps, task));
  const headers = webhookHeaders(commandId, now, body, deps.webhooks.secret);
  if (!(await post(deps, commandId, url, headers, body))) {
    return refused(deps, task);
  }
  await deps.runs.progress(progressOf(task));
  return { type: 'done' };
}

/** The run stands at this step from its first refusal on: that is how long it has been tried. */
async function refused(deps: ActivityDependencies, task: StepTask<WebhookStep>): Promise<Outcome> {
  const { run, now } = task;
  const since = run.step === task.id && run.since !== null ? run.since : now;
  const triedMs = now - since;
  if (triedMs >= giveUpAfterMs) return giveUp(deps, task);
  const at = now + Math.min(askAgainMs.most, Math.max(askAgainMs.least, triedMs));
  await deps.runs.progress({ ...heldProgress(task, at), at: since });
  return { type: 'retry-at', at };
}

async function giveUp(deps: ActivityDependencies, task: StepTask<WebhookStep>): Promise<Outcome> {
  const { run, release, step, commandId, now } = task;
  const names = { enrolmentId: run.id, journey: run.journey, step: task.id };
  await deps.runs.recordArm({
    ...{ id: derivedId('webhook', commandId), kind: 'webhook', arm: 'given-up' },
    ...{ leadId: run.leadId, releaseId: release.id, at: now },
    detail: { ...names, arm: 'given-up', target: step.target },
  });
  await deps.runs.progress(progressOf(task));
  return { type: 'done' };
}

export function webhookHeaders(
  id: string,
  now: number,
  body: string,
  secret: string | undefined,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  const headers = { 'content-type': 'application/json', 'webhook-id': id };
  if (secret === undefined) return { ...headers, 'webhook-timestamp': timestamp };
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    ...headers,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

async function payloadOf(deps: ActivityDependencies, task: StepTask<WebhookStep>) {
  const { plan, run, id, commandId, now } = task;
  const lead = await wholeLead(deps, task);
  const read = readerOf(task, lead);
  const facts = ['email', 'firstName', 'lastName', 'company', 'stage', 'grade', 'owner'];
  return {
    type: 'journey.step',
    timestamp: new Date(now).toISOString(),
    data: {
      ...{ id: commandId, journey: plan.journey, step: id, enrolmentId: run.id, leadId: lead.id },
      lead: Object.fromEntries(facts.map((fact) => [fact, read(fact) ?? null])),
      entry: run.entry,
    },
  };
}

/** False for every answer but 2xx, and for none; redirects are not followed. */
async function post(
  deps: ActivityDependencies,
  commandId: string,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(answerWithinMs);
    const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await answer.body?.cancel();
    return answer.ok;
  } catch (error) {
    deps.report(error, { commandId });
    return false;
  }
}

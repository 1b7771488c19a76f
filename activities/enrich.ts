/**
 * The step that looks up what others know of a lead's company.
 *
 * It ends after `upTo` whatever the provider does: one that is slow, down or talks rubbish is asked
 * again until then, and the lead goes on. What was found out goes in as events under the command id, so
 * an attempt that is repeated says it once; what it came to is recorded before the run moves on.
 */
import { derivedId, eventId } from '../core/decision/ids.ts';
import {
  parseAnswer,
  sortAnswer,
  unknownOf,
  type EnrichmentAnswer,
} from '../core/enrichment/answer.ts';
import {
  enrichedOutcomes,
  enrichmentEvents,
  outcomeOf,
  type EnrichmentEvent,
  type EnrichOutcome,
} from '../core/enrichment/event.ts';
import { emailKind } from '../core/facts/email-kind.ts';
import type { Lead } from '../core/facts/lead.ts';
import type { Outcome } from '../core/journey/command.ts';
import type { PlanStep } from '../core/journey/plan.ts';
import { domainOfAddress } from '../core/sending/address.ts';
import { eventAbout } from '../ingest/request.ts';
import { askPatiently } from '../providers/patience.ts';
import type { ActivityDependencies, Enrichment } from './dependencies.ts';
import { readerOf } from './facts.ts';
import { heldProgress, progressOf, type StepTask } from './step.ts';

type EnrichTask = StepTask<Extract<PlanStep, { readonly type: 'enrich' }>>;

/** Providers promise answers within seconds; a slot of the worker is not held for longer. */
const patienceMs = 10_000;
/** As long again as it has been tried, between these: an outage lasts seconds or hours. */
const askAgainMs = { least: 5_000, most: 10 * 60_000 };
const source = 'enrichment';

export async function enrichStep(deps: ActivityDependencies, task: EnrichTask): Promise<Outcome> {
  const { run, release, commandId, now } = task;
  const id = derivedId('arm', commandId);
  const known = await deps.runs.findArm(id);
  if (known === undefined) {
    const outcome = await lookUp(deps, task);
    if (typeof outcome !== 'string') return outcome;
    const names = { enrolmentId: run.id, journey: run.journey, step: task.id };
    await deps.runs.recordArm({
      ...{ id, kind: 'enrich', leadId: run.leadId, releaseId: release.id, arm: outcome, at: now },
      detail: { ...names, arm: outcome, facts: task.step.facts },
    });
  }
  await deps.runs.progress(progressOf(task));
  return { type: 'done' };
}

async function lookUp(
  deps: ActivityDependencies,
  task: EnrichTask,
): Promise<EnrichOutcome | Outcome> {
  const { run, plan, release, step, now, commandId } = task;
  const history = { events: ['Lead Enriched'], since: run.enteredAt };
  const lead = await deps.leads.load(run.leadId, release, plan, now, history);
  const told = toldBefore(lead, commandId);
  if (told !== undefined) return told;
  const wanted = unknownOf(step.facts, readerOf(task, lead));
  if (wanted.length === 0) return 'known';
  const question = questionAbout(lead);
  if (question === undefined || deps.enrichment === undefined) return 'nothing-known';
  // The run stands at this step from the first attempt that came to nothing: that is how long it is tried.
  const since = run.step === task.id && run.since !== null ? run.since : now;
  const until = since + step.upToMs;
  if (now >= until) return 'gave-up';
  const { enrichment } = deps;
  const answer = await askPatiently(
    async (signal) => parseAnswer(await enrichment.enrich(question, signal)),
    Math.min(patienceMs, until - now),
  );
  if (answer !== null && 'problem' in answer) {
    deps.report(new Error(`enrichment: ${answer.problem}`), { commandId });
    return askAgain(deps, task, { since, until });
  }
  if (answer === null) return 'nothing-known';
  const sorted = sortAnswer(answer, wanted, release);
  const about = { provider: answer.source, journey: plan.journey, step: task.id };
  for (const event of enrichmentEvents(sorted, about)) await tell(deps, task, answer, event);
  return outcomeOf(sorted);
}

/** An attempt that died between its events and its record: the events say what it came to. */
function toldBefore(lead: Lead, commandId: string): EnrichOutcome | undefined {
  const first = lead.events.find(({ id }) => id === eventId(source, commandId));
  return enrichedOutcomes.find((outcome) => outcome === first?.properties['outcome']);
}

/** Of a private mailbox the domain says nothing: its owner does not work for the provider. */
function questionAbout({
  address,
  account,
}: Lead): Parameters<Enrichment['enrich']>[0] | undefined {
  const about = address === undefined ? {} : { address };
  if (account?.domain !== undefined) return { domain: account.domain, ...about };
  if (address === undefined) return undefined;
  const kind = emailKind(address);
  if (kind === 'free' || kind === 'disposable') return undefined;
  return { domain: domainOfAddress(address), ...about };
}

async function askAgain(
  deps: ActivityDependencies,
  task: EnrichTask,
  { since, until }: { readonly since: number; readonly until: number },
): Promise<Outcome> {
  const { now } = task;
  const pauseMs = Math.min(askAgainMs.most, Math.max(askAgainMs.least, now - since));
  const at = Math.min(until, now + pauseMs);
  await deps.runs.progress({ ...heldProgress(task, at), at: since });
  return { type: 'retry-at', at };
}

async function tell(
  deps: ActivityDependencies,
  { run, commandId, now }: EnrichTask,
  answer: EnrichmentAnswer,
  { suffix, ...event }: EnrichmentEvent,
): Promise<void> {
  const messageId = `${commandId}${suffix}`;
  const own = { messageId, name: 'Lead Enriched', now, by: 'enrichment' as const, ...event };
  const request = eventAbout({ leadId: run.leadId }, { ...own, source: answer.source });
  // By the command alone: a provider that calls itself otherwise the next time says it no second time.
  const id = eventId(source, messageId);
  await deps.ingest({ ...request, event: { ...request.event, id } });
}

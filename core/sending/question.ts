/**
 * A `send` step of a plan as the question that the policy answers: what is asked, and of whom.
 *
 * The worker asks it under the lead's lock and the simulator in its invented world, both through here:
 * a rehearsal that asked anything else would promise what is not kept. What the ledger holds is the
 * caller's to say.
 */
import type { Release, TemplateManifest } from '../definitions/release.ts';
import { compiledRelease } from '../facts/compiled-release.ts';
import type { Lead } from '../facts/lead.ts';
import type { JourneyPlan, MessageClass, PlanStep } from '../journey/plan.ts';
import type { ReadFact } from '../rules/condition.ts';
import { instantOf } from '../rules/instant.ts';
import { mayEmail } from './consent.ts';
import { knownInterests } from './interest-gate.ts';
import type { SendFacts, SendRequest } from './policy.ts';

export interface AskedSend {
  readonly release: Release;
  readonly plan: JourneyPlan;
  /** Id of the step. */
  readonly id: string;
  readonly step: Extract<PlanStep, { type: 'send' }>;
  /** Absent where the simulator runs a template that is not there. */
  readonly manifest?: TemplateManifest;
  readonly lead: Lead;
  readonly read: ReadFact;
  readonly now: number;
  readonly enrolmentOpen: boolean;
}

export function sendQuestion(asked: AskedSend): {
  readonly request: SendRequest;
  readonly facts: SendFacts;
} {
  return { request: requestOf(asked), facts: factsOf(asked) };
}

/** What one would unsubscribe from; transactional mail has nothing of the kind. */
export function topicOf(
  { plan, step }: Pick<AskedSend, 'plan' | 'step'>,
  manifest: TemplateManifest | undefined,
): string | undefined {
  return classOf({ plan, step }) === 'transactional'
    ? undefined
    : (manifest?.topic ?? plan.sending.topic);
}

export function classOf({ plan, step }: Pick<AskedSend, 'plan' | 'step'>): MessageClass {
  return step.class ?? plan.sending.class;
}

function requestOf(asked: AskedSend): SendRequest {
  const { release, plan, id, step, manifest, lead, read } = asked;
  const { window, holdAtMostMs, priority } = plan.sending;
  const { skipIfOlderThanMs } = plan.whenPaused;
  const date = step.sendBy === undefined ? undefined : instantOf(read(step.sendBy.date));
  const about = isGated(asked) ? manifest?.about : undefined;
  return {
    ...{ key: `${lead.id}/${id}`, class: classOf(asked), priority, holdAtMostMs },
    ...{ template: step.template, again: manifest?.again ?? { type: 'always' } },
    ...(window === undefined ? {} : { window }),
    ...(skipIfOlderThanMs === undefined ? {} : { pausedAtMostMs: skipIfOlderThanMs }),
    ...(date === undefined ? {} : { sendBy: date + (step.sendBy?.offsetMs ?? 0) }),
    ...(step.onlyIfSent === undefined ? {} : { onlyIfSent: step.onlyIfSent }),
    ...(about === undefined ? {} : { about }),
    ...(release.interestGate === undefined ? {} : { gate: release.interestGate }),
  };
}

function factsOf(asked: AskedSend): SendFacts {
  const { release, lead, read, now, manifest, enrolmentOpen } = asked;
  const of = { class: classOf(asked), topic: topicOf(asked, manifest) };
  const permission = mayEmail(compiledRelease(release).consent, lead, read, now, of);
  return {
    enrolmentOpen,
    ...(lead.disqualified === undefined ? {} : { disqualified: lead.disqualified }),
    ...(lead.address === undefined ? {} : { address: lead.address }),
    suppressions: lead.suppressions,
    ...(lead.emailCheck === undefined ? {} : { emailCheck: lead.emailCheck }),
    mayEmail: permission.verdict,
    permission,
    ...(isGated(asked) ? { interests: knownInterests(read) } : {}),
    ...(lead.preferences?.fewer === true ? { fewer: true } : {}),
    timezone: read('timezone'),
    country: read('country'),
  };
}

/** Interests are computed from a lead's history: only where the answer rests on them. */
export function isGated({
  release,
  plan,
  step,
  manifest,
}: Pick<AskedSend, 'release' | 'plan' | 'step' | 'manifest'>): boolean {
  return (
    release.interestGate !== undefined &&
    (manifest?.about ?? []).length > 0 &&
    classOf({ plan, step }) !== 'transactional'
  );
}

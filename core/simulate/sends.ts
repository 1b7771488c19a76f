/**
 * Decides the sends of a simulated lead by the real policy, and remembers them like the ledger.
 *
 * Nothing is rendered and nobody is written to. What the simulator cannot know (a relay that refuses, a
 * bounce) happens only when a script says so.
 */
import { present } from '../definitions/present.ts';
import type { Release } from '../definitions/release.ts';
import type { EnrolmentState, Lead } from '../facts/lead.ts';
import { factReader } from '../facts/read.ts';
import { invariant } from '../journey/state.ts';
import type { JourneyPlan, MessageClass, PlanStep } from '../journey/plan.ts';
import type { SkipReason } from '../sending/model.ts';
import { decideSend, type SendDecision, type SendHistory } from '../sending/policy.ts';
import { classOf, sendQuestion } from '../sending/question.ts';

export interface SimulatedSend {
  /** `<enrolment>/<step>/<visit>`, as in the ledger. */
  readonly commandId: string;
  readonly enrolmentId: string;
  readonly journey: string;
  readonly step: string;
  readonly template: string;
  readonly class: MessageClass;
  readonly priority: number;
  readonly plannedAt: number;
  /** When it was sent or skipped; while it is held, when it will be looked at again. */
  readonly at: number;
  readonly state: 'held' | 'sent' | 'skipped';
  readonly reason?: SkipReason;
}
export type SendStep = Extract<PlanStep, { type: 'send' }>;
export interface SendQuestion {
  readonly commandId: string;
  readonly enrolment: EnrolmentState;
  readonly plan: JourneyPlan;
  readonly id: string;
  readonly step: SendStep;
}

/** The row after asking now; `ledger` holds the lead's other rows and perhaps this one, held. */
export function askToSend(
  question: SendQuestion,
  lead: Lead,
  now: number,
  release: Release,
  ledger: readonly SimulatedSend[],
): SimulatedSend {
  const { commandId, enrolment, plan, id, step } = question;
  const known = ledger.find((row) => row.commandId === commandId);
  const row = {
    commandId,
    enrolmentId: enrolment.id,
    journey: plan.journey,
    step: id,
    template: step.template,
    class: classOf({ plan, step }),
    priority: plan.sending.priority,
    plannedAt: known?.plannedAt ?? now,
  };
  const others = ledger.filter((other) => other.commandId !== commandId);
  const decision = decide(question, row, lead, now, release, others);
  switch (decision.type) {
    case 'send':
      return { ...row, at: now, state: 'sent' };
    case 'hold':
      invariant(decision.until !== null, 'nothing is paused in a simulated world');
      return { ...row, at: decision.until, state: 'held' };
    case 'skip':
      return { ...row, at: now, state: 'skipped', reason: decision.reason };
  }
}

type Row = Pick<SimulatedSend, 'class' | 'priority' | 'plannedAt'>;

function decide(
  { enrolment, plan, id, step }: SendQuestion,
  row: Row,
  lead: Lead,
  now: number,
  release: Release,
  others: readonly SimulatedSend[],
): SendDecision {
  const read = factReader(release, lead, now, { entry: enrolment.entry });
  const manifest = release.templates[step.template]?.manifest;
  const enrolmentOpen = lead.enrolments.some(
    (one) => one.id === enrolment.id && one.status === 'open',
  );
  const asked = { release, plan, id, step, lead, read, now, enrolmentOpen };
  const { request, facts } = sendQuestion(present({ ...asked, manifest }));
  const history = historyOf(enrolment, step, row, lead, others);
  return decideSend(now, request, facts, history, release.sending);
}

function historyOf(
  enrolment: EnrolmentState,
  step: SendStep,
  row: Row,
  lead: Lead,
  others: readonly SimulatedSend[],
): SendHistory {
  const sent = others.filter(({ state }) => state === 'sent');
  const templateAt = sent.findLast(({ template }) => template === step.template)?.at;
  const earlier = others.find(
    (other) => other.enrolmentId === enrolment.id && other.step === step.onlyIfSent,
  )?.state;
  const open = new Set(
    lead.enrolments.filter(({ status }) => status === 'open').map(({ id }) => id),
  );
  return {
    dueAt: row.plannedAt,
    counted: sent.map(({ class: of, at }) => ({ class: of, countedAt: at })),
    ...(templateAt === undefined ? {} : { templateAt }),
    ...(earlier === undefined ? {} : { earlier }),
    rivals: others
      .filter(({ state, enrolmentId }) => state === 'held' && open.has(enrolmentId))
      .filter((other) => other.enrolmentId !== enrolment.id && other.class === row.class)
      .map(({ priority, at, journey, step: of }) => ({ priority, dueAt: at, journey, step: of })),
    pauses: [],
  };
}

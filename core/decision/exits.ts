/**
 * Which open enrolments end now: the first exit of the plan that holds, in file order, an answer to an
 * email, or the flag `disqualified` for journeys that are not transactional. Ingest is the one writer of an exit, so the
 * row is closed here and the run is told.
 */
import type { EnrolmentState, Lead } from '../facts/lead.ts';
import type { Exit, JourneyPlan } from '../journey/plan.ts';
import type { JsonObject } from '../rules/condition.ts';
import { planOf, type DecisionContext, type Moment } from './context.ts';
import type { Decided, Decision, Effect } from './decision.ts';
import { seen } from './matching.ts';
import { isEndedByReply, REPLIED_EXIT } from './replies.ts';

interface Ending {
  readonly id: string;
  readonly why: string;
  readonly goal: boolean;
  readonly explanation: unknown;
}

export function exitJourneys(lead: Lead, moment: Moment, context: DecisionContext): Decided {
  const decisions: Decision[] = [];
  const effects: Effect[] = [];
  const enrolments = lead.enrolments.map((enrolment) => {
    const plan = planOf(context, enrolment.journey, enrolment.planHash);
    if (enrolment.status !== 'open' || plan === undefined) return enrolment;
    const ending = endingOf(plan, lead, moment, context, enrolment);
    if (ending === undefined) return enrolment;
    decisions.push(decisionOf(enrolment, ending, moment.now));
    effects.push(...effectsOf(enrolment, ending, moment));
    return { ...enrolment, status: 'closed', closedAt: moment.now } as const;
  });
  return decisions.length === 0
    ? { lead, decisions, effects }
    : { lead: { ...lead, enrolments }, decisions, effects };
}

/** The exit that holds for a lead with this entry, if there is one. */
export function holdingExit(
  plan: JourneyPlan,
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  entry: JsonObject,
): Ending | undefined {
  for (const exit of plan.exits) {
    const found = seen(exit.when, lead, moment, context, entry);
    if (found !== null) return { ...summaryOf(exit), ...found };
  }
  return undefined;
}

function endingOf(
  plan: JourneyPlan,
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  enrolment: EnrolmentState,
): Ending | undefined {
  const exit = holdingExit(plan, lead, moment, context, enrolment.entry);
  if (exit !== undefined) return exit;
  if (isEndedByReply(enrolment, plan, moment, context)) {
    return { id: REPLIED_EXIT, why: 'Answered an email', goal: false, explanation: null };
  }
  if (lead.disqualified === undefined || plan.sending.class === 'transactional') return undefined;
  const { why } = lead.disqualified;
  return { id: 'disqualified', why, goal: false, explanation: null };
}

function summaryOf({ id, why, goal }: Exit) {
  return { id, why, goal };
}

function decisionOf(enrolment: EnrolmentState, ending: Ending, at: number): Decision {
  const { id: exit, why, goal, explanation } = ending;
  const { id: enrolmentId, journey } = enrolment;
  return { kind: 'exit', at, enrolmentId, journey, exit, goal, why, explanation };
}

function effectsOf(enrolment: EnrolmentState, ending: Ending, moment: Moment): readonly Effect[] {
  const { id: exit, why, goal } = ending;
  const { id: enrolmentId, journey } = enrolment;
  return [
    { type: 'close-enrolment', enrolmentId, journey, exit, why, goal, at: moment.now },
    {
      type: 'tell-journey',
      enrolmentId,
      journey,
      message: { type: 'exit', seq: moment.seq, exit },
    },
  ];
}

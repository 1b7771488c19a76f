/**
 * Which `waitFor`s of open enrolments are satisfied now, also of steps that lie ahead.
 *
 * Ingest does not know where a run stands; it reports what happened and when, and the run decides.
 * A wait that looks back to `entry` is reported once. One that looks back to the moment its step is
 * reached is reported each time, because only the run knows which of them came after that.
 *
 * The entry event itself never satisfies a wait: entries come after waits. An arm that is a condition
 * speaks of a state, so it may hold from the entry on (`satisfiedAtEntry`).
 */
import type { EnrolmentState, Lead } from '../facts/lead.ts';
import type { StepId } from '../journey/flow.ts';
import type { JourneyPlan, PlanStep } from '../journey/plan.ts';
import { FRESH_FOR_MS, planOf, type DecisionContext, type Moment } from './context.ts';
import type { Decided, Decision, Effect } from './decision.ts';
import { seen } from './matching.ts';

type WaitFor = Extract<PlanStep, { type: 'wait-for' }>;
type Arm = WaitFor['arms'][number];
interface Satisfied {
  readonly step: StepId;
  readonly since: WaitFor['since'];
  readonly arm: Arm;
}

export function satisfyWaits(lead: Lead, moment: Moment, context: DecisionContext): Decided {
  const decisions: Decision[] = [];
  const effects: Effect[] = [];
  const enrolments = lead.enrolments.map((enrolment) => {
    const plan = planOf(context, enrolment.journey, enrolment.planHash);
    if (enrolment.status !== 'open' || plan === undefined) return enrolment;
    const satisfied = satisfiedIn(enrolment, plan, lead, moment, context);
    if (satisfied.length === 0) return enrolment;
    const told = tellOf(enrolment, satisfied, moment);
    decisions.push(...told.decisions);
    effects.push(...told.effects);
    return { ...enrolment, satisfied: told.satisfied };
  });
  return decisions.length === 0
    ? { lead, decisions, effects }
    : { lead: { ...lead, enrolments }, decisions, effects };
}

/** Conditions that hold when the journey begins: a wait for them is over before it starts. */
export function satisfiedAtEntry(
  enrolment: EnrolmentState,
  plan: JourneyPlan,
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
) {
  const isState = (arm: Arm) => arm.when.type === 'condition';
  const satisfied = satisfiedIn(enrolment, plan, lead, moment, context, isState);
  return tellOf(enrolment, satisfied, moment);
}

function satisfiedIn(
  enrolment: EnrolmentState,
  plan: JourneyPlan,
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  counts: (arm: Arm) => boolean = () => true,
): readonly Satisfied[] {
  return Object.entries(plan.steps).flatMap(([step, definition]) => {
    if (definition.type !== 'wait-for' || enrolment.satisfied.includes(step)) return [];
    const arm = definition.arms.find(
      (one) =>
        counts(one) &&
        (one.when.type === 'condition' || isSinceEntry(enrolment, moment)) &&
        seen(one.when, lead, moment, context, enrolment.entry) !== null,
    );
    return arm === undefined ? [] : [{ step, since: definition.since, arm }];
  });
}

/**
 * Events that reach us after the entry may have happened a little before it was recorded (a browser
 * sends in batches), so the border is the age an entry event may have.
 */
function isSinceEntry(enrolment: EnrolmentState, { event }: Moment): boolean {
  return event.occurredAt >= enrolment.enteredAt - FRESH_FOR_MS;
}

function tellOf(
  enrolment: EnrolmentState,
  satisfied: readonly Satisfied[],
  { event, now, seq }: Moment,
) {
  const { id: enrolmentId, journey } = enrolment;
  const once = satisfied.filter(({ since }) => since === 'entry').map(({ step }) => step);
  return {
    satisfied: [...enrolment.satisfied, ...once],
    decisions: satisfied.map(({ step, arm }): Decision => ({
      kind: 'wait',
      at: now,
      enrolmentId,
      journey,
      step,
      arm: arm.id,
    })),
    effects: satisfied.map(({ step, arm }): Effect => {
      const at = arm.when.type === 'condition' ? now : Math.min(event.occurredAt, now);
      const message = { type: 'satisfied', seq, step, arm: arm.id, at } as const;
      return { type: 'tell-journey', enrolmentId, journey, message };
    }),
  };
}

/**
 * What an answer to an email leads to, as `replies` in rules/sending.json says: the journey whose email
 * was answered ends, or all that send marketing; and whoever has the lead is told.
 *
 * A journey's own exits come first. "Stop" is an unsubscribe (`apply-permission.ts`) and tells nobody;
 * answers of robots and of the past lead to nothing.
 */
import { accountOwner } from '../accounts/read-account.ts';
import type { EnrolmentState, Lead } from '../facts/lead.ts';
import type { JourneyPlan } from '../journey/plan.ts';
import type { ReplyRules } from '../sending/model.ts';
import { isRobot, nothing, type DecisionContext, type Moment } from './context.ts';
import type { Decided, Decision } from './decision.ts';
import { textOf } from './properties.ts';

export const REPLIED_EXIT = 'replied';

/** Whether the answer ends this run. */
export function isEndedByReply(
  { journey, enteredAt }: EnrolmentState,
  plan: JourneyPlan,
  moment: Moment,
  { release }: DecisionContext,
): boolean {
  const rules = answered(moment, release.sending.replies);
  const { occurredAt, properties } = moment.event;
  if (rules === undefined || plan.sending.class === 'transactional') return false;
  if (enteredAt > occurredAt || rules.stop === 'nothing') return false;
  return rules.stop === 'all-marketing' || properties['journey'] === journey;
}

/** `before` holds what the answer has ended by then. */
export function tellOfReply(
  lead: Lead,
  moment: Moment,
  { release }: DecisionContext,
  before: readonly Decision[],
): Decided {
  const rules = answered(moment, release.sending.replies);
  if (rules === undefined || moment.age !== 'fresh') return nothing(lead);
  const { event, now } = moment;
  const journey = textOf(event.properties['journey']);
  const template = textOf(event.properties['template']);
  const stopped = before.flatMap((one) =>
    one.kind === 'exit' && one.exit === REPLIED_EXIT ? [one.journey] : [],
  );
  const reader = readerOf(lead, rules, accountOwner(release, lead.account));
  const decision: Decision = {
    ...{ kind: 'reply', at: now, stopped, ...reader },
    ...(journey === undefined ? {} : { journey }),
    ...(template === undefined ? {} : { template }),
  };
  const { to } = reader;
  const effects = to === undefined ? [] : [{ type: 'tell-rep', to, stopped, at: now } as const];
  return { lead, decisions: [decision], effects };
}

type Reader = Pick<Extract<Decision, { kind: 'reply' }>, 'to' | 'because'>;

/** Whoever is to call the lead hears of it before whoever owns it. */
function readerOf(lead: Lead, rules: ReplyRules, ofAccount: string | undefined): Reader {
  if (rules.tell === 'nobody') return { because: 'nobody' };
  const { handoff } = lead;
  if (handoff?.status === 'open' && handoff.rep !== undefined) {
    return { to: `rep:${handoff.rep}`, because: 'handoff' };
  }
  const owner = lead.owner ?? ofAccount;
  if (owner !== undefined) return { to: `rep:${owner}`, because: 'owner' };
  return { ...(rules.ifNoOwner === undefined ? {} : { to: rules.ifNoOwner }), because: 'no-owner' };
}

function answered({ event, age }: Moment, rules: ReplyRules | undefined): ReplyRules | undefined {
  const isAnswer =
    event.name === 'Email Replied' && event.properties['reply'] !== 'stop' && !isRobot(event);
  return isAnswer && age !== 'historical' ? rules : undefined;
}

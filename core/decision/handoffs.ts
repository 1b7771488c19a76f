/**
 * When a lead is handed to sales: on entering a stage that says so, on the first fresh `instantOn`
 * event of a stage that past facts had filled, when asked for a stage that other rules had filled, and
 * again by a rejection that reroutes.
 *
 * One handoff is open per lead, and per account. A further cause is told to whoever has it; nobody gets a second one.
 * Facts of the past and disqualified leads open none. Who gets it is decided elsewhere (routing).
 */
import type { Lead } from '../facts/lead.ts';
import { isRobot, nothing, type DecisionContext, type Moment } from './context.ts';
import type { Decided, Decision } from './decision.ts';
import { handoffId } from './ids.ts';
import { stagesReached } from './stage-decisions.ts';
import { rejectionIn } from './verdicts.ts';

interface Wanted {
  readonly handoff: string;
  readonly stage: string;
  readonly cause: string;
  readonly avoidRep?: string;
}

/** `before` are the decisions of the phases before this one. */
export function handOver(
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  before: readonly Decision[],
): Decided {
  const wanted =
    byRejection(lead, context, before) ??
    byStage(moment, context, before) ??
    byInstantEvent(lead, moment, context) ??
    afterRules(lead, moment, context);
  if (wanted === undefined) return nothing(lead);
  const isOpen = lead.handoff?.status === 'open';
  if (moment.age === 'rules-changed' && isOpen)
    return declined(lead, moment, wanted, 'already-open');
  if (moment.age !== 'fresh') return declined(lead, moment, wanted, moment.age);
  if (lead.disqualified !== undefined) return declined(lead, moment, wanted, 'disqualified');
  if (isOpen) return tell(lead, lead.handoff.id, moment, wanted, 'already-open');
  const { openHandoff } = lead.account ?? {};
  // One rep talks to a company at a time: whoever has a colleague hears of this lead too.
  return openHandoff === undefined || openHandoff.id === lead.handoff?.id
    ? open(lead, moment, context, wanted)
    : tell(lead, openHandoff.id, moment, wanted, 'open-for-account');
}

function byRejection(
  lead: Lead,
  context: DecisionContext,
  before: readonly Decision[],
): Wanted | undefined {
  const { handoff } = lead;
  if (handoff === undefined || rejectionIn(before, context)?.then.reroute !== true)
    return undefined;
  const { rep } = handoff;
  return {
    handoff: handoff.handoff,
    stage: lead.stage.stage,
    cause: handoff.cause,
    ...(rep === undefined ? {} : { avoidRep: rep }),
  };
}

/** Of several stages entered at once the last one speaks: the lead stands there. */
function byStage(
  { event }: Moment,
  { release }: DecisionContext,
  before: readonly Decision[],
): Wanted | undefined {
  for (const move of stagesReached(before, release.qualification).toReversed()) {
    const rule = release.qualification.stages.find(({ stage }) => stage === move.to);
    const handoff = rule?.onEnter?.handoff;
    if (handoff === undefined) continue;
    return { handoff, stage: move.to, cause: event.name === '' ? move.to : event.name };
  }
  return undefined;
}

/**
 * Asking for a demo again while a rep has the lead is worth telling; asking for one in a stage that was
 * reached by an import, which handed nobody over, is worth a handoff.
 */
function byInstantEvent(
  lead: Lead,
  { event }: Moment,
  { release }: DecisionContext,
): Wanted | undefined {
  const { stage, since } = lead.stage;
  const rule = release.qualification.stages.find((known) => known.stage === stage);
  const handoff = rule?.onEnter?.handoff;
  if (rule === undefined || handoff === undefined || event.name === '') return undefined;
  if (isRobot(event) || !rule.instantOn.includes(event.name)) return undefined;
  const wasHandedOver = lead.handoff !== undefined && lead.handoff.openedAt >= since;
  if (wasHandedOver && lead.handoff.status !== 'open') return undefined;
  return { handoff, stage, cause: event.name };
}

/** Stages reached because rules changed are handed over when somebody asks for it, and once. */
function afterRules(
  lead: Lead,
  { event }: Moment,
  { release }: DecisionContext,
): Wanted | undefined {
  // Who set a stage by hand has said whether anybody is told.
  if (event.rules?.handOver !== true || lead.stage.byHand !== undefined) return undefined;
  const { stage, since } = lead.stage;
  const rule = release.qualification.stages.find((known) => known.stage === stage);
  const handoff = rule?.onEnter?.handoff;
  const wasHandedOver = lead.handoff !== undefined && lead.handoff.openedAt >= since;
  return handoff === undefined || wasHandedOver ? undefined : { handoff, stage, cause: stage };
}

function open(lead: Lead, moment: Moment, context: DecisionContext, wanted: Wanted): Decided {
  const { handoff, stage, cause, avoidRep } = wanted;
  const kind = context.release.handoffs[handoff];
  if (kind === undefined) return declined(lead, moment, wanted, 'unknown-handoff');
  const id = handoffId(lead.id, stage, moment.seq);
  const preferRep = avoidRep === undefined ? repWantedBack(lead, context) : undefined;
  return {
    lead: {
      ...lead,
      handoff: { id, handoff, status: 'open', openedAt: moment.now, cause },
    },
    decisions: [
      { kind: 'handoff', at: moment.now, handoffId: id, handoff, opened: true, because: cause },
    ],
    effects: [
      {
        type: 'open-handoff',
        handoffId: id,
        handoff,
        routing: kind.routing,
        stage,
        cause,
        openedAt: moment.now,
        ...(avoidRep === undefined ? {} : { avoidRep }),
        ...(preferRep === undefined ? {} : { preferRep }),
      },
    ],
  };
}

/** `sameRepBack`: whoever said "not now" gets the lead when it comes again. */
function repWantedBack({ handoff }: Lead, { release }: DecisionContext): string | undefined {
  if (handoff?.status !== 'rejected') return undefined;
  const reason = release.rejectReasons.find(({ id }) => id === handoff.reason);
  return reason?.then.sameRepBack === true ? handoff.rep : undefined;
}

function tell(
  lead: Lead,
  handoffId: string,
  moment: Moment,
  wanted: Wanted,
  because: 'already-open' | 'open-for-account',
): Decided {
  const { handoff, cause } = wanted;
  return {
    lead,
    decisions: [
      {
        kind: 'handoff',
        at: moment.now,
        handoffId,
        handoff,
        opened: false,
        because,
      },
    ],
    effects: [
      {
        ...{ type: 'tell-handoff', handoffId, cause, at: moment.now },
        ...(because === 'open-for-account' ? { about: lead.id } : {}),
      },
    ],
  };
}

function declined(lead: Lead, { now: at }: Moment, wanted: Wanted, because: string): Decided {
  const { handoff } = wanted;
  return {
    ...nothing(lead),
    decisions: [{ kind: 'handoff', at, handoff, opened: false, because }],
  };
}

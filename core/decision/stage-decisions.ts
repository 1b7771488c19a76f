/**
 * The stages and the flag `disqualified`, decided with the facts of this moment and recorded as
 * decisions. The rules themselves live in `core/qualification`; here they meet the event.
 */
import type { Lead } from '../facts/lead.ts';
import { disqualification } from '../qualification/disqualify.ts';
import type { Qualification } from '../qualification/model.ts';
import { moveStages, type StageMoment } from '../qualification/stages.ts';
import { judgeOf, nothing, type DecisionContext, type Moment } from './context.ts';
import type { Decided, Decision } from './decision.ts';
import { setByHand } from './by-hand.ts';
import { takesBack, withTrust } from './judged.ts';
import { closeHandoff, rejectionIn } from './verdicts.ts';
import { withdrawHandoff } from './withdrawn.ts';

type StageDecision = Extract<Decision, { kind: 'stage' }>;

/** Sets or releases the flag; a lead that is flagged loses its open handoff. */
export function decideDisqualified(
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  before: readonly Decision[],
): Decided {
  const reason = rejectionIn(before, context);
  const asked =
    reason?.then.disqualify === true ? { reason: reason.id, why: reason.label } : undefined;
  const { verdict } = judgeOf(context, lead, moment.now);
  const change = disqualification(lead, context.release.qualification, verdict, asked);
  if (change === null) return nothing(lead);
  const decision: Decision = { kind: 'disqualified', at: moment.now, ...change };
  const { disqualified: _flag, ...unflagged } = lead;
  if (!change.holds) return { ...nothing(unflagged), decisions: [decision] };
  const { rule: id, why } = change;
  const flagged = { ...lead, disqualified: { id, why, at: moment.now } };
  const closed = closeHandoff(flagged, moment.now, 'disqualified');
  return { ...closed, decisions: [decision, ...closed.decisions] };
}

export function decideStages(
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  before: readonly Decision[],
): Decided {
  const { event, now } = moment;
  const { qualification } = context.release;
  const moved = moveStages(
    lead,
    qualification,
    stageMoment(lead, moment, context, before),
    (current, at) => judgeOf(context, current, at ?? now),
  );
  const cause = event.rules?.cause ?? (event.name === '' ? event.type : event.name);
  const decisions = moved.moves.map((move): StageDecision => ({
    kind: 'stage',
    at: now,
    cause,
    ...move,
  }));
  const withdrawn = withdrawHandoff(lead, moved, moment, qualification);
  return { ...withdrawn, decisions: [...decisions, ...withdrawn.decisions] };
}

/** Only moves forward run `onEnter`: going back hands nobody over, nor does a stage set quietly. */
export function stagesReached(
  decisions: readonly Decision[],
  { order }: Qualification,
): readonly StageDecision[] {
  return stageDecisions(decisions).filter(
    ({ from, to, quiet }) => quiet !== true && order.indexOf(to) > order.indexOf(from),
  );
}

export function stageDecisions(decisions: readonly Decision[]): readonly StageDecision[] {
  return decisions.filter((decision) => decision.kind === 'stage');
}

function stageMoment(
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
  before: readonly Decision[],
): StageMoment {
  const { event, now, age } = moment;
  const reason = rejectionIn(before, context);
  const stage = reason?.then.stage;
  const byHand = setByHand(lead, event, context.release);
  return {
    now,
    event: event.name,
    trust: event.trust,
    isPast: age !== 'fresh',
    // Who was about to reach a stage before the rules changed reaches it in time, and is handed over.
    ...(age === 'rules-changed' ? { underway: Object.keys(lead.stage.holding) } : {}),
    ...(reason === undefined || stage === undefined
      ? {}
      : { sentTo: { stage, rule: `rejected:${reason.id}`, why: reason.label } }),
    ...(byHand === undefined ? {} : { byHand }),
    ...(isAnswered(before) ? { isAnswered: true } : {}),
    ...verdictOn(lead, moment, context),
  };
}

/** A rep's word is a person's too, and later than what was set by hand. */
function isAnswered(decisions: readonly Decision[]): boolean {
  return decisions.some(
    ({ kind, ...one }) => kind === 'verdict' && 'verdict' in one && one.verdict !== 'closed',
  );
}

function verdictOn(
  lead: Lead,
  { judged }: Moment,
  { release }: DecisionContext,
): Pick<StageMoment, 'takenAway' | 'givenBack'> {
  if (judged === undefined) return {};
  const { event, trust } = judged;
  if (!takesBack(judged)) return { givenBack: event.id };
  const asItWas = { event: { ...event, trust }, trust: event.trust };
  return { takenAway: { event, trust, before: withTrust(lead, asItWas, release) } };
}

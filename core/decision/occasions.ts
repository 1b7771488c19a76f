/**
 * What this moment could be a reason to enter a journey for, beside the event itself: segments that
 * start to match, stages that were entered, journeys that were asked for by name.
 */
import type { Lead } from '../facts/lead.ts';
import type { JsonObject } from '../rules/condition.ts';
import { judgeOf, type DecisionContext, type Moment } from './context.ts';
import type { Decision } from './decision.ts';
import { stageDecisions, stagesReached } from './stage-decisions.ts';
import { rejectionIn } from './verdicts.ts';

export interface Asked {
  readonly journey: string;
  readonly properties: JsonObject;
  /** By this entry (`entryKey`) and no other; absent: by an entry `on: api`. */
  readonly existing?: string;
}
export interface Occasions {
  readonly segments: readonly string[];
  readonly stages: readonly string[];
  readonly asked: readonly Asked[];
}

/** `lead` still carries the segments of its last decision; `matching` are those of now. */
export function occasionsOf(
  lead: Lead,
  matching: readonly string[],
  moment: Moment,
  context: DecisionContext,
  before: readonly Decision[],
): Occasions {
  return {
    segments: matching.filter((segment) => !lead.segments.includes(segment)),
    stages: stageDecisions(before).flatMap(({ to, quiet }) => (quiet === true ? [] : [to])),
    asked: [
      ...byCall(moment),
      ...byRejection(moment, context, before),
      ...byStage(context, before),
    ],
  };
}

export function matchingSegments(
  lead: Lead,
  moment: Moment,
  context: DecisionContext,
): readonly string[] {
  const { holds } = judgeOf(context, lead, moment.now);
  return Object.values(context.release.segments)
    .filter(({ when }) => holds(when))
    .map(({ id }) => id);
}

function byCall({ event }: Moment): Occasions['asked'] {
  if (event.type !== 'enrol' || event.journey === undefined) return [];
  const { journey, properties, existing } = event;
  return [{ journey, properties, ...(existing === undefined ? {} : { existing }) }];
}

/** `entry.reason` and `entry.callAgainAt`. */
function byRejection(
  { event }: Moment,
  context: DecisionContext,
  before: readonly Decision[],
): Occasions['asked'] {
  const reason = rejectionIn(before, context);
  if (reason?.then.journey === undefined) return [];
  const { callAgainAt } = event.properties;
  const properties = { reason: reason.id, ...(callAgainAt === undefined ? {} : { callAgainAt }) };
  return [{ journey: reason.then.journey, properties }];
}

function byStage({ release }: DecisionContext, before: readonly Decision[]): Occasions['asked'] {
  return stagesReached(before, release.qualification).flatMap(({ to }) => {
    const rule = release.qualification.stages.find(({ stage }) => stage === to);
    const journey = rule?.onEnter?.journey;
    return journey === undefined ? [] : [{ journey, properties: { stage: to } }];
  });
}

/** Every condition of a release with the file part it belongs to, for the last gate before publishing. */
import { interestsOf } from '../core/definitions/parts.ts';
import type { Part } from '../core/definitions/parts.ts';
import type { Watch, JourneyPlan, PlanStep } from '../core/journey/plan.ts';
import type { Condition, EventMatch } from '../core/rules/condition.ts';

export interface PlacedCondition {
  /** "rule can-sign", "exit bought". */
  readonly place: string;
  readonly condition: Condition;
}

export function conditionsOf(part: Part): readonly PlacedCondition[] {
  switch (part.kind) {
    case 'segments':
      return part.compiled.flatMap(({ id, when }) => one(`segment ${id}`, when));
    case 'interests':
      return interestsOf(part.compiled).flatMap(({ id, from }) =>
        from.flatMap(({ match }) => ofMatch(`interest ${id}`, match)),
      );
    case 'scoring':
      return part.compiled.rules.flatMap((rule) =>
        rule.type === 'when'
          ? one(`rule ${rule.id}`, rule.when)
          : ofMatch(`rule ${rule.id}`, rule.match),
      );
    case 'qualification':
      return ofQualification(part);
    case 'routing':
      return [
        ...(part.compiled.routing?.match ?? []),
        ...(part.compiled.routing?.sla ?? []),
      ].flatMap((entry) => one(entry.id, entry.if));
    case 'sending':
      return part.compiled.consent.flatMap((rule) => one(`consent ${rule.id}`, rule.if));
    case 'accounts':
      return [
        ...part.compiled.roles.flatMap(({ role, when }) => one(`role ${role}`, when)),
        ...one('engaged', part.compiled.engaged.when),
      ];
    case 'journey':
      return ofPlan(part.compiled);
    case 'events':
    case 'facts':
    case 'handoffs':
    case 'template':
      return [];
  }
}

function ofQualification({
  compiled,
}: Extract<Part, { kind: 'qualification' }>): readonly PlacedCondition[] {
  return [
    ...Object.entries(compiled.bant).flatMap(([answer, { yes, no }]) => [
      ...one(`bant ${answer}`, yes),
      ...one(`bant ${answer}`, no),
    ]),
    ...(compiled.buyingStages ?? []).flatMap(({ is, when }) => one(`buying stage ${is}`, when)),
    ...compiled.disqualified.flatMap(({ id, when }) => one(`disqualified ${id}`, when)),
    ...compiled.stages.flatMap(({ stage, when, backTo }) => [
      ...one(`stage ${stage}`, when),
      ...one(`stage ${stage}, backTo`, backTo?.if),
    ]),
  ];
}

function ofPlan(plan: JourneyPlan): readonly PlacedCondition[] {
  return [
    ...plan.enter.flatMap((entry) => [
      ...one('enter', entry.if),
      ...(entry.on === 'event' ? ofMatch('enter', entry.match) : []),
    ]),
    ...plan.exits.flatMap(({ id, when }) => ofWatch(`exit ${id}`, when)),
    ...Object.entries(plan.steps).flatMap(([id, step]) => ofStep(`step ${id}`, step)),
  ];
}

function ofStep(place: string, step: PlanStep): readonly PlacedCondition[] {
  if (step.type === 'branch') return step.arms.flatMap((arm) => one(place, arm.if));
  return step.type === 'wait-for' ? step.arms.flatMap(({ when }) => ofWatch(place, when)) : [];
}

function ofWatch(place: string, watch: Watch): readonly PlacedCondition[] {
  return watch.type === 'event' ? ofMatch(place, watch.match) : one(place, watch.condition);
}

function ofMatch(place: string, match: EventMatch): readonly PlacedCondition[] {
  return one(place, match.where);
}

function one(place: string, condition: Condition | undefined): readonly PlacedCondition[] {
  return condition === undefined ? [] : [{ place, condition }];
}

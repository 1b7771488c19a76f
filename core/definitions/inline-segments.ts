/**
 * A plan that needs no segment of any release: each `{ "condition": "<id>" }` is replaced by what the
 * segment says on the day of publishing.
 *
 * Plans are kept for ever and segments are not: a lead in flight would meet a name that a later
 * release dropped, or one that means something else by then. The id stays as `name`, so that
 * explanations still say it, and the plan's hash covers what the segment said. Only an entry
 * `on: segment` keeps the id: entries belong to the release in force.
 */
import type { JourneyPlan, PlanStep, Watch } from '../journey/plan.ts';
import type { Segments } from '../rules/compile.ts';
import type { Condition, EventMatch, Json, JsonObject, Leaf } from '../rules/condition.ts';

export function inlineSegments(plan: JourneyPlan, segments: Segments): JourneyPlan {
  const inline: Inline = (condition) => inlined(condition, segments, []);
  return {
    ...plan,
    enter: plan.enter.map((entry) => ({
      ...entry,
      ...('match' in entry ? { match: ofMatch(entry.match, inline) } : {}),
      ...(entry.if === undefined ? {} : { if: inline(entry.if) }),
    })),
    exits: plan.exits.map((exit) => ({ ...exit, when: ofWatch(exit.when, inline) })),
    steps: Object.fromEntries(
      Object.entries(plan.steps).map(([id, step]) => [id, ofStep(step, inline)]),
    ),
  };
}

type Inline = (condition: Condition) => Condition;

function ofStep(step: PlanStep, inline: Inline): PlanStep {
  switch (step.type) {
    case 'branch':
      return {
        ...step,
        arms: step.arms.map((arm) => (arm.if === undefined ? arm : { ...arm, if: inline(arm.if) })),
      };
    case 'wait-for':
      return {
        ...step,
        arms: step.arms.map((arm) => ({ ...arm, when: ofWatch(arm.when, inline) })),
      };
    case 'send':
    case 'wait':
    case 'wait-until':
    case 'split':
    case 'update':
    case 'task':
    case 'notify':
    case 'webhook':
    case 'enrich':
    case 'enter':
    case 'exit':
      return step;
  }
}

function ofWatch(watch: Watch, inline: Inline): Watch {
  return watch.type === 'event'
    ? { ...watch, match: ofMatch(watch.match, inline) }
    : { ...watch, condition: inline(watch.condition) };
}

function ofMatch(match: EventMatch, inline: Inline): EventMatch {
  return match.where === undefined ? match : { ...match, where: inline(match.where) };
}

/** `path`: the segments around. An unknown one or a circle stays: both are reported elsewhere. */
function inlined(condition: Condition, segments: Segments, path: readonly string[]): Condition {
  const inner: Inline = (one) => inlined(one, segments, path);
  if ('all' in condition) return { ...condition, all: condition.all.map(inner) };
  if ('any' in condition) return { ...condition, any: condition.any.map(inner) };
  if ('not' in condition) return { ...condition, not: inner(condition.not) };
  if (!('condition' in condition)) return ofLeaf(condition, inner);
  const { condition: name, ...rest } = condition;
  const segment = Object.hasOwn(segments, name) ? segments[name] : undefined;
  if (segment === undefined || path.includes(name)) return condition;
  return { ...rest, name, all: [inlined(segment.when, segments, [...path, name])] };
}

/** `eventCount` carries a condition on the event in its parameters. */
function ofLeaf(leaf: Leaf, inline: Inline): Leaf {
  const where = leaf.params?.['where'];
  if (leaf.params === undefined || !isObject(where)) return leaf;
  const whole = inline(where as unknown as Condition) as unknown as Json;
  return { ...leaf, params: { ...leaf.params, where: whole } };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

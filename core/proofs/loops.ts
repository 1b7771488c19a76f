/**
 * Do journeys send a lead round in a circle in which nothing waits?
 *
 * One journey leads to another by a step that enters it, by the email it sends (`Email Sent`), or by an
 * update with which a segment begins to match. A circle counts only when every journey on it lets the
 * same lead in again at once and each run can be over before the circle closes. Acts of a lead or a
 * rep are waits: whoever goes round by those does so at a human pace.
 */
import type { Release } from '../definitions/release.ts';
import type { Next, StepId } from '../journey/flow.ts';
import type { Entry, JourneyPlan, PlanStep } from '../journey/plan.ts';
import { compileCondition } from '../rules/compile.ts';
import type { FactValue, Json, ReadFact } from '../rules/condition.ts';
import { capOf } from './email-bound.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { timedOut, waysOf, type Way } from './flow-ways.ts';
import { placedJourneys, placeOf } from './step-places.ts';

interface Edge {
  readonly from: string;
  readonly step: StepId;
  readonly to: string;
  readonly how: 'enter' | 'sent' | 'segment';
  /** No condition on the way: whoever begins goes on for ever. */
  readonly isCertain: boolean;
}

export function findLoops(workspace: ProvableWorkspace): readonly Finding[] {
  const { release } = workspace;
  const edges = Object.values(release.journeys).flatMap(({ plan }) => edgesOf(plan, release));
  const told = new Set<string>();
  return placedJourneys(workspace).flatMap((journey): readonly Finding[] => {
    if (told.has(journey.journey)) return [];
    const circle = circleFrom(journey.journey, edges);
    const [first] = circle ?? [];
    if (circle === undefined || first === undefined || !comesBack(circle, release)) return [];
    for (const { from } of circle) told.add(from);
    return [
      {
        finding: 'loop-without-wait',
        severity: circle.every(({ isCertain }) => isCertain) ? 'error' : 'warning',
        file: journey.file,
        path: placeOf(journey, first.step),
        message: `"${first.step}" leads back into this journey without a wait, again and again`,
        witness: `${circle.map(sayEdge).join(' → ')} → ${journey.journey} → …`,
        fix: 'put a wait on the circle, or let one of its journeys say "again": "after 30 days"',
      },
    ];
  });
}

function sayEdge({ from, step, how, to }: Edge): string {
  const words = {
    enter: `enters ${to}`,
    sent: `its "Email Sent" enters ${to}`,
    segment: `the segment of ${to} begins to match`,
  };
  return `${from}: ${step} (${words[how]})`;
}

function circleFrom(start: string, edges: readonly Edge[]): readonly Edge[] | undefined {
  const seen = new Set<string>();
  const ways: (readonly Edge[])[] = [[]];
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const at = way.at(-1)?.to ?? start;
    if (way.length > 0 && at === start) return way;
    if (seen.has(at)) continue;
    seen.add(at);
    ways.push(...edges.filter(({ from }) => from === at).map((edge) => [...way, edge]));
  }
  return undefined;
}

/** Steps at which a run can be at once, and from which it can be over at once. */
function edgesOf(plan: JourneyPlan, release: Release): readonly Edge[] {
  const reached = atOnce(plan, plan.flow.start);
  return [...reached].flatMap(([step, isReached]) => {
    const rest = atOnce(plan, followerOf(plan, step));
    const ending = rest.get(null);
    if (step === null || ending === undefined) return [];
    return targetsOf(plan, step, release).map((target) => ({
      from: plan.journey,
      step,
      ...target,
      isCertain: target.isCertain && isReached && ending,
    }));
  });
}

function followerOf({ flow }: JourneyPlan, id: Next): Next {
  const step = id === null ? undefined : flow.steps[id];
  return step?.type === 'act' ? step.next : null;
}

/** Where a run can get without waiting, and whether every lead gets there. */
function atOnce(plan: JourneyPlan, from: Next): ReadonlyMap<Next, boolean> {
  const reached = new Map<Next, boolean>([[from, true]]);
  const ahead: Next[] = [from];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    const step = id === null ? undefined : plan.flow.steps[id];
    if (id === null || step === undefined) continue;
    if (step.type === 'exit') {
      reached.set(null, reached.get(id) ?? false);
      continue;
    }
    const isSure = reached.get(id) === true && step.type === 'act';
    for (const way of waysOf(id, step)) {
      const takesTime = way.ms > 0 || isActOfTheLead(plan.steps[id], way);
      if (takesTime || reached.has(way.to)) continue;
      reached.set(way.to, isSure);
      ahead.push(way.to);
    }
  }
  return reached;
}

function isActOfTheLead(step: PlanStep | undefined, { arm }: Way): boolean {
  if (step?.type !== 'wait-for' || arm === timedOut) return false;
  return step.arms.find(({ id }) => id === arm)?.when.type === 'event';
}

type Target = Pick<Edge, 'to' | 'how' | 'isCertain'>;

function targetsOf(plan: JourneyPlan, id: StepId, release: Release): readonly Target[] {
  const step = plan.steps[id];
  return Object.values(release.journeys).flatMap(({ plan: other }) =>
    other.enter.flatMap((entry): readonly Target[] => {
      const how =
        step === undefined ? undefined : howEntered(plan, id, step, other, entry, release);
      // An exit that is a condition may come to hold on the circle, and keep the lead out.
      const isOpen = other.exits.every(({ when }) => when.type === 'event');
      const isCertain = entry.if === undefined && how !== 'segment' && isOpen;
      return how === undefined ? [] : [{ to: other.journey, how, isCertain }];
    }),
  );
}

/** A run that asks for its own journey is still in it, and is refused. */
function howEntered(
  plan: JourneyPlan,
  id: StepId,
  step: PlanStep,
  other: JourneyPlan,
  entry: Entry,
  release: Release,
): Edge['how'] | undefined {
  if (entry.again.type !== 'always' || other.journey === plan.journey) return undefined;
  const isNew = (properties: { readonly [name: string]: Json }) =>
    entry.oncePer === undefined || !Object.hasOwn(properties, entry.oncePer);
  if (step.type === 'enter') {
    const isAsked = step.journey === other.journey && entry.on === 'api';
    return isAsked && isNew(step.with) ? 'enter' : undefined;
  }
  if (step.type === 'send') {
    if (entry.on !== 'event' || entry.match.event !== 'Email Sent') return undefined;
    if (!leavesAtOnce(plan, step, release)) return undefined;
    const mail = { template: step.template, journey: plan.journey, step: id };
    const { where } = entry.match;
    const holds = where === undefined || holdsOn(where, readFrom(mail), release);
    return holds && isNew(mail) ? 'sent' : undefined;
  }
  if (step.type !== 'update' || entry.on !== 'segment') return undefined;
  const segment = release.segments[entry.segment];
  const updated = updatedBy(step, new Map());
  return segment !== undefined && holdsOn(segment.when, readOf(updated), release)
    ? 'segment'
    : undefined;
}

/** Every time: not held by a cap, and not kept back because the lead has had it. */
function leavesAtOnce(
  plan: JourneyPlan,
  step: Extract<PlanStep, { type: 'send' }>,
  { templates, sending }: Release,
): boolean {
  const again = templates[step.template]?.manifest.again.type ?? 'always';
  return again === 'always' && capOf(sending.caps, step.class ?? plan.sending.class) === Infinity;
}

type Facts = ReadonlyMap<string, FactValue>;

/** In the second round every segment on the circle must stop matching before it begins to again. */
function comesBack(circle: readonly Edge[], release: Release): boolean {
  let facts: Facts = new Map();
  for (const [index, edge] of [...circle, ...circle].entries()) {
    const step = release.journeys[edge.from]?.plan.steps[edge.step];
    const after = step?.type === 'update' ? updatedBy(step, facts) : facts;
    if (edge.how === 'segment') {
      const matches = (known: Facts) => matchesEntry(edge.to, known, release);
      const begins = matches(after) && !matches(facts);
      if (index >= circle.length && !begins) return false;
    }
    facts = after;
  }
  return true;
}

function matchesEntry(journey: string, facts: Facts, release: Release): boolean {
  const entries = release.journeys[journey]?.plan.enter ?? [];
  return entries.some((entry) => {
    const segment = entry.on === 'segment' ? release.segments[entry.segment] : undefined;
    return segment !== undefined && holdsOn(segment.when, readOf(facts), release);
  });
}

function updatedBy(step: Extract<PlanStep, { type: 'update' }>, facts: Facts): Facts {
  const tags = facts.get('tags');
  const before = Array.isArray(tags) ? (tags as readonly Json[]).map(String) : [];
  const kept = before.filter((tag) => !step.removeTags.includes(tag));
  return new Map([
    ...facts,
    ...Object.entries(step.attributes),
    ['tags', [...new Set([...kept, ...step.addTags])]],
  ]);
}

function readOf(facts: Facts): ReadFact {
  return (fact) => facts.get(fact) ?? undefined;
}

function readFrom(properties: { readonly [name: string]: string }): ReadFact {
  return (fact) => (Object.hasOwn(properties, fact) ? properties[fact] : undefined);
}

function holdsOn(
  condition: Parameters<typeof compileCondition>[0],
  read: ReadFact,
  release: Release,
): boolean {
  return compileCondition(condition, release.segments).holds(read, 0);
}

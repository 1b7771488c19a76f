/**
 * Is there a step no lead comes to: after ways that all end, behind an email that cannot have been
 * sent, or in a journey whose exit holds for everybody at the entry?
 *
 * Follows the flow that workflows run. Whether the condition of an arm can hold is not asked here.
 */
import type { Release } from '../definitions/release.ts';
import type { StepId } from '../journey/flow.ts';
import type { Entry, Exit, JourneyPlan } from '../journey/plan.ts';
import type { Condition } from '../rules/condition.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { stepsInOrder, waysOf } from './flow-ways.ts';
import { solve } from './satisfiability/solve.ts';
import { listsOf, placedJourneys, type PlacedJourney } from './step-places.ts';

export function findUnreachableSteps(workspace: ProvableWorkspace): readonly Finding[] {
  return placedJourneys(workspace).flatMap((journey) => [
    ...findAfterTheEnd(journey),
    ...findNeverSent(journey),
    ...findClosedEntries(journey, workspace),
  ]);
}

/** Only the first of a list that nobody reaches: the rest goes with it. */
function findAfterTheEnd(journey: PlacedJourney): readonly Finding[] {
  const reachable = new Set(stepsInOrder(journey.plan.flow));
  return [...journey.steps].flatMap(([id, { path, before }]): readonly Finding[] => {
    if (reachable.has(id) || before === undefined || !reachable.has(before)) return [];
    return [
      {
        finding: 'unreachable-step',
        severity: 'error',
        file: journey.file,
        path,
        message: `no lead reaches the step "${id}": every way through "${before}" ends before it`,
        witness: endsOf(journey, before).join('; '),
        fix: `take "${id}" out, or one of the exits`,
      },
    ];
  });
}

/** `strong → bye: the journey ends`, for each list of the step. */
function endsOf(journey: PlacedJourney, id: StepId): readonly string[] {
  const source = journey.steps.get(id)?.step;
  return (source === undefined ? [] : listsOf(source)).flatMap(({ arm, steps }) => {
    const last = steps.at(-1);
    if (last === undefined) return [];
    return 'exit' in last
      ? [`${id} → ${arm} → ${last.id}: the journey ends`]
      : endsOf(journey, last.id).map((rest) => `${id} → ${arm} → ${rest}`);
  });
}

function findNeverSent(journey: PlacedJourney): readonly Finding[] {
  return [...journey.steps].flatMap(([id, { path, step }]): readonly Finding[] => {
    const earlier = 'send' in step ? step.onlyIfSent : undefined;
    if (earlier === undefined || leadsTo(journey, earlier, id)) return [];
    return [
      {
        finding: 'unreachable-step',
        severity: 'error',
        file: journey.file,
        path: [...path, 'onlyIfSent'],
        message: `the email "${id}" is never sent: no lead that gets it has passed "${earlier}"`,
        witness: `"${earlier}" stands on ${wayTo(journey, earlier)}, "${id}" on ${wayTo(journey, id)}`,
        fix: `name an email that comes before "${id}" on its own way, or leave "onlyIfSent" out`,
      },
    ];
  });
}

function leadsTo({ plan }: PlacedJourney, from: StepId, to: StepId): boolean {
  const step = plan.flow.steps[from];
  if (step === undefined) return false;
  return waysOf(from, step).some((way) => stepsInOrder(plan.flow, way.to).includes(to));
}

/** `fit → strong`: the lists around a step, outermost first. */
function wayTo(journey: PlacedJourney, id: StepId): string {
  const { inside, arm } = journey.steps.get(id) ?? {};
  if (inside === undefined) return 'the main way';
  const outer = wayTo(journey, inside);
  const own = `${inside} → ${arm ?? ''}`;
  return outer === 'the main way' ? own : `${outer} → ${own}`;
}

/** A stage or a segment that an exit names too: the exit holds already, and the lead is kept out. */
function findClosedEntries(
  journey: PlacedJourney,
  { release }: ProvableWorkspace,
): readonly Finding[] {
  const { enter } = journey.plan;
  const shut = enter.flatMap((entry, index) => {
    const exit = exitAtEntry(journey.plan, entry, release);
    return exit === undefined ? [] : [{ entry, index, exit }];
  });
  return shut.map(({ entry, index, exit: { id, why } }) => ({
    finding: 'unreachable-step',
    severity: shut.length === enter.length ? 'error' : 'warning',
    file: journey.file,
    path: ['enter', index],
    message: `no lead enters here: the exit "${id}" holds already when it would`,
    witness: `a lead ${sayEntry(entry)}: "${id}" (${why}) holds, so it is kept out`,
    fix: `change the exit "${id}", or enter on something else`,
  }));
}

/** An exit that holds for every lead the entry is for. */
function exitAtEntry(plan: JourneyPlan, entry: Entry, release: Release): Exit | undefined {
  const holds = entryConditions(entry).map((one) => ({ holds: one }));
  if (holds.length === 0) return undefined;
  return plan.exits.find(
    ({ when }) =>
      when.type === 'condition' &&
      solve(release, { type: 'lead', entry: 'any' }, [...holds, { fails: when.condition }]).type ===
        'no',
  );
}

function entryConditions(entry: Entry): readonly Condition[] {
  const own = entry.if === undefined ? [] : [entry.if];
  switch (entry.on) {
    case 'stage':
      return [...own, { fact: 'stage', operator: 'is', value: entry.stage }];
    case 'segment':
      return [...own, { condition: entry.segment }];
    case 'event':
    case 'api':
      return own;
  }
}

function sayEntry(entry: Entry): string {
  switch (entry.on) {
    case 'stage':
      return `enters the stage "${entry.stage}"`;
    case 'segment':
      return `enters the segment "${entry.segment}"`;
    case 'event':
      return `does "${entry.match.event}" and meets the "if"`;
    case 'api':
      return 'is enrolled and meets the "if"';
  }
}

/**
 * Is an email that argues for a decision sent to leads who are only becoming aware?
 *
 * Nobody sees what a lead thinks, so three things are taken as certain, all of them the files' own
 * words: a journey that speaks of awareness after it has spoken of a decision; a journey entered in the
 * first stages whose first email is about a decision, before any condition or act of the lead; an arm
 * for leads of these stages. Transactional emails answer what a lead asked for and are left alone.
 */
import type { StepId } from '../journey/flow.ts';
import type { Release } from '../definitions/release.ts';
import { compiledRelease } from '../facts/compiled-release.ts';
import { alongFlow } from './along-flow.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { timedOut, type Way } from './flow-ways.ts';
import { solve } from './satisfiability/solve.ts';
import type { Term } from './satisfiability/variables.ts';
import { placedJourneys, placeOf, type PlacedJourney } from './step-places.ts';

export function findStageContent({ release, sources }: ProvableWorkspace): readonly Finding[] {
  const early = earlyStages(release);
  return placedJourneys({ release, sources }).flatMap((journey) => {
    const turned = findTurned(journey, release);
    const told = new Set(turned.map(({ step }) => step));
    const first = findFirst(journey, release, early).filter(({ step }) => !told.has(step));
    return [...turned, ...first].map(({ finding }) => finding);
  });
}

interface Found {
  readonly step: StepId;
  readonly finding: Finding;
}

/** Stages that come before sales takes any notice. */
function earlyStages(release: Release): readonly string[] {
  const { salesStages } = compiledRelease(release);
  const first = release.qualification.order.findIndex((stage) => salesStages.has(stage));
  return first < 0 ? [] : release.qualification.order.slice(0, first);
}

function contentOf({ plan }: PlacedJourney, id: StepId, release: Release): string | undefined {
  const step = plan.steps[id];
  if (step?.type !== 'send' || (step.class ?? plan.sending.class) === 'transactional') {
    return undefined;
  }
  return release.templates[step.template]?.manifest.buyingStage;
}

/** Awareness after a decision, on one way. */
function findTurned(journey: PlacedJourney, release: Release): readonly Found[] {
  const before = alongFlow<ReadonlySet<StepId>>(journey.plan.flow, {
    start: new Set(),
    pass: (state, { from }) =>
      contentOf(journey, from, release) === 'decision' ? new Set([...state, from]) : state,
    join: (a, b) => new Set([...a, ...b]),
  });
  const told = new Set<StepId>();
  return [...before].flatMap(([id, decisions]) => {
    if (contentOf(journey, id, release) !== 'awareness') return [];
    const fresh = [...decisions].filter((one) => !told.has(one));
    for (const one of fresh) told.add(one);
    return fresh.map((step) => {
      const later = `${step} (decision) → ${id} (awareness)`;
      return found(journey, step, `"${id}" after it is still about awareness`, later);
    });
  });
}

/** What is known of a lead on the way to a step; `undefined` once it has done or read something. */
type Cold = { readonly from: string; readonly isCold: boolean };

function findFirst(
  journey: PlacedJourney,
  release: Release,
  early: readonly string[],
): readonly Found[] {
  if (early.length === 0) return [];
  const entry = coldEntry(journey, release, early);
  const cold = alongFlow<Cold>(journey.plan.flow, {
    start: { from: entry ?? '', isCold: entry !== undefined },
    pass: (state, way) => coldAfter(state, way, journey, release, early),
    join: (a, b) => (a.isCold ? a : b),
  });
  return [...cold].flatMap(([id, { from, isCold }]) =>
    isCold && contentOf(journey, id, release) === 'decision'
      ? [
          found(
            journey,
            id,
            `its leads are still in the first stages`,
            `${from} → ${id} (decision)`,
          ),
        ]
      : [],
  );
}

function coldAfter(
  state: Cold,
  way: Way,
  journey: PlacedJourney,
  release: Release,
  early: readonly string[],
): Cold {
  const warm: Cold = { from: '', isCold: false };
  const step = journey.plan.steps[way.from];
  if (step?.type === 'wait-for') return way.arm === timedOut ? state : warm;
  if (step?.type === 'branch') {
    const condition = step.arms.find(({ id }) => id === way.arm)?.if;
    if (condition === undefined) return warm;
    const isEarly = impliesEarly(release, early, [{ holds: condition }]);
    return isEarly ? { from: `${way.from}: "${way.arm ?? ''}"`, isCold: true } : warm;
  }
  const content = contentOf(journey, way.from, release);
  return content === undefined ? state : warm;
}

/** The words for the entry when all who enter are in the first stages. */
function coldEntry(
  { plan }: PlacedJourney,
  release: Release,
  early: readonly string[],
): string | undefined {
  const cold = plan.enter.map((entry) => {
    const own: readonly Term[] = entry.if === undefined ? [] : [{ holds: entry.if }];
    if (entry.on === 'stage')
      return early.includes(entry.stage) ? `the stage "${entry.stage}"` : '';
    if (entry.on !== 'segment') return '';
    const terms = [...own, { holds: { condition: entry.segment } }];
    return impliesEarly(release, early, terms) ? `the segment "${entry.segment}"` : '';
  });
  return cold.every((words) => words !== '') ? `enters ${cold[0] ?? ''}` : undefined;
}

function impliesEarly(release: Release, early: readonly string[], terms: readonly Term[]): boolean {
  const isEarly = { fact: 'stage', operator: 'isOneOf', value: early };
  const world = { type: 'lead', entry: 'any' } as const;
  return solve(release, world, [...terms, { fails: isEarly }]).type === 'no';
}

function found(journey: PlacedJourney, step: StepId, why: string, witness: string): Found {
  const finding: Finding = {
    finding: 'stage-content',
    severity: 'warning',
    file: journey.file,
    path: placeOf(journey, step),
    message: `"${step}" argues for a decision, and ${why}`,
    witness,
    fix: 'send awareness or consideration content first, or branch on what the lead has done',
  };
  return { step, finding };
}

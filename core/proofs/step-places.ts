/**
 * Where each step of a journey stands in its file, and in which list.
 *
 * Plans are flat; findings name a place in the nested file. This is the one walk over nested lists.
 */
import type { StepId } from '../journey/flow.ts';
import type { JourneyFile } from '../definitions/journey.ts';
import type { Steps, StepSource } from '../definitions/step-source.ts';
import type { Path } from '../definitions/problems.ts';
import type { JourneyPlan } from '../journey/plan.ts';
import type { ProvableWorkspace } from './finding.ts';

export interface PlacedStep {
  readonly step: StepSource;
  readonly path: Path;
  /** The step before it in its own list. */
  readonly before?: StepId;
  /** The step in one of whose lists it stands, and which list that is. */
  readonly inside?: StepId;
  readonly arm?: string;
}
export interface PlacedJourney {
  readonly journey: string;
  readonly file: string;
  readonly source: JourneyFile;
  readonly plan: JourneyPlan;
  /** By id, in file order. */
  readonly steps: ReadonlyMap<StepId, PlacedStep>;
}

export function placedJourneys({ release, sources }: ProvableWorkspace): readonly PlacedJourney[] {
  return sources.journey.flatMap(({ path: file, value: source }) => {
    const plan = release.journeys[source.journey]?.plan;
    if (plan === undefined) return [];
    const steps = new Map(placed(source.steps, ['steps'], {}));
    return [{ journey: source.journey, file, source, plan, steps }];
  });
}

/** The place of a step, or of the steps as a whole when it is unknown. */
export function placeOf(journey: PlacedJourney, step: StepId | undefined): Path {
  return (step === undefined ? undefined : journey.steps.get(step)?.path) ?? ['steps'];
}

function placed(
  steps: Steps,
  path: Path,
  around: Pick<PlacedStep, 'inside' | 'arm'>,
): [StepId, PlacedStep][] {
  return steps.flatMap((step, index) => {
    const at = [...path, index];
    const before = steps[index - 1]?.id;
    const place = {
      step,
      path: at,
      ...around,
      ...(before === undefined ? {} : { before }),
    };
    return [
      [step.id, place] satisfies [StepId, PlacedStep],
      ...listsOf(step).flatMap((list) =>
        placed(list.steps, [...at, ...list.path], { inside: step.id, arm: list.arm }),
      ),
    ];
  });
}

export interface NestedList {
  readonly arm: string;
  readonly steps: Steps;
  /** From the step. */
  readonly path: Path;
}

/** The nested lists of a step. */
export function listsOf(step: StepSource): readonly NestedList[] {
  if ('branch' in step) return armsOf(step.branch, ['branch']);
  if ('split' in step) return armsOf(step.split, ['split']);
  if ('waitFor' in step) {
    const { waitFor } = step;
    const arms =
      'first' in waitFor
        ? armsOf(waitFor.first, ['waitFor', 'first'])
        : [{ arm: 'happened', steps: step.happened ?? [], path: ['happened'] }];
    return [...arms, { arm: 'timedOut', steps: step.timedOut, path: ['timedOut'] }];
  }
  return 'wait' in step && 'steps' in step
    ? [{ arm: 'steps', steps: step.steps, path: ['steps'] }]
    : [];
}

function armsOf(
  arms: readonly { readonly id: string; readonly steps: Steps }[],
  path: Path,
): readonly NestedList[] {
  return arms.map(({ id, steps }, index) => ({ arm: id, steps, path: [...path, index, 'steps'] }));
}

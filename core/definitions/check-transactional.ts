/**
 * A transactional email skips windows, caps and consent, so it must answer something the lead just did.
 *
 * It may stand right after the entry or after an awaited event; elsewhere the file says `because`.
 */
import type { JourneyFile } from './journey.ts';
import type { StepSource, Steps } from './step-source.ts';
import type { Path } from './problems.ts';
import type { Scope } from './scope.ts';

export function checkTransactional(scope: Scope, file: JourneyFile): void {
  if (file.sending.because !== undefined) return;
  const answers = file.enter.every(({ on }) => on === 'event' || on === 'api');
  const isDefault = file.sending.class === 'transactional';
  walk(scope, file.steps, ['steps'], answers, isDefault);
}

/** Whether the lead's act is still the last thing that happened after these steps. */
function walk(
  scope: Scope,
  steps: Steps,
  path: Path,
  answers: boolean,
  isDefault: boolean,
): boolean {
  return steps.reduce((still, step, index) => {
    const at = [...path, index];
    if ('send' in step) checkSend(scope, step, at, still, isDefault);
    const lists = nestedLists(step, at);
    if (lists.length === 0) return still && !takesLong(step);
    const ends = lists.map(({ steps: nested, at: nestedAt, fresh }) =>
      walk(scope, nested, nestedAt, fresh ?? still, isDefault),
    );
    return ends.every(Boolean);
  }, answers);
}

/** Somebody who asked an hour ago still knows what for. */
const soonMs = 60 * 60_000;

function takesLong(step: StepSource): boolean {
  return 'wait' in step || ('enrich' in step && step.upTo > soonMs);
}

function checkSend(
  scope: Scope,
  step: Extract<StepSource, { send: string }>,
  path: Path,
  answers: boolean,
  isDefault: boolean,
): void {
  const isTransactional = step.class === undefined ? isDefault : step.class === 'transactional';
  if (!isTransactional || answers || step.because !== undefined) return;
  scope.report([...path, step.class === undefined ? 'send' : 'class'], {
    message: `the transactional email ${JSON.stringify(step.id)} answers nothing the lead just did`,
    fix: 'say "because", or make it marketing',
  });
}

interface Nested {
  readonly steps: Steps;
  readonly at: Path;
  /** Whether it begins right after an act of the lead; as before when absent. */
  readonly fresh?: boolean;
}

function nestedLists(step: StepSource, path: Path): readonly Nested[] {
  if ('branch' in step) return armsOf(step.branch, [...path, 'branch']);
  if ('split' in step) return armsOf(step.split, [...path, 'split']);
  if ('waitFor' in step) {
    const { waitFor } = step;
    const happened =
      'first' in waitFor
        ? waitFor.first.map((arm, index) => ({
            steps: arm.steps,
            at: [...path, 'waitFor', 'first', index, 'steps'],
            fresh: 'event' in arm,
          }))
        : [
            {
              steps: step.happened ?? [],
              at: [...path, 'happened'],
              fresh: 'event' in waitFor,
            },
          ];
    return [...happened, { steps: step.timedOut, at: [...path, 'timedOut'], fresh: false }];
  }
  if ('wait' in step && 'steps' in step) {
    return [{ steps: step.steps, at: [...path, 'steps'], fresh: false }];
  }
  return [];
}

function armsOf(arms: readonly { readonly steps: Steps }[], path: Path): readonly Nested[] {
  return arms.map((arm, index) => ({ steps: arm.steps, at: [...path, index, 'steps'] }));
}

/**
 * Nested steps → the flat flow that a workflow carries.
 *
 * The last step of a nested list goes on where its parent goes on; `null` ends the journey. Only the
 * shape is made here: `compile-journey.ts` checks names and makes the steps the flow points at.
 */
import type { Flow, FlowStep, Next } from '../journey/flow.ts';
import type { StepSource, Steps } from './step-source.ts';

/** Arm of a `waitFor` without `first`. */
export const happenedArm = 'happened';

export function compileFlow(steps: Steps): Flow {
  const flat: { [step: string]: FlowStep } = {};
  const start = addList(steps, null, flat);
  return { v: 2, start, steps: flat };
}

/** Adds the list and returns where it begins. */
function addList(steps: Steps, after: Next, flat: { [step: string]: FlowStep }): Next {
  steps.forEach((step, index) => {
    const next = steps[index + 1]?.id ?? after;
    flat[step.id] = compileStep(step, next, (nested) => addList(nested, next, flat));
  });
  return steps[0]?.id ?? after;
}

function compileStep(step: StepSource, next: Next, add: (nested: Steps) => Next): FlowStep {
  if ('waitFor' in step) return compileWaitFor(step, add);
  if ('wait' in step) {
    return typeof step.wait === 'number'
      ? { type: 'wait', ms: step.wait, next }
      : {
          type: 'wait-until',
          ifPast: 'ifPast' in step ? step.ifPast : 'continue',
          inside: add('steps' in step ? step.steps : []),
          next,
        };
  }
  if ('branch' in step) return { type: 'choose', arms: compileArms(step.branch, add) };
  if ('split' in step) return { type: 'choose', arms: compileArms(step.split, add) };
  if ('exit' in step) return { type: 'exit' };
  return { type: 'act', next };
}

function compileWaitFor(
  step: Extract<StepSource, { waitFor: unknown }>,
  add: (nested: Steps) => Next,
): FlowStep {
  const { waitFor } = step;
  const arms =
    'first' in waitFor
      ? compileArms(waitFor.first, add)
      : { [happenedArm]: add(step.happened ?? []) };
  return {
    type: 'wait-for',
    since: waitFor.since,
    ...(waitFor.upTo === undefined ? {} : { upToMs: waitFor.upTo }),
    arms,
    timedOut: add(step.timedOut),
  };
}

function compileArms(
  arms: readonly { readonly id: string; readonly steps: Steps }[],
  add: (nested: Steps) => Next,
): { readonly [arm: string]: Next } {
  return Object.fromEntries(arms.map((arm) => [arm.id, add(arm.steps)]));
}

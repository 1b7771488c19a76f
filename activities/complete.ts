/** Ends a run that came to its end without an acting step: the enrolment is closed, once. */
import type { Outcome } from '../core/journey/command.ts';
import type { CompleteJourneyInput } from '../workflows/contract.ts';
import { confirm, findAsked, paused } from './confirm.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { guarded } from './failures.ts';

export async function completeJourney(
  deps: ActivityDependencies,
  input: CompleteJourneyInput,
): Promise<Outcome> {
  const { enrolmentId, why } = input;
  return guarded(deps, enrolmentId, async () => {
    const asked = await findAsked(deps, input, '$end/1');
    // An end that a choice led to is no place to go on from: it is that of the plan that chose.
    const look = input.afterWait === true ? confirm : paused;
    const first = asked.run.status === 'open' ? await look(deps, input, asked) : undefined;
    if (first !== undefined) return first;
    const outcome = why === 'finished' ? 'completed' : why;
    await deps.runs.complete(enrolmentId, outcome, asked.now);
    return { type: 'done' };
  });
}

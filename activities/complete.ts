/** Ends a run that came to its end without an acting step: the enrolment is closed, once. */
import type { Outcome } from '../core/journey/command.ts';
import type { CompleteJourneyInput } from '../workflows/contract.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { guarded } from './failures.ts';

export async function completeJourney(
  deps: ActivityDependencies,
  { enrolmentId, why, now }: CompleteJourneyInput,
): Promise<Outcome> {
  return guarded(deps, enrolmentId, async () => {
    const outcome = why === 'finished' ? 'completed' : why;
    await deps.runs.complete(enrolmentId, outcome, deps.clock.at(now));
    return { type: 'done' };
  });
}

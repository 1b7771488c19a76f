/**
 * The activities of a worker, closed over what they need. No module-level client, no singleton: two
 * sets with different dependencies live side by side in a test or a rehearsal.
 */
import type { JourneyActivities } from '../workflows/contract.ts';
import { completeJourney } from './complete.ts';
import { confirmWake } from './confirm-wake.ts';
import { decideStep } from './decide-step.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { executeStep } from './execute-step.ts';

export function createActivities(deps: ActivityDependencies): JourneyActivities {
  return {
    executeStep: (input) => executeStep(deps, input),
    decideStep: (input) => decideStep(deps, input),
    completeJourney: (input) => completeJourney(deps, input),
    confirmWake: (input) => confirmWake(deps, input),
  };
}

export { createHandoffActivities } from './handoff.ts';
export { createSendInternal } from './internal-mail.ts';
export { tellOfReply } from './reply-mail.ts';
export { sendAgain } from './send-again.ts';
export type { ActivityDependencies } from './dependencies.ts';

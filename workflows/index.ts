/** What the workflow bundle registers, and nothing else. */
export { handoff } from './handoff.ts';
export { leadJourney } from './lead-journey.ts';

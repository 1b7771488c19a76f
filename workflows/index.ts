/** What the workflow bundle registers, and nothing else. */
export { leadJourney } from './lead-journey.ts';

/**
 * The same journey, written by hand: what a developer who knows Temporal writes without an engine.
 * Nothing in it is slow on purpose. It has no ledger, no consent, no caps, no pause, no exits and no
 * history for people; those are what the engine adds, and what the comparison is about.
 */
import { proxyActivities, sleep } from '@temporalio/workflow';
import type { PlainActivities } from './activities.ts';

const { sendEmail } = proxyActivities<PlainActivities>({ startToCloseTimeout: '1 minute' });

export async function plainJourney({ leadId }: { readonly leadId: string }): Promise<void> {
  for (const step of ['first', 'second']) {
    await sendEmail({ leadId, step });
    // The engine's waits end with the second in which they began, so these do too.
    await sleep(1_000 - (Date.now() % 1_000));
  }
}

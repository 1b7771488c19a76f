/**
 * The closed list of failures that cross to Temporal, and the one place that makes them.
 *
 * A message holds a code and a ledger id, never a server's text, an address or a lead's data: histories
 * are kept for months and shown to operators. All of them are tried again: what is missing can be
 * published, and a journey outlives any outage; a failed run would lose its lead.
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { ActivityDependencies } from './dependencies.ts';

export const failureTypes = {
  'enrolment-missing': 'the enrolment has no row',
  'plan-missing': 'the plan of the enrolment is not stored',
  'move-missing': 'the run is to move to another plan, and no mapping leads there',
  'run-changing': 'the run was to move, and its lead or its mark changed again and again',
  'step-missing': 'the plan has no such step, or one of another kind',
  'template-missing': 'neither the release in force nor that of the entry holds the template',
  'webhook-unknown': 'no URL is configured for the target of the webhook',
  'assignee-unknown': 'nobody answers to the assignee of the step',
  'routing-missing': 'no release, not even the one that opened the handoff, holds its routing',
  'handoff-nobody': 'the escalation of the handoff leads to no rep and no queue',
  'ledger-lost': 'the ledger row was taken by another attempt again and again',
  'relay-away': 'the relay has not taken an email to a colleague yet',
  unexpected: 'an error without a name; the log has it under this id',
} as const satisfies Record<string, string>;
export type FailureType = keyof typeof failureTypes;

/** What only a person can mend is asked for less often. */
const mendedByPeople: ReadonlySet<FailureType> = new Set([
  'plan-missing',
  'move-missing',
  'step-missing',
  'template-missing',
  'webhook-unknown',
  'assignee-unknown',
  'routing-missing',
  'handoff-nobody',
]);

export function failure(type: FailureType, commandId: string): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message: `${type}: ${failureTypes[type]} (${commandId})`,
    ...(mendedByPeople.has(type) ? { nextRetryDelay: '1 minute' } : {}),
  });
}

/** Runs an activity so that no error of ours leaves it with a text we did not write. */
export async function guarded<T>(
  deps: Pick<ActivityDependencies, 'report'>,
  commandId: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Deliberately without `cause`: the SDK would write the whole chain into the history.
    deps.report(error, { commandId });
    throw error instanceof ApplicationFailure ? error : failure('unexpected', commandId);
  }
}

/**
 * Every timeout and retry of every activity, named after the system it speaks to, with the reason of
 * each number. Workflows never write one themselves.
 *
 * Retries here are for defects of the moment (a worker that died, a database that restarts). What a
 * mail server or a policy refuses is an outcome, and the activity itself retries a refusal of the
 * moment for at most two minutes.
 */
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { mailQueueBeside } from './contract.ts';

/** Two minutes of retries inside the activity, and a minute for the last of them to end. */
const STEP_ATTEMPT = '3 minutes';
/** One indexed read and one write: a minute means that the database is in trouble. */
const DECISION_ATTEMPT = '1 minute';

/** No limit on attempts: a journey outlives any outage, and never skips a step because of one. */
const PATIENTLY = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  /** After an outage every waiting send and handoff is back within half a minute. */
  maximumInterval: '30 seconds',
} as const;

/**
 * A local activity is first retried inside the workflow task, which times out after 10 s; from the
 * threshold on each pause is a timer. A retry then costs six events of a history that may hold 51,200
 * of them: every two minutes it outlasts an outage of a week.
 */
const PATIENTLY_NEAR = {
  localRetryThreshold: '3 seconds',
  retry: { ...PATIENTLY, maximumInterval: '2 minutes' },
} as const;

/** A send through a relay that is near. */
export const localStepOptions: LocalActivityOptions = {
  startToCloseTimeout: STEP_ATTEMPT,
  ...PATIENTLY_NEAR,
};

/** A send through a relay that may be slow: on its own queue, whose workers do nothing else. */
export function queuedStepOptions(journeysQueue: string): ActivityOptions {
  return {
    taskQueue: mailQueueBeside(journeysQueue),
    startToCloseTimeout: STEP_ATTEMPT,
    retry: PATIENTLY,
  };
}

export const decisionOptions: LocalActivityOptions = {
  startToCloseTimeout: DECISION_ATTEMPT,
  ...PATIENTLY_NEAR,
};

/** Routing and rep emails: their own queue, so that nothing stands before a rep. */
export const handoffActivityOptions: ActivityOptions = {
  startToCloseTimeout: STEP_ATTEMPT,
  retry: PATIENTLY,
};

/**
 * Nothing stops silently: a run that should have acted a quarter of an hour ago is looked up in
 * Temporal, and what is found is stored beside it and listed under "needs attention".
 *
 * A run that merely sleeps longer than its row says is put right. One that Temporal does not know at
 * all (its start was lost, the namespace was wiped) is started again where its rows say it stood: see
 * docs/decisions. One that ended in Temporal while its enrolment is open was ended by somebody, so it
 * is only listed.
 */
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { resumeAt } from '../../core/journey/resume.ts';
import { loadEnrolments } from '../../store/enrolments.ts';
import { findLateRuns, loadStanding, saveFinding, type LateRun } from '../../store/late-runs.ts';
import {
  JOURNEY_QUERIES,
  leadJourneyId,
  type LeadJourneyStatus,
} from '../../workflows/contract.ts';
import { journeyStart, type DeliverDeps } from './deliver.ts';

export interface LateRunsDeps extends DeliverDeps {
  readonly now: () => number;
  readonly lateMs?: number;
  readonly againMs?: number;
}

/** A worker restarts within seconds and a relay's outage is waited for inside the step. */
const lateAfterMs = 15 * 60_000;
const lookedAtAgainAfterMs = 10 * 60_000;
/** One call each, one after the other: a round takes seconds, whatever there is to find. */
const runsMax = 50;
const answerWithinMs = 5_000;

type Found = { readonly found: string | null; readonly expectedBy?: number };

/** One round; true when there may be more. */
export async function checkLateRuns(deps: LateRunsDeps): Promise<boolean> {
  const { sql, lateMs = lateAfterMs, againMs = lookedAtAgainAfterMs } = deps;
  const late = await findLateRuns(sql, { now: deps.now(), lateMs, againMs, limit: runsMax });
  for (const run of late) {
    const { found, expectedBy = run.expectedBy } = await examine(deps, run);
    await saveFinding(sql, { id: run.id, seen: run.expectedBy, found, expectedBy });
  }
  return late.length === runsMax;
}

async function examine(deps: LateRunsDeps, run: LateRun): Promise<Found> {
  const { client } = deps;
  const handle = client.workflow.getHandle(leadJourneyId(run.journey, run.id));
  const within = <T>(call: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + (deps.deadlineMs ?? answerWithinMs), call);
  try {
    const description = await within(() => handle.describe());
    if (description.status.name !== 'RUNNING') {
      return { found: `ended in Temporal: ${description.status.name}` };
    }
    // No answer is a finding of its own: nobody works on its queue, or its task fails.
    const status = await within(() =>
      handle.query<LeadJourneyStatus>(JOURNEY_QUERIES.status),
    ).catch(() => null);
    return running(description, status, deps.now());
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    // After the retention an ended run is not found either: it stays ended.
    if (run.found?.startsWith('ended') === true) return { found: run.found };
    return restart(deps, run);
  }
}

/** Failure types are ours: codes without anything of a lead. */
function running(
  { raw }: WorkflowExecutionDescription,
  status: LeadJourneyStatus | null,
  now: number,
): Found {
  if (status === null) return { found: 'running, but no worker answers for it' };
  if (status.until !== null && status.until > now) return { found: null, expectedBy: status.until };
  const [pending] = raw.pendingActivities ?? [];
  const type = pending?.lastFailure?.applicationFailureInfo?.type;
  const at = `at step "${status.step ?? 'none'}" (${status.doing ?? 'nothing'})`;
  return { found: `running ${at}${type ? `, which fails: ${type}` : ''}` };
}

async function restart(deps: LateRunsDeps, { id }: LateRun): Promise<Found> {
  const [enrolment] = await loadEnrolments(deps.sql, [id]);
  const plan = enrolment && (await deps.plans([enrolment.planHash])).get(enrolment.planHash);
  if (enrolment === undefined || plan === undefined) {
    return { found: 'not in Temporal, and its plan is not stored' };
  }
  const { isSettled, answered, heard } = await loadStanding(deps.sql, id);
  // A webhook keeps no row of its own, and a look-up none while it is tried: asked twice under one id
  // is what a receiver expects, and changes nothing.
  const { type } = plan.steps[enrolment.step ?? ''] ?? {};
  const isDone = isSettled && type !== 'webhook' && type !== 'enrich';
  const { step, since } = enrolment;
  const state =
    step === null || since === null
      ? undefined
      : resumeAt(plan.flow, { step, since, isDone, answered });
  if (state === null)
    return { found: `not in Temporal, and stands at no step of its plan: "${step}"` };
  const { workflow, options } = journeyStart(deps, enrolment, plan, {
    inbox: heard,
    ...(state === undefined ? {} : { state }),
  });
  try {
    await deps.client.workflow.start(workflow, options);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return {
    found: `not in Temporal: started again ${step === null ? 'from its first step' : `after "${step}"`}`,
  };
}

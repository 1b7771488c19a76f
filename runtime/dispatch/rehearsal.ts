/**
 * Skips time for running workflows: a journey of weeks in seconds, on the real server and with the
 * real workflow. The calls for it are not in the SDK's client yet, so the raw ones live here alone,
 * and only rehearsals and tests use them: production never skips time.
 *
 * A server without it (before 1.32, or not switched on for the namespace) is told from other failures
 * by `RehearsalUnavailable`.
 */
import { isGrpcServiceError, type ConnectionLike } from '@temporalio/client';
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';

/** What a server needs so that skipping is exact and quick; see the namespace switch first. */
export const REHEARSAL_DYNAMIC_CONFIG = {
  'frontend.WorkflowTimeSkippingEnabled': true,
  /** Timers have a floor of one second by default. */
  'history.timerProcessorMaxTimeShift': '10ms',
  'history.timerProcessorMaxPollRPS': 1_000,
  /** A continue-as-new within a second of its run's start would overshoot. */
  'history.workflowIdReuseMinimalInterval': '0s',
} as const;

export class RehearsalUnavailable extends Error {
  override readonly name = 'RehearsalUnavailable';
}

export interface Rehearsal {
  /** Skips until the server's virtual time of this workflow is `at`; says whether it ended before. */
  fastForward(workflowId: string, at: number): Promise<'reached' | 'ended'>;
  /** Skips every wait from now on. */
  runToEnd(workflowId: string): Promise<void>;
  /** The virtual time of this workflow as the server sees it. */
  currentTime(workflowId: string): Promise<number>;
}

/** A rehearsed journey has one skip per wait; the server's own limit of 200 is for runaways. */
const SKIPS_MAX = 10_000;
const REACHED = 2;
const POLL_TIMED_OUT = 1;
/** WorkflowExecutionStatus. */
const RUNNING = 1;

export function createRehearsal(connection: ConnectionLike, namespace: string): Rehearsal {
  const { workflowService } = connection;
  let forwards = 0;

  async function skip(
    workflowId: string,
    fastForwardConfig: temporal.api.common.v1.IFastForwardConfig | null,
  ): Promise<'skipping' | 'ended'> {
    const timeSkippingConfig = { enabled: true, fastForwardConfig, maxSessionSkipCount: SKIPS_MAX };
    try {
      await workflowService.updateWorkflowExecutionOptions({
        namespace,
        workflowExecution: { workflowId },
        workflowExecutionOptions: { timeSkippingConfig },
        updateMask: { paths: ['time_skipping_config'] },
      });
      return 'skipping';
    } catch (error) {
      if (hasEnded(error)) return 'ended';
      throw explain(error);
    }
  }

  async function currentTime(workflowId: string): Promise<number> {
    const execution = { workflowId };
    const { workflowExtendedInfo } = await workflowService.describeWorkflowExecution({
      namespace,
      execution,
    });
    return optionalTsToMs(workflowExtendedInfo?.timeSkippingInfo?.currentTime) ?? Date.now();
  }

  return {
    currentTime,
    async runToEnd(workflowId) {
      await skip(workflowId, null);
    },
    async fastForward(workflowId, at) {
      const left = at - (await currentTime(workflowId));
      if (left <= 0) return 'reached';
      forwards += 1;
      const id = `forward-${forwards}`;
      if ((await skip(workflowId, { id, duration: msToTs(left) })) === 'ended') return 'ended';
      for (;;) {
        const { fastForwardPollingResult, failedReason } = await poll(workflowId, id);
        const result = Number(fastForwardPollingResult);
        if (result === REACHED) return 'reached';
        if (result === POLL_TIMED_OUT) continue;
        if (await isOver(workflowId)) return 'ended';
        throw new Error(`Fast-forward of ${workflowId} cannot complete: ${failedReason}`);
      }
    },
  };

  async function isOver(workflowId: string): Promise<boolean> {
    const execution = { workflowId };
    const { workflowExecutionInfo } = await workflowService.describeWorkflowExecution({
      namespace,
      execution,
    });
    return Number(workflowExecutionInfo?.status) !== RUNNING;
  }

  async function poll(
    workflowId: string,
    fastForwardId: string,
  ): Promise<temporal.api.workflowservice.v1.IPollWorkflowExecutionTimeSkippingResponse> {
    return workflowService.pollWorkflowExecutionTimeSkipping({
      namespace,
      workflowExecution: { workflowId },
      fastForwardId,
    });
  }
}

/** gRPC: 5 NOT_FOUND is what the server answers for a run that is over. */
function hasEnded(error: unknown): boolean {
  return isGrpcServiceError(error) && Number(error.code) === 5;
}

/** gRPC: 12 UNIMPLEMENTED is an older server, 3 and 9 one where the switch is off. */
function explain(error: unknown): unknown {
  if (!isGrpcServiceError(error) || ![3, 9, 12].includes(Number(error.code))) return error;
  return new RehearsalUnavailable(
    `This Temporal server cannot skip time (${error.details}): it takes server 1.32 or later with frontend.WorkflowTimeSkippingEnabled=true.`,
    { cause: error },
  );
}

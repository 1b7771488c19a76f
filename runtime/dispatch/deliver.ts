/**
 * Outbox rows → Temporal: `start` for an entry, `signalWithStart` for what follows; rows of accounts make
 * their members due.
 *
 * Each delivery is built from the row of the enrolment or handoff, with an id derived from it and
 * REJECT_DUPLICATE. So no order is needed and a repeat does no harm: already started, or closed
 * already, means delivered. A row is deleted only after its delivery; whoever dies in between leaves
 * it to the relay, which delivers it again.
 */
import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type { JourneyPlan } from '../../core/journey/plan.ts';
import { failpoint } from '../../faults/failpoint.ts';
import { makeMembersDue } from '../../store/account-members.ts';
import { loadEnrolments, type StoredEnrolment } from '../../store/enrolments.ts';
import {
  deleteFromOutbox,
  postponeOutbox,
  type FailedDelivery,
  type OutboxRow,
} from '../../store/outbox.ts';
import type { Sql } from '../../store/client.ts';
import {
  HANDOFF_SIGNALS,
  handoffWorkflowId,
  JOURNEY_SIGNALS,
  leadJourneyId,
  QUEUES,
  WORKFLOWS,
  type HandoffInput,
  type LeadJourneyInput,
} from '../../workflows/contract.ts';

export interface DeliverDeps {
  readonly sql: Sql;
  readonly client: Client;
  readonly plans: (hashes: readonly string[]) => Promise<ReadonlyMap<string, JourneyPlan>>;
  readonly sendVia: LeadJourneyInput['sendVia'];
  /** Of the workflow task; the server's default is 10 s. */
  readonly workflowTaskTimeoutMs?: number;
  /** Virtual minus real time, for rehearsals; 0 in production. */
  readonly clockOffset?: number;
  /** Appended to the queues' names: test files stay apart by it. */
  readonly queueSuffix?: string;
  /** How long one call to Temporal may take. */
  readonly deadlineMs?: number;
}

export type Deliver = (rows: readonly OutboxRow[]) => Promise<void>;

/** Calls in flight at once: enough to hide the latency, few enough not to starve workers of a small server. */
const inFlightMax = 20;
const deadlineMs = 5_000;

export function createDeliver(deps: DeliverDeps): Deliver {
  return async (all) => {
    // Emails are written by the worker, which takes their rows itself.
    const rows = all.filter(({ target }) => target !== 'reply');
    if (rows.length === 0) return;
    const starts = await startsOf(deps, rows);
    const failed: FailedDelivery[] = [];
    const delivered: number[] = [];
    const waiting = [...rows];
    const work = async (): Promise<void> => {
      for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
        try {
          if (row.target === 'account') await lookAtMembers(deps, row);
          else await deliverRow(deps, row, starts.get(row.targetId));
          delivered.push(row.id);
        } catch (error) {
          failed.push({ id: row.id, error: textOf(error), retryInMs: retryInMs(row.attempts) });
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(inFlightMax, rows.length) }, work));
    await failpoint('relay.beforeMark');
    await deleteFromOutbox(deps.sql, delivered);
    await postponeOutbox(deps.sql, failed);
  };
}

/** 2 s, 4 s, 8 s … up to a minute: an outage of the server costs at most that much after its end. */
export function retryInMs(attempts: number): number {
  return Math.min(60_000, 2_000 * 2 ** Math.min(attempts, 10));
}

/** How to start the workflow of a target. */
interface Start {
  readonly workflow: string;
  readonly signal: string;
  readonly options: WorkflowStartOptions;
}

async function deliverRow(
  { client, deadlineMs: limit = deadlineMs }: DeliverDeps,
  row: OutboxRow,
  start: Start | undefined,
): Promise<void> {
  if (start === undefined)
    throw new Error(`there is no ${row.target} ${row.targetId}, or no plan for it`);
  const payload = row.payload as Payload;
  const { workflow, signal, options } = start;
  try {
    await client.withDeadline(Date.now() + limit, async () => {
      if (payload.type === 'start') return client.workflow.start(workflow, options);
      const told = { ...options, signal, signalArgs: [payload.message] };
      return client.workflow.signalWithStart(workflow, told);
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  await failpoint('relay.afterStart');
}

/**
 * What somebody did may change what rules say of everybody else in the company: they become due, some
 * hundred at a time, and the loop of the worker ticks them.
 */
async function lookAtMembers(
  { sql, clockOffset = 0 }: DeliverDeps,
  { targetId, payload }: OutboxRow,
): Promise<void> {
  const { at } = payload as { readonly at: number };
  const due = Math.max(at, Date.now() + clockOffset);
  let after: string | undefined;
  do after = await makeMembersDue(sql, targetId, due, after);
  while (after !== undefined);
}

/** As ingest and operators write it. */
type Payload = { readonly type: 'start' } | { readonly type: 'message'; readonly message: unknown };

async function startsOf(
  deps: DeliverDeps,
  rows: readonly OutboxRow[],
): Promise<ReadonlyMap<string, Start>> {
  const ids = rows.flatMap((row) => (row.target === 'journey' ? [row.targetId] : []));
  const enrolments = await loadEnrolments(deps.sql, [...new Set(ids)]);
  const plans = await deps.plans([...new Set(enrolments.map(({ planHash }) => planHash))]);
  const starts = new Map<string, Start>();
  for (const enrolment of enrolments) {
    const plan = plans.get(enrolment.planHash);
    if (plan !== undefined) starts.set(enrolment.id, journeyStart(deps, enrolment, plan));
  }
  for (const { target, targetId } of rows) {
    if (target === 'handoff') starts.set(targetId, handoffStart(deps, targetId));
  }
  return starts;
}

/** `carried`: where a run stood whose workflow is gone. */
export function journeyStart(
  deps: DeliverDeps,
  enrolment: StoredEnrolment,
  plan: JourneyPlan,
  carried: Pick<LeadJourneyInput, 'state' | 'inbox'> = {},
): Start {
  const { id: enrolmentId, journey, planHash, splitKey } = enrolment;
  const input: LeadJourneyInput = {
    v: 1,
    enrolmentId,
    journey,
    planHash,
    flow: plan.flow,
    splitKey,
    clockOffset: deps.clockOffset ?? 0,
    sendVia: deps.sendVia,
    ...carried,
  };
  return {
    workflow: WORKFLOWS.leadJourney,
    signal: JOURNEY_SIGNALS.deliver,
    options: optionsOf(deps, leadJourneyId(journey, enrolmentId), QUEUES.journeys, input),
  };
}

function handoffStart(deps: DeliverDeps, handoffId: string): Start {
  const input: HandoffInput = { v: 1, handoffId, clockOffset: deps.clockOffset ?? 0 };
  return {
    workflow: WORKFLOWS.handoff,
    signal: HANDOFF_SIGNALS.tell,
    options: optionsOf(deps, handoffWorkflowId(handoffId), QUEUES.handoffs, input),
  };
}

function optionsOf(
  { workflowTaskTimeoutMs, queueSuffix = '' }: DeliverDeps,
  workflowId: string,
  queue: string,
  input: LeadJourneyInput | HandoffInput,
): WorkflowStartOptions {
  return {
    workflowId,
    taskQueue: queue + queueSuffix,
    args: [input],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    ...(workflowTaskTimeoutMs === undefined ? {} : { workflowTaskTimeout: workflowTaskTimeoutMs }),
  };
}

/** Nothing of a lead is in it: ids and what the server said. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, 500);
}

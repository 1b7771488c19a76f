/**
 * Runs the real workflow on a real Temporal server with a scripted world for activities, in skipped
 * time, and reads back from its history what happened: the same trace that the in-process driver
 * leaves. Nothing in the workflow knows that it is watched.
 */
import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { randomBytes } from 'node:crypto';
import type { ActingCommand, Outcome } from '../../core/journey/command.ts';
import { invariant, type JourneyEnd } from '../../core/journey/state.ts';
import type { TraceEntry } from '../../core/simulate/journey-driver.ts';
import { createRehearsal } from '../../runtime/dispatch/rehearsal.ts';
import {
  leadJourneyId,
  mailQueueBeside,
  QUEUES,
  WORKFLOWS,
  type JourneyActivities,
  type LeadJourneyInput,
} from '../../workflows/contract.ts';
import type { RandomPlan } from '../core/journey/random-plan.ts';

export type ScriptedPlan = Pick<RandomPlan, 'flow' | 'startAt' | 'act' | 'messages'>;

/** A server and the bundle of `workflows/`. */
export interface JourneyServer {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
}

export interface JourneyWorld {
  /** Starts the workflow of a plan. */
  start(name: string, plan: ScriptedPlan, options?: StartOptions): Promise<StartedJourney>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly sendVia?: LeadJourneyInput['sendVia'];
}

export interface StartedJourney {
  readonly handle: WorkflowHandle;
  /** Plays the messages at their instants and skips to the end. */
  rehearse(): Promise<readonly TraceEntry[]>;
  /** The histories of all runs, one after the other. */
  histories(): Promise<readonly History[]>;
}

interface Acted {
  readonly at: number;
  readonly command: ActingCommand;
  readonly outcome: Outcome;
}

interface Scripted {
  readonly plan: ScriptedPlan;
  readonly acted: Acted[];
}

/**
 * Nothing is cached: every task replays the history from its start, a determinism test by itself.
 * The SDK drops the local activities of a run that it evicts while they are in flight; they come back
 * after the task's timeout of 10 s. That happens as soon as more tasks overlap than runs are cached,
 * so here journeys are run one after the other.
 */
const UNCACHED = { maxCachedWorkflows: 0 } as const;

export async function openJourneyWorld(server: JourneyServer): Promise<JourneyWorld> {
  const { connection, namespace, workflowBundle } = server;
  const taskQueue = `${QUEUES.journeys}-${randomBytes(6).toString('hex')}`;
  const scripts = new Map<string, Scripted>();
  const activities = { ...scriptedActivities(scripts) };
  const common = { connection, namespace, activities, identity: 'journey-world' };
  const workers = [
    await Worker.create({ ...common, taskQueue, workflowBundle, ...UNCACHED }),
    await Worker.create({ ...common, taskQueue: mailQueueBeside(taskQueue) }),
  ];
  const running = workers.map(async (worker) => worker.run());
  return {
    start: (name, plan, options = {}) => {
      const script: Scripted = { plan, acted: [] };
      scripts.set(name, script);
      return startJourney({ ...server, taskQueue }, name, script, options);
    },
    stop: async () => {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
    },
  };
}

/** The activities that the plan's script stands for; they keep what they were asked. */
function scriptedActivities(scripts: ReadonlyMap<string, Scripted>): JourneyActivities {
  const act = (enrolmentId: string, command: ActingCommand, now: number): Outcome => {
    const script = scripts.get(enrolmentId);
    invariant(script !== undefined, `nobody scripted enrolment "${enrolmentId}"`);
    const outcome = script.plan.act(command, now);
    forgetLostAttempt(script, command.id, now);
    script.acted.push({ at: now, command, outcome });
    return outcome;
  };
  return {
    executeStep: async ({ enrolmentId, step, visit, last, now }) =>
      act(enrolmentId, { type: 'act', id: `${step}/${visit}`, step, last }, now),
    decideStep: async ({ enrolmentId, step, visit, kind, now }) =>
      act(enrolmentId, { type: kind, id: `${step}/${visit}`, step }, now),
    completeJourney: async ({ enrolmentId, why, now }) =>
      act(enrolmentId, { type: 'complete', id: '$end/1', why }, now),
    confirmWake: async ({ enrolmentId, id, step, until, now }) =>
      act(enrolmentId, { type: 'wake', id, step, until }, now),
  };
}

/** A task whose end the server refused is run again with its local activities: only that run counts. */
function forgetLostAttempt({ acted, plan }: Scripted, id: string, now: number): void {
  const lost = acted.findLastIndex(({ command }) => command.id === id);
  const before = acted[lost];
  if (before === undefined) return;
  const wasWoken = plan.messages.some(
    ({ arrivesAt, message }) =>
      message.type === 'wake' && arrivesAt >= before.at && arrivesAt <= now,
  );
  const { outcome } = before;
  const isAskedAgain =
    (outcome.type === 'retry-at' && (now >= outcome.at || wasWoken)) || outcome.type === 'parked';
  if (!isAskedAgain) acted.length = lost;
}

async function startJourney(
  { client, namespace, taskQueue }: JourneyServer & { readonly taskQueue: string },
  name: string,
  { plan, acted }: Scripted,
  { sendVia = 'local' }: StartOptions,
): Promise<StartedJourney> {
  const rehearsal = createRehearsal(client.connection, namespace);
  const clockOffset = plan.startAt - Date.now();
  const early = plan.messages.filter(({ arrivesAt }) => arrivesAt <= plan.startAt);
  const workflowId = leadJourneyId('scripted', name);
  const input: LeadJourneyInput = {
    v: 1,
    enrolmentId: name,
    journey: 'scripted',
    planHash: 'scripted',
    flow: plan.flow,
    splitKey: name,
    clockOffset,
    sendVia,
    inbox: early.map(({ message }) => message),
  };
  const handle: WorkflowHandle = await client.workflow.start(WORKFLOWS.leadJourney, {
    taskQueue,
    workflowId,
    args: [input],
  });
  const histories = (): Promise<readonly History[]> => allRuns(client, handle);
  return {
    handle,
    histories,
    rehearse: async () => {
      for (const { arrivesAt, message } of plan.messages.slice(early.length)) {
        const reached = await rehearsal.fastForward(workflowId, arrivesAt - clockOffset);
        if (reached === 'ended') break;
        if (!(await deliver(handle, message))) break;
      }
      await rehearsal.runToEnd(workflowId);
      const ended = (await handle.result()) as JourneyEnd;
      const heard = early.map(({ message }) => ({
        type: 'heard' as const,
        at: plan.startAt,
        message,
      }));
      const trace = readTrace(await histories(), acted, clockOffset);
      return [...heard, ...trace, { type: 'ended', ...ended }];
    },
  };
}

/** False when the journey ended before the message. */
async function deliver(handle: WorkflowHandle, message: unknown): Promise<boolean> {
  try {
    await handle.signal('deliver', message);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function allRuns(client: Client, handle: WorkflowHandle): Promise<readonly History[]> {
  const histories: History[] = [];
  let runId = (handle as { firstExecutionRunId?: string }).firstExecutionRunId;
  while (runId !== undefined) {
    const history = await client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
    histories.push(history);
    const last = history.events?.at(-1);
    runId = last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return histories;
}

/** The order is the history's; what was asked and answered is what the activities kept. */
function readTrace(
  histories: readonly History[],
  acted: readonly Acted[],
  clockOffset: number,
): TraceEntry[] {
  const trace: TraceEntry[] = [];
  /** Timers without a summary are the SDK's own, between the attempts of a local activity. */
  const sleeps = new Set<unknown>();
  let next = 0;
  let taskAt = 0;
  for (const event of histories.flatMap(({ events }) => events ?? [])) {
    const at = (optionalTsToMs(event.eventTime) ?? 0) + clockOffset;
    if (event.workflowTaskStartedEventAttributes) taskAt = at;
    const sleep = event.timerStartedEventAttributes;
    if (sleep && event.userMetadata?.summary) {
      const [id, until] = jsonOf<string>(event.userMetadata.summary).split(' until ');
      trace.push({ type: 'slept', at: taskAt, id: id ?? '', until: Date.parse(until ?? '') });
      sleeps.add(sleep.timerId);
    }
    if (sleeps.has(event.timerFiredEventAttributes?.timerId)) trace.push({ type: 'woke', at });
    const signal = event.workflowExecutionSignaledEventAttributes;
    if (signal) trace.push({ type: 'heard', at, message: jsonOf(signal.input?.payloads?.[0]) });
    const marker = event.markerRecordedEventAttributes;
    if ((marker && !marker.failure) || event.activityTaskScheduledEventAttributes) {
      const entry = acted[next];
      invariant(
        entry !== undefined,
        `event ${String(event.eventId)} is an act nobody was asked for`,
      );
      trace.push({ type: 'acted', ...entry });
      next += 1;
    }
  }
  return trace;
}

function jsonOf<T>(payload: { data?: Uint8Array | null } | null | undefined): T {
  return JSON.parse(Buffer.from(payload?.data ?? []).toString()) as T;
}

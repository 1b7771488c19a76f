/** A handoff goes on in a new run when its history grows long: nothing is told twice, and nothing lost. */
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  HANDOFF_SIGNALS,
  handoffWorkflowId,
  QUEUES,
  WORKFLOWS,
  type HandoffActivities,
  type HandoffMessage,
  type NotifyHandoffInput,
} from '../../workflows/contract.ts';
import { workflowBundle } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { startOwnServer, type OwnServer } from './own-server.ts';

let server: OwnServer;
beforeAll(async () => {
  quietRuntime();
  // The usual limit is 4,096 events: here a run has room for two or three emails.
  server = await startOwnServer({ 'limit.historyCount.suggestContinueAsNew': 20 });
});
afterAll(() => server.stop());

test('causes keep their numbers over several runs, and the verdict ends the last one', async () => {
  const told: NotifyHandoffInput[] = [];
  const assigned: number[] = [];
  const activities: HandoffActivities = {
    assignHandoff: async ({ attempt }) => {
      assigned.push(attempt);
      return { type: 'turn', kind: 'assigned', remindAt: [], acceptBy: null };
    },
    notifyHandoff: async (input) => {
      told.push(input);
      return { type: 'told' };
    },
  };
  const { client, connection, namespace } = server;
  const taskQueue = QUEUES.handoffs;
  const worker = await Worker.create({
    ...{ connection, namespace, taskQueue, activities: { ...activities } },
    ...{ workflowBundle: workflowBundle(), maxCachedWorkflows: 0 },
  });
  await worker.runUntil(async () => {
    const workflowId = handoffWorkflowId('continued');
    const input = { v: 1, handoffId: 'continued', clockOffset: 0 };
    const handle = await client.workflow.start(WORKFLOWS.handoff, {
      taskQueue,
      workflowId,
      args: [input],
    });
    const tell = (message: HandoffMessage) =>
      client.workflow.getHandle(workflowId).signal(HANDOFF_SIGNALS.tell, message);
    for (let cause = 1; cause <= 12; cause += 1) {
      await tell({ type: 'cause', cause: `cause ${cause}`, at: cause });
      const isTold = () => told.filter(({ kind }) => kind === 'cause').length >= cause;
      await until(isTold, { what: `cause ${cause}` });
    }
    await tell({ type: 'settled', status: 'closed', because: 'robot' });
    await handle.result();
  });
  // Whoever has it hears that it is taken back, once.
  expect(told.at(-1)).toMatchObject({ kind: 'withdrawn', visit: 1, cause: 'robot' });
  const causes = told.filter(({ kind }) => kind === 'cause');
  expect(causes.map(({ visit, cause }) => [visit, cause])).toEqual(
    Array.from({ length: 12 }, (_, index) => [index + 1, `cause ${index + 1}`]),
  );
  // Each run asks anew who has it, about the same attempt: the answer is the stored one.
  expect(assigned.length).toBeGreaterThan(2);
  expect(new Set(assigned)).toEqual(new Set([1]));
});

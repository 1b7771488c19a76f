/**
 * Two handoffs lived through in skipped time with scripted activities, for the replay corpus: one that
 * nobody answers until it is escalated, one that is accepted at once.
 */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { createRehearsal } from '../../runtime/dispatch/rehearsal.ts';
import {
  HANDOFF_SIGNALS,
  handoffWorkflowId,
  QUEUES,
  WORKFLOWS,
  type HandoffActivities,
  type HandoffMessage,
} from '../../workflows/contract.ts';
import type { JourneyServer } from './journey-world.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

export async function liveHandoffs(server: JourneyServer): Promise<ReadonlyMap<string, History>> {
  const { client, connection, namespace, workflowBundle } = server;
  const worker = await Worker.create({
    ...{ connection, namespace, workflowBundle, taskQueue: QUEUES.handoffs },
    ...{ activities: { ...activities }, maxCachedWorkflows: 0 },
  });
  const rehearsal = createRehearsal(client.connection, namespace);
  const live = async (name: string, skipMs: number, messages: readonly HandoffMessage[]) => {
    const workflowId = handoffWorkflowId(name);
    const handle = await client.workflow.start(WORKFLOWS.handoff, {
      ...{ workflowId, taskQueue: QUEUES.handoffs },
      args: [{ v: 1, handoffId: name, clockOffset: 0 }],
    });
    if (skipMs > 0) await rehearsal.fastForward(workflowId, Date.now() + skipMs);
    for (const message of messages) await handle.signal(HANDOFF_SIGNALS.tell, message);
    await handle.result();
    return handle.fetchHistory();
  };
  return worker.runUntil(async () => {
    const accepted: HandoffMessage = { type: 'settled', status: 'accepted' };
    const cause: HandoffMessage = { type: 'cause', cause: 'Pricing Viewed', at: 1 };
    return new Map([
      ['handoff-escalated', await live('escalated', 3 * dayMs, [cause, accepted])],
      ['handoff-accepted', await live('accepted', 0, [accepted])],
    ]);
  });
}

/** Two reps with five minutes each, then the escalation, reminded each day. */
const activities: HandoffActivities = {
  assignHandoff: async ({ attempt, now }) =>
    attempt <= 2
      ? {
          ...{ type: 'turn', kind: 'assigned' },
          ...{ remindAt: [now + 3 * minuteMs], acceptBy: now + 5 * minuteMs },
        }
      : {
          ...{ type: 'turn', kind: 'escalation' },
          ...{ remindAt: [now + dayMs, now + 2 * dayMs], acceptBy: null },
        },
  notifyHandoff: async () => ({ type: 'told' }),
};

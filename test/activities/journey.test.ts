import { temporal as protocol } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { afterEach, expect, test } from 'vitest';
import type { PlanStep } from '../../core/journey/plan.ts';
import { armFailpoints } from '../../faults/failpoint.ts';
import { createRehearsal } from '../../runtime/dispatch/rehearsal.ts';
import {
  leadJourneyId,
  QUEUES,
  WORKFLOWS,
  type LeadJourneyInput,
} from '../../workflows/contract.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createQueueSuffix, useTemporal, workflowBundle } from '../support/temporal.ts';
import { createWorld, day, tuesday, type World, type WorldOptions } from './world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const temporal = useTemporal();
let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

/** A lead in the journey, on a real server, with the activities that production runs. */
async function start(address: string, options: Partial<WorldOptions>, clockOffset: number) {
  world = await createWorld({ url: database.url, mailbox: mailbox(), steps: {}, ...options });
  const { leadId, enrolmentId } = await world.enrol(address);
  const taskQueue = `${QUEUES.journeys}${createQueueSuffix()}`;
  const { client, connection, namespace } = temporal;
  const worker = await Worker.create({
    ...{ connection, namespace, taskQueue, workflowBundle: workflowBundle() },
    activities: world.activities,
  });
  const plan = await world.deps.definitions.plan('plan-1');
  if (plan === undefined) throw new Error('the world has a plan');
  const input: LeadJourneyInput = {
    ...{ v: 1, enrolmentId, journey: 'nurture', planHash: 'plan-1', flow: plan.flow },
    ...{ splitKey: leadId, clockOffset, sendVia: 'local' },
  };
  const workflowId = leadJourneyId('nurture', enrolmentId);
  const workflowOptions = {
    taskQueue,
    workflowId,
    args: [input],
    workflowTaskTimeout: '2 seconds',
  } as const;
  const handle = await client.workflow.start(WORKFLOWS.leadJourney, workflowOptions);
  return { world, worker, handle, workflowId, leadId, enrolmentId };
}

test('six times (wait, send) cost thirteen actions and leave nothing of the lead in the history', async () => {
  const steps: Record<string, PlanStep> = {};
  for (let n = 1; n <= 6; n += 1) {
    steps[`w${n}`] = { type: 'wait', ms: 7 * day };
    steps[`s${n}`] = { type: 'send', template: 'welcome' };
  }
  const window = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00', zone: 'lead' };
  const weekly = {
    id: 'week',
    class: 'marketing',
    max: 2,
    per: { type: 'rolling', ms: 7 * day },
  } as const;
  const address = 'canary@nordwind.example';
  const run = await start(
    address,
    { steps, sending: { window }, policy: { caps: [weekly] } },
    tuesday - Date.now(),
  );
  const rehearsal = createRehearsal(temporal.client.connection, temporal.namespace);
  await run.worker.runUntil(async () => {
    await rehearsal.runToEnd(run.workflowId);
    await run.handle.result();
  });

  expect(mailbox().messages({ to: address })).toHaveLength(6);
  expect((await run.world.sends(run.leadId)).map(({ state }) => state)).toEqual(
    Array(6).fill('sent'),
  );
  expect(await run.world.enrolment(run.enrolmentId)).toMatchObject({
    status: 'closed',
    outcome: 'completed',
  });
  const history = await run.handle.fetchHistory();
  const types = (history.events ?? []).map(({ eventType }) => eventType);
  const { EventType } = protocol.api.enums.v1;
  const count = (type: protocol.api.enums.v1.EventType): number =>
    types.filter((one) => one === type).length;
  const actions =
    1 + count(EventType.EVENT_TYPE_TIMER_STARTED) + count(EventType.EVENT_TYPE_MARKER_RECORDED);
  expect(actions).toBe(13);
  expect(count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)).toBe(0);
  const bytes = Buffer.from(protocol.api.history.v1.History.encode(history).finish());
  expect(bytes.includes(run.enrolmentId)).toBe(true);
  for (const secret of ['canary', 'nordwind', 'Ana']) expect(bytes.includes(secret)).toBe(false);
});

test('a send that dies is tried again by the workflow and mails once', async () => {
  const steps = { welcome: { type: 'send', template: 'welcome' } } as const;
  const disarm = armFailpoints('send.afterClaim=throw;once');
  const address = 'ana@retried.example';
  const run = await start(address, { steps }, 0);
  await run.worker.runUntil(run.handle.result());
  disarm();
  expect(mailbox().messages({ to: address })).toHaveLength(1);
  expect(await run.world.enrolment(run.enrolmentId)).toMatchObject({
    status: 'closed',
    outcome: 'completed',
  });
  const bytes = Buffer.from(
    protocol.api.history.v1.History.encode(await run.handle.fetchHistory()).finish(),
  );
  expect(bytes.includes('ana@')).toBe(false);
});

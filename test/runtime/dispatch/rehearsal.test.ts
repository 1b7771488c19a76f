/** Skipping time on a real server: exact where the server can do it, a clear sentence where not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRehearsal, RehearsalUnavailable } from '../../../runtime/dispatch/rehearsal.ts';
import { useTemporal, workflowBundle } from '../../support/temporal.ts';
import { EXAMPLE_PLANS } from '../../workflows/example-plans.ts';
import {
  openJourneyWorld,
  type JourneyWorld,
  type ScriptedPlan,
} from '../../workflows/journey-world.ts';
import { startOwnServer } from '../../workflows/own-server.ts';

const HOUR = 3_600_000;
const SIX_SENDS = EXAMPLE_PLANS['six-sends'] as ScriptedPlan;
const temporal = useTemporal();
let world: JourneyWorld;
beforeAll(async () => {
  const { client, connection, namespace } = temporal;
  const server = { client, connection, namespace, workflowBundle: workflowBundle() };
  world = await openJourneyWorld(server);
});
afterAll(async () => world.stop());

test('stops at the wanted instant, and says when the journey ended before it', async () => {
  const rehearsal = createRehearsal(temporal.client.connection, temporal.namespace);
  const journey = await world.start('rehearsal-stops', SIX_SENDS);
  const id = journey.handle.workflowId;
  const startedAt = Date.now();

  expect(await rehearsal.fastForward(id, startedAt + 30 * HOUR)).toBe('reached');
  const late = (await rehearsal.currentTime(id)) - startedAt - 30 * HOUR;
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(2_000);
  expect(await rehearsal.fastForward(id, startedAt + 29 * HOUR)).toBe('reached');
  expect(await rehearsal.fastForward(id, startedAt + 13 * 24 * HOUR)).toBe('ended');
  expect(await journey.handle.result()).toMatchObject({ how: 'completed' });
  expect(await rehearsal.fastForward(id, startedAt + 900 * HOUR)).toBe('ended');
});

test('a server that cannot skip time is told apart from one that failed', async () => {
  const server = await startOwnServer({ 'frontend.WorkflowTimeSkippingEnabled': false });
  try {
    await server.client.workflow.start('leadJourney', {
      taskQueue: 'nobody',
      workflowId: 'sleeper',
    });
    const rehearsal = createRehearsal(server.client.connection, server.namespace);
    const attempt = rehearsal.runToEnd('sleeper');
    await expect(attempt).rejects.toThrow(RehearsalUnavailable);
    await expect(attempt).rejects.toThrow('frontend.WorkflowTimeSkippingEnabled=true');
  } finally {
    await server.stop();
  }
});

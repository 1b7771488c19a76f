/** Both drivers agree: the workflow in skipped time and the simulator, on the same random plans. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomEditedPlan } from '../core/journey/random-edit.ts';
import { randomPausedPlan, randomPlan } from '../core/journey/random-plan.ts';
import { useTemporal, workflowBundle } from '../support/temporal.ts';
import { openJourneyWorld, type JourneyWorld } from './journey-world.ts';
import { compareDrivers } from './same-trace.ts';

const temporal = useTemporal();
let world: JourneyWorld;
beforeAll(async () => {
  const { client, connection, namespace } = temporal;
  world = await openJourneyWorld({
    client,
    connection,
    namespace,
    workflowBundle: workflowBundle(),
  });
});
afterAll(async () => world.stop());

/** Fixed, so that a failure is the commit's; `npm run conformance` takes any. */
const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);
const FEWER_SEEDS = SEEDS.slice(0, 6);

test.each(SEEDS)(
  'the workflow and the simulator leave the same trace for plan %i',
  async (seed) => {
    const sendVia = seed % 2 === 0 ? 'queue' : 'local';
    const { found, expected } = await compareDrivers(world, randomPlan(seed), { sendVia });
    expect(found).toEqual(expected);
  },
);

test.each(FEWER_SEEDS)('and so for plan %i while pauses come and go', async (seed) => {
  const sendVia = seed % 2 === 0 ? 'queue' : 'local';
  const { found, expected } = await compareDrivers(world, randomPausedPlan(seed), { sendVia });
  expect(found).toEqual(expected);
});

test.each(FEWER_SEEDS)('and so for plan %i when it is edited under way', async (seed) => {
  const sendVia = seed % 2 === 0 ? 'queue' : 'local';
  const { found, expected } = await compareDrivers(world, randomEditedPlan(seed), { sendVia });
  expect(found).toEqual(expected);
});

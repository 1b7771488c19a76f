/** A journey outlives an outage of what its acts need: nothing is skipped and nothing ends. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useTemporal, workflowBundle } from '../support/temporal.ts';
import { EXAMPLE_PLANS } from './example-plans.ts';
import { openJourneyWorld, type JourneyWorld, type ScriptedPlan } from './journey-world.ts';

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

const PLAN = EXAMPLE_PLANS['timed-out'] as ScriptedPlan;

test.each(['local', 'queue'] as const)(
  'an act (%s) that keeps failing is tried again, as the same command, until it succeeds',
  async (sendVia) => {
    const asked: { id: string; now: number }[] = [];
    const failures = 6; // Skipped time jumps over the pauses between them, but for the first two.
    const journey = await world.start(
      `outage-${sendVia}`,
      {
        ...PLAN,
        act: (command, now) => {
          asked.push({ id: command.id, now });
          if (asked.length <= failures) throw new Error('the database is away');
          return PLAN.act(command, now);
        },
      },
      { sendVia },
    );
    await journey.rehearse();
    expect(asked.map(({ id }) => id)).toEqual([
      ...Array.from({ length: failures + 1 }, () => 'welcome/1'),
      'help/1',
      '$end/1',
    ]);
    expect(new Set(asked.slice(0, failures + 1).map(({ now }) => now)).size).toBe(1);
    expect(await journey.handle.result()).toMatchObject({ how: 'completed', why: 'finished' });
  },
);

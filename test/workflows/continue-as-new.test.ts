/** A journey goes on in a new run when its history grows long, and nobody can tell from what it does. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runJourney, type TraceEntry } from '../../core/simulate/journey-driver.ts';
import { randomPlan } from '../core/journey/random-plan.ts';
import { workflowBundle } from '../support/temporal.ts';
import { EXAMPLE_PLANS } from './example-plans.ts';
import { openJourneyWorld, type JourneyWorld, type ScriptedPlan } from './journey-world.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { startOwnServer, type OwnServer } from './own-server.ts';

let server: OwnServer;
let world: JourneyWorld;
beforeAll(async () => {
  quietRuntime();
  // The shared server suggests it after 4,096 events; a run here has room for one or two steps.
  server = await startOwnServer({ 'limit.historyCount.suggestContinueAsNew': 12 });
  world = await openJourneyWorld({ ...server, workflowBundle: workflowBundle() });
});
afterAll(async () => {
  await world.stop();
  await server.stop();
});

const LONG = [1, 3, 4, 5, 11].map((seed) => ({ name: `plan ${seed}`, plan: randomPlan(seed) }));
const EXAMPLES = Object.entries(EXAMPLE_PLANS).map(([name, plan]) => ({ name, plan }));

test.each([...EXAMPLES, ...LONG])('$name does the same over several runs', async (example) => {
  const journey = await world.start(example.name, example.plan);
  const found = await journey.rehearse();
  const { trace } = runJourney({ ...example.plan, momentMs: 1 });
  expect(whatItDid(found)).toEqual(whatItDid(trace));
});

test('a long history is cut into runs, with messages of a later step carried along', async () => {
  const plan = EXAMPLE_PLANS['message-for-a-later-step'] as ScriptedPlan;
  const noise = Array.from({ length: 6 }, (_, i) => ({
    arrivesAt: plan.startAt + (i + 30) * 3_600_000,
    message: { type: 'satisfied', seq: 2 + i, step: 'elsewhere', arm: 'a', at: 0 } as const,
  }));
  const journey = await world.start('carried', { ...plan, messages: [...plan.messages, ...noise] });
  const found = await journey.rehearse();
  expect((await journey.histories()).length).toBeGreaterThan(1);
  const acts = found.flatMap((entry) => (entry.type === 'acted' ? entry.command.id : []));
  expect(acts).toEqual(['welcome/1', 'congrats/1', '$end/1']);
});

/** Sleeps are begun anew by each run; which acts came to what, in which order, must not change. */
function whatItDid(trace: readonly TraceEntry[]): readonly unknown[] {
  return trace
    .filter(({ type }) => type === 'acted' || type === 'ended')
    .map((entry) => ({ ...entry, at: Math.floor(entry.at / 10_000) }));
}

/**
 * `npm run conformance -- --plans 500 --seed 1`: compares both drivers on as many random plans as
 * wanted, starting at a seed, and names the seed of each difference. Ends with 1 if there is one.
 */
import { parseArgs } from 'node:util';
import { randomEditedPlan } from '../core/journey/random-edit.ts';
import { randomPausedPlan, randomPlan } from '../core/journey/random-plan.ts';
import { openJourneyWorld } from './journey-world.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { bundleWorkflows, startOwnServer } from './own-server.ts';
import { compareDrivers } from './same-trace.ts';

const { values } = parseArgs({
  options: {
    plans: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
  },
});
const plans = Number(values.plans);
const firstSeed = Number(values.seed);

/** Undisturbed, with pauses, with pauses and an edit. */
const kinds = [randomPlan, randomPausedPlan, randomEditedPlan] as const;

quietRuntime();
const workflowBundle = await bundleWorkflows();
const server = await startOwnServer();
const world = await openJourneyWorld({ ...server, workflowBundle });
const startedAt = performance.now();
const tally = { entries: 0, repeats: 0, different: 0 };
try {
  for (let seed = firstSeed; seed < firstSeed + plans; seed += 1) {
    const sendVia = seed % 2 === 0 ? 'queue' : 'local';
    const planOf = kinds[seed % kinds.length] ?? randomPlan;
    const compared = await compareDrivers(world, planOf(seed), { sendVia });
    const { found, expected, isSame, repeats } = compared;
    tally.entries += found.length;
    tally.repeats += repeats;
    if (isSame) continue;
    tally.different += 1;
    const at = expected.findIndex((entry, i) => JSON.stringify(entry) !== JSON.stringify(found[i]));
    console.error(`Seed ${seed} (${sendVia}) differs at entry ${at}:`);
    console.error('  simulator', JSON.stringify(expected[at]));
    console.error('  workflow ', JSON.stringify(found[at]));
  }
} finally {
  await world.stop();
  await server.stop();
}
const seconds = Math.round((performance.now() - startedAt) / 1_000);
console.log(
  `${plans} plans from seed ${firstSeed}: ${tally.entries} trace entries, ${tally.different} plans differ, ` +
    `${tally.repeats} runs repeated because the machine was late, ${seconds} s`,
);
process.exitCode = tally.different === 0 ? 0 : 1;

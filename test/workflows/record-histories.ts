/**
 * `node --import tsx test/workflows/record-histories.ts`: runs the example journeys and writes those
 * histories that are not yet in `histories/`. What is there stays: old histories are the ones that
 * prove that journeys in flight survive a change of the code.
 */
import { access, mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { EXAMPLE_PLANS } from './example-plans.ts';
import { liveHandoffs } from './handoff-recording.ts';
import { toJson } from './history-json.ts';
import { openJourneyWorld } from './journey-world.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { bundleWorkflows, startOwnServer } from './own-server.ts';

const folder = fileURLToPath(new URL('./histories/', import.meta.url));
await mkdir(folder, { recursive: true });
quietRuntime();
const workflowBundle = await bundleWorkflows();
const BOTH = ['local', 'queue'] as const;
await record({}, Object.keys(EXAMPLE_PLANS), BOTH, '');
await record(
  { 'limit.historyCount.suggestContinueAsNew': 12 },
  ['six-sends'],
  ['local'],
  'continued-',
);

await recordHandoffs();

async function recordHandoffs(): Promise<void> {
  const server = await startOwnServer();
  try {
    for (const [name, history] of await liveHandoffs({ ...server, workflowBundle })) {
      await writeOnce(`${folder}${name}.json`, toJson(history));
    }
  } finally {
    await server.stop();
  }
}

/** Local and queued sends leave different events, so each journey is recorded both ways. */
async function record(
  dynamicConfig: Readonly<Record<string, number>>,
  names: readonly string[],
  ways: readonly ('local' | 'queue')[],
  prefix: string,
): Promise<void> {
  const server = await startOwnServer(dynamicConfig);
  const world = await openJourneyWorld({ ...server, workflowBundle });
  try {
    for (const name of names) {
      for (const sendVia of ways) {
        const plan = EXAMPLE_PLANS[name];
        if (plan === undefined) throw new Error(`There is no example plan "${name}"`);
        const journey = await world.start(`${name}-${sendVia}`, plan, { sendVia });
        await journey.rehearse();
        for (const [run, history] of (await journey.histories()).entries()) {
          const file = `${folder}${prefix}${name}-${sendVia}-${run + 1}.json`;
          await writeOnce(file, toJson(history));
        }
      }
    }
  } finally {
    await world.stop();
    await server.stop();
  }
}

async function writeOnce(file: string, json: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await writeFile(file, await format(json, { parser: 'json', printWidth: 100 }));
  console.log(`recorded ${file}`);
}

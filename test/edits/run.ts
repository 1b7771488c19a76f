/**
 * `npm run edits -- --journeys 2000`: the story of the fleet at any size, on servers of its own, with every
 * word that people would read. Ends with 1 when an email went twice, or a lead is not where it should be.
 */
import { parseArgs } from 'node:util';
import { openCluster } from '../faults/support/cluster.ts';
import { openGround } from '../faults/support/ground.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { playFleet } from './fleet.ts';
import { prove, type Proof } from './proof.ts';
import { fleetWorkspace } from './workspace.ts';

const { values } = parseArgs({
  options: {
    journeys: { type: 'string', default: '2000' },
    // Long enough for all that is done to the leads meanwhile, entering included.
    rest: { type: 'string', default: '600' },
    wake: { type: 'string', default: '60' },
  },
});
const [n, rest, wakeSeconds] = [values.journeys, values.rest, values.wake].map(Number) as [
  number,
  number,
  number,
];

quietRuntime();
const startedAt = performance.now();
const ground = await openGround();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The processes of a cluster end with this one; the servers below them are told.
  process.once(signal, () => void ground.close().finally(() => process.exit(130)));
}
const holds = await play().finally(() => ground.close());
const seconds = Math.round((performance.now() - startedAt) / 1_000);
console.log(`\n${holds ? 'Proven' : 'NOT proven'} in ${seconds} s.`);
process.exit(holds ? 0 : 1);

async function play(): Promise<boolean> {
  const rests = { beforeSeconds: rest, afterSeconds: rest + 30, lastSeconds: 30 };
  const workspace = await fleetWorkspace(rests);
  const databaseUrl = await ground.createDatabase();
  const cluster = await openCluster({
    ...{ databaseUrl, temporalAddress: ground.temporal.address, bundle: ground.bundle },
    ...{ apis: 1, workers: 1, workspaceDir: workspace.dir },
    // As in production: two thousand at once keep two cores busy.
    env: { WORKFLOW_TASK_TIMEOUT_MS: '10000' },
  });
  try {
    await cluster.startAll();
    const story = await playFleet({
      ...{ cluster, databaseUrl, workspaceDir: workspace.dir, n, wakeSeconds },
      writeEdited: () => workspace.writeEdited(),
      say: (text) => console.log(text),
    });
    const proof = await prove(cluster);
    console.log(`\n${JSON.stringify({ ...story, ...inShort(proof) }, null, 2)}`);
    return isProven(proof);
  } finally {
    await cluster.close();
    await workspace.remove();
  }
}

function isProven({ leads, twiceByCommand, twiceByLead, unlike, lanes, ...ends }: Proof): boolean {
  const lane = (name: string) => lanes.find((one) => one.lane === name)?.leads ?? 0;
  return (
    leads === n &&
    twiceByCommand.length + twiceByLead.length + unlike.length === 0 &&
    ends.completed === lane('a') + lane('b') &&
    ends.blocked === lane('c')
  );
}

/** What is as it should be is a number, what is not is named. */
function inShort(proof: Proof): object {
  const { twiceByCommand, twiceByLead, unlike, ...figures } = proof;
  return {
    ...figures,
    'mails twice by command': twiceByCommand.length,
    'mails twice by lead': twiceByLead.length,
    'leads whose mails are not those of their lane': unlike.length,
    examples: [...twiceByCommand, ...twiceByLead, ...unlike].slice(0, 10),
  };
}

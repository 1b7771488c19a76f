/**
 * `npm run faults -- --row F1 --n 1000 --seed 1` plays one row of the fault matrix at any size, and
 * `npm run kills -- --journeys 200` kills the worker, the API and the Temporal server at random moments
 * under running journeys. Both print a Markdown table and end with 1 when an invariant does not hold.
 */
import { parseArgs } from 'node:util';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { apiKill } from './rows/api-kill.ts';
import { killPart, randomKill } from './rows/random-kill.ts';
import { repeatedEvents } from './rows/repeats.ts';
import { markdown, playRows, type Row, type RowLine } from './rows/row.ts';
import { pauseRace } from './rows/pause-race.ts';
import { refusalClasses } from './rows/refusal-classes.ts';
import { relayAway, slowRelay } from './rows/relay.ts';
import { lostAnswers, smtpOutage } from './rows/smtp.ts';
import { unsubscribeRace } from './rows/unsubscribe.ts';
import { workerKill, workerStop } from './rows/worker-kill.ts';
import { openCluster } from './support/cluster.ts';
import { openGround, type Ground } from './support/ground.ts';

const rows: readonly Row[] = [
  ...[workerKill, workerStop, apiKill, relayAway, smtpOutage, refusalClasses, slowRelay],
  ...[lostAnswers, unsubscribeRace, pauseRace, repeatedEvents],
];
const downMs = 1_000;
/** After the last fault: what had backed off comes back within two minutes. */
const restWithinMs = 300_000;

interface Asked {
  readonly rows: readonly Row[];
  readonly n: number;
  readonly seed: number;
}

function killRows(ground: Ground, kills: number): readonly Row[] {
  const common = { kills, everyMs: 5_000 };
  return [
    randomKill({
      ...{ ...common, id: 'worker', title: 'kill -9 at random', sends: true },
      killAndRevive: killPart('workers', downMs),
    }),
    randomKill({
      ...{ ...common, id: 'api', title: 'kill -9 at random', sends: false },
      killAndRevive: killPart('apis', downMs),
    }),
    randomKill({
      ...{ ...common, id: 'temporal', title: 'server kill -9 at random', sends: false },
      async killAndRevive(_cluster, onDead) {
        process.kill(ground.temporal.pid, 'SIGKILL');
        await ground.temporal.ended;
        await onDead();
        await new Promise((resolve) => setTimeout(resolve, downMs));
        await ground.restartTemporal();
      },
    }),
  ];
}

function asked(ground: Ground): Asked {
  const { values } = parseArgs({
    options: {
      row: { type: 'string', multiple: true, default: [] },
      n: { type: 'string', default: '1000' },
      kills: { type: 'string', default: '4' },
      journeys: { type: 'string' },
      part: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: '1' },
    },
  });
  const seed = Number(values.seed);
  if (values.journeys !== undefined) {
    const all = killRows(ground, Number(values.kills));
    const wanted = all.filter(({ id }) => values.part.length === 0 || values.part.includes(id));
    return { rows: wanted, n: Number(values.journeys), seed };
  }
  const known = rows.map(({ id }) => id).join(', ');
  const wanted = values.row.length === 0 ? rows.map(({ id }) => id) : values.row;
  const found = wanted.map((id) => {
    const row = rows.find((one) => one.id === id);
    if (row === undefined) throw new Error(`there is no row ${id}; there are ${known}`);
    return row;
  });
  return { rows: found, n: Number(values.n), seed };
}

async function playAlone(ground: Ground, row: Row, options: Omit<Asked, 'rows'>) {
  const cluster = await openCluster({
    ...{ databaseUrl: await ground.createDatabase(), temporalAddress: ground.temporal.address },
    ...{ bundle: ground.bundle, apis: row.apis, workers: row.workers },
    ...(row.env === undefined ? {} : { env: row.env }),
  });
  try {
    await cluster.startAll();
    return await playRows(cluster, [{ row, options }], { restWithinMs });
  } finally {
    await cluster.close();
  }
}

quietRuntime();
const ground = await openGround();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The processes of a cluster end with this one; the servers below them are told.
  process.once(signal, () => void ground.close().finally(() => process.exit(130)));
}
const lines: RowLine[] = [];
let violated = 0;
try {
  const { rows: wanted, ...options } = asked(ground);
  for (const row of wanted) {
    const { lines: own, violations } = await playAlone(ground, row, options);
    lines.push(...own);
    violated += violations.length;
    for (const { invariant, what } of violations) console.error(`${row.id}: ${invariant}: ${what}`);
    console.error(`${row.id} played with seed ${options.seed}: ${violations.length} violations`);
  }
} finally {
  await ground.close();
}
console.log(markdown(lines));
process.exit(violated === 0 ? 0 : 1);

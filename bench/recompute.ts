/**
 * `npm run bench:recompute`: all scores and stages anew after a change of the rules, as
 * `perennial recompute` does it: leads per second, SQL statements, and the memory of the process along
 * the way. The data is made by Postgres; a first recompute, also timed, brings the leads under the
 * shipped rules; then the points of every scoring rule change, and that is measured.
 *
 * Options: --leads=5000 --events=50000 --page=1000
 */
import { join } from 'node:path';
import { openRunDirectory } from '../test/support/run-directory.ts';
import { freshId } from '../ingest/fresh-id.ts';
import { recomputeAll } from '../ingest/recompute-all.ts';
import { compileTemplate } from '../mail/templates/compile.ts';
import { startPostgres } from '../runtime/embedded/postgres.ts';
import { createReleaseLibrary } from '../runtime/releases.ts';
import { createStore, type Store } from '../store/client.ts';
import { migrate } from '../store/migrate.ts';
import { askForRecompute, listRecomputes } from '../store/recomputes.ts';
import { latestRelease, saveRelease } from '../store/releases.ts';
import { publishWorkspace } from '../workspace/publish.ts';
import { readWorkspace } from '../workspace/read-workspace.ts';
import { cpuMs, familyCpuMs } from './cpu.ts';
import { option, print, round, table } from './figures.ts';
import { createCrowd } from './many-leads.ts';

const leads = option('leads', 5_000);
const events = option('events', leads * 10);
const leadsAtOnce = option('page', 1_000);

const run = await openRunDirectory();
try {
  const postgres = await startPostgres({ dataDir: join(run.path, 'postgres') });
  await run.owns(postgres);
  await migrate({ databaseUrl: postgres.url });
  let statements = 0;
  const store = createStore({
    databaseUrl: postgres.url,
    poolSize: 4,
    onStatement: () => (statements += 1),
  });
  try {
    await measure(store, { statements: () => statements, postgres: postgres.pid });
  } finally {
    await store.close();
  }
} finally {
  await run.close();
}
process.exit();

interface Meters {
  readonly statements: () => number;
  readonly postgres: number;
}

async function measure(store: Store, meters: Meters): Promise<void> {
  const releaseId = await publish(store, 0);
  const startedAt = performance.now();
  await createCrowd(store, { leads, events, releaseId, now: Date.now() });
  const made = round((performance.now() - startedAt) / 1_000);
  await askForRecompute(store, {
    ...{ id: freshId(), releaseId, reason: 'The first time', by: 'bench', at: Date.now() },
  });
  const first = await timed(store, meters);
  await publish(store, 1);
  const second = await timed(store, meters);
  print(
    `Recompute of ${leads.toLocaleString('en-US')} leads with ${events.toLocaleString('en-US')} events`,
    `Data made in ${made} s. Pages of ${leadsAtOnce} leads, two at a time; nobody else writes.`,
    table(
      [
        '',
        'seconds',
        'leads/s',
        'statements',
        'changed',
        'moved',
        'CPU s here',
        'CPU s in Postgres',
        'RSS in MB at 25, 50, 75, 100 %',
      ],
      [
        ['first time under these rules', ...first],
        ['after a change of every rule', ...second],
      ],
    ),
  );
}

async function timed(store: Store, { statements, postgres }: Meters): Promise<readonly string[]> {
  const releases = createReleaseLibrary(store, () => Date.now());
  const memory: number[] = [];
  const before = statements();
  const cpuBefore = [cpuMs(process.pid), familyCpuMs(postgres)] as const;
  const startedAt = performance.now();
  await recomputeAll({
    ...{ store, releases, leadsAtOnce, now: () => Date.now() },
    onPage: (done) => {
      if (done >= (leads * (memory.length + 1)) / 4) memory.push(process.memoryUsage.rss());
    },
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = [cpuMs(process.pid) - cpuBefore[0], familyCpuMs(postgres) - cpuBefore[1]];
  const [result] = await listRecomputes(store, { limit: 1 });
  if (result?.done !== leads || result.finishedAt === null) {
    throw new Error(`expected ${leads} leads done, found ${JSON.stringify(result)}`);
  }
  const moved = Object.values(result.moves).reduce((sum, count) => sum + count, 0);
  return [
    ...[round(seconds), round(leads / seconds, 0), String(statements() - before)],
    ...[String(result.changed), String(moved), ...cpu.map((ms) => round(ms / 1_000))],
    memory.map((bytes) => round(bytes / 2 ** 20, 0)).join(', '),
  ];
}

/** Each point of each rule is `more` higher: nearly every score changes. */
async function publish(store: Store, more: number): Promise<string> {
  const files = await readWorkspace(join(import.meta.dirname, '..'));
  const result = await publishWorkspace({
    store: {
      latestRelease: () => latestRelease(store),
      saveRelease: (parts, meta) => saveRelease(store, parts, meta),
    },
    files: files.map((file) =>
      file.path.endsWith('rules/scoring.json')
        ? {
            ...file,
            text: file.text.replaceAll(
              /"points": (-?\d+)/g,
              (_all, points: string) => `"points": ${Number(points) + more}`,
            ),
          }
        : file,
    ),
    ...{ author: 'bench', message: `${more} more points`, newId: freshId, now: () => Date.now() },
    compileTemplate,
  });
  if (result.type === 'refused') throw new Error(JSON.stringify(result.problems.slice(0, 3)));
  return result.releaseId;
}

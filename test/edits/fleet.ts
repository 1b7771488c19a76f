/**
 * A fleet of leads in flight while their journey is edited, taken back half-way and edited again, with the
 * worker killed in between: real processes, real time, the real command. The same story is played small in
 * `npm test` and large by `npm run edits`.
 *
 * The witnesses are the mailbox and the rows at the end; `proof.ts` judges them.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Cluster } from '../faults/support/cluster.ts';
import { forEachOf } from '../faults/support/driver.ts';
import { until } from '../support/until.ts';

export interface Fleet {
  readonly cluster: Cluster;
  readonly databaseUrl: string;
  readonly workspaceDir: string;
  writeEdited(): Promise<void>;
  readonly n: number;
  /** All marked runs are woken within this time, at an even pace. */
  readonly wakeSeconds: number;
  readonly say: (text: string) => void;
}
export interface Story {
  /** Runs that had moved when the worker was killed, and when the edit was taken back. */
  readonly movedAtKill: number;
  readonly movedAtRollback: number;
}

const patience = { timeoutMs: 1_200_000, everyMs: 50 };

export async function playFleet(fleet: Fleet): Promise<Story> {
  const { say, n } = fleet;
  await enterAll(fleet);
  say(`${n} leads are in flight; each has got its first email.`);
  await fleet.writeEdited();
  await perennial(fleet, 'publish', '--dry-run');
  const pace = String(Math.ceil((n * 3_600) / fleet.wakeSeconds));
  await perennial(fleet, 'publish', '-m', 'The edit', '--now', '--per-hour', pace);
  const movedAtKill = await untilMoved(fleet, Math.ceil(n / 6));
  await killWorker(fleet, movedAtKill);
  const movedAtRollback = await untilMoved(fleet, Math.ceil(n / 3));
  say(`${movedAtRollback} have moved.`);
  await perennial(fleet, 'rollback', '-m', 'Second thoughts', '--now', '--per-hour', pace);
  await untilSettled(fleet);
  await perennial(fleet, 'releases');
  await perennial(fleet, 'publish', '-m', 'The edit after all', '--now', '--per-hour', pace);
  await untilSettled(fleet);
  await perennial(fleet, 'releases', '--limit', '1');
  say('Everybody who can move has moved. Now the journey runs to its end.');
  await untilAtRest(fleet);
  return { movedAtKill, movedAtRollback };
}

async function enterAll({ cluster, n }: Fleet): Promise<void> {
  const addresses = Array.from({ length: n }, (_, at) => `lead${at}@lead.example`);
  await forEachOf(addresses, 16, (address) => cluster.driver.track('Trial Started', address));
  const isRested = async () =>
    (await number(cluster, `SELECT count(*) FROM decision WHERE kind = 'split'`)) === n;
  await until(isRested, { what: 'every lead to rest in its lane', ...patience });
}

/** Its own process, as people run it. */
async function perennial(fleet: Fleet, ...args: readonly string[]): Promise<void> {
  const { databaseUrl, workspaceDir, say, cluster } = fleet;
  say(`\n$ npx perennial ${args.map((arg) => (arg.includes(' ') ? `"${arg}"` : arg)).join(' ')}`);
  const command = new URL('../../cli/perennial.js', import.meta.url).pathname;
  const env = {
    ...{ PATH: process.env['PATH'], HOME: process.env['HOME'], USER: 'maria' },
    ...{ DATABASE_URL: databaseUrl, PERENNIAL_HOME: join(cluster.dir, 'no-home') },
  };
  const out = await new Promise<string>((done, fail) => {
    execFile(
      process.execPath,
      [command, ...args],
      { cwd: workspaceDir, env },
      (error, text, err) =>
        error === null ? done(text) : fail(new Error(`${args.join(' ')}: ${err}${text}`)),
    );
  });
  say(out.trimEnd());
}

async function untilMoved({ cluster }: Fleet, many: number): Promise<number> {
  const moved = async () => {
    const { moved: count } = await counts(cluster);
    return count >= many && count;
  };
  return until(moved, { what: `${many} runs to move`, ...patience });
}

/** No run is marked any more. */
async function untilSettled({ cluster }: Fleet): Promise<void> {
  const isSettled = async () => (await counts(cluster)).marked === 0;
  await until(isSettled, { what: 'every marked run to move or be blocked', ...patience });
}

/** The lanes that go on have ended; those that are blocked rest for a month. */
async function untilAtRest({ cluster }: Fleet): Promise<void> {
  const open = `SELECT count(*) FROM enrolment WHERE status = 'open' AND blocked IS NULL`;
  const isOver = async () => (await number(cluster, open)) === 0;
  await until(isOver, { what: 'every run that is not blocked to end', ...patience });
}

async function killWorker({ cluster, say }: Fleet, moved: number): Promise<void> {
  const [worker] = cluster.workers;
  if (worker === undefined) throw new Error('there is no worker to kill');
  await worker.kill();
  say(`\nkill -9 of the worker; ${moved} have moved.`);
  await worker.start();
  say('The worker is started again.');
}

interface Counts {
  readonly marked: number;
  readonly moved: number;
}

async function counts({ sql }: Cluster): Promise<Counts> {
  const { rows } = await sql.query<Counts>(
    `SELECT count(*) FILTER (WHERE target_plan IS NOT NULL)::int AS marked,
       count(moved_by)::int AS moved
     FROM enrolment WHERE status = 'open'`,
  );
  return rows[0] ?? { marked: 0, moved: 0 };
}

async function number({ sql }: Cluster, text: string): Promise<number> {
  const { rows } = await sql.query<{ readonly count: string }>(text);
  return Number(rows[0]?.count ?? 0);
}

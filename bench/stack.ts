/**
 * The embedded parts of `npm start` on a temporary directory, one by one, so that a benchmark can see
 * the process of each: Postgres and Temporal with the settings of `npm start`, the product's own `api`
 * and `worker` as child processes. Everything started here ends with `close`, also after a failure.
 *
 * It measures nothing, and it must never use settings that a user would not get.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../test/support/until.ts';
import { openRunDirectory } from '../test/support/run-directory.ts';
import { runChild } from '../runtime/children.ts';
import { readConfig, type Config } from '../runtime/config.ts';
import { freePort } from '../runtime/embedded/ports.ts';
import { startPostgres } from '../runtime/embedded/postgres.ts';
import { findTemporalBinary } from '../runtime/embedded/temporal-binary.ts';
import { startTemporalServer } from '../runtime/embedded/temporal-server.ts';
import { prepare } from '../runtime/prepare.ts';
import { createProgress } from '../runtime/progress.ts';

export interface Stack {
  readonly dir: string;
  readonly pids: { readonly postgres: number; readonly temporal: number };
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  /** Settings of the children; `readConfig` reads the same ones for use in this process. */
  readonly env: NodeJS.ProcessEnv;
  readonly config: Config;
  /** Returns the child's pid. `ready` is asked until it is true. */
  startChild(name: string, script: string, ready: () => Promise<boolean>): Promise<number>;
  startWorker(): Promise<number>;
  startApi(): Promise<number>;
}

export interface StackOptions {
  /** Whoever benchmarks takes the mail. */
  readonly smtpUrl: string;
  /** A folder with journeys, rules and templates; the shipped one when left out. */
  readonly workspace?: string;
  readonly temporal?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
}

type Stops = (() => Promise<void>)[];

/** Runs the benchmark with a stack of its own and takes it down, whatever happens. */
export async function withStack(
  open: (dir: string) => Promise<StackOptions>,
  measure: (stack: Stack) => Promise<void>,
): Promise<void> {
  const run = await openRunDirectory();
  const stops: Stops = [];
  const close = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await run.close();
  };
  const cut = (): void => void close().finally(() => process.exit(130));
  process.once('SIGINT', cut);
  process.once('SIGTERM', cut);
  try {
    await measure(await startStack(run, await open(run.path), stops));
  } finally {
    await close();
  }
}

async function startStack(
  run: Awaited<ReturnType<typeof openRunDirectory>>,
  options: StackOptions,
  stops: Stops,
): Promise<Stack> {
  const home = join(run.path, 'home');
  const postgres = await startPostgres({ dataDir: join(run.path, 'postgres') });
  await run.owns(postgres);
  const binary = await findTemporalBinary({
    onProgress: (text) => process.stderr.write(`${text}\n`),
  });
  const temporal = await startTemporalServer({
    binary: binary.path,
    namespace: 'default',
    dbFilename: join(run.path, 'temporal.db'),
    ui: false,
    ...(options.temporal === undefined ? {} : { dynamicConfig: options.temporal }),
  });
  await run.owns(temporal);
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    PERENNIAL_HOME: home,
    ...(options.workspace === undefined ? {} : { PERENNIAL_WORKSPACE: options.workspace }),
    PERENNIAL_API_KEY: randomBytes(12).toString('hex'),
    PERENNIAL_SECRET: randomBytes(24).toString('hex'),
    PERENNIAL_DEMO: 'off',
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporal.address,
    SMTP_URL: options.smtpUrl,
    LOG_LEVEL: 'warn',
    ...options.env,
  };
  const config = readConfig(env);
  await prepare(
    config,
    createProgress(process.stderr, () => Date.now()),
  );
  return stackOf(run.path, env, config, stops, {
    pids: { postgres: postgres.pid, temporal: temporal.pid },
    temporalAddress: temporal.address,
    databaseUrl: postgres.url,
  });
}

function stackOf(
  dir: string,
  env: NodeJS.ProcessEnv,
  config: Config,
  stops: Stops,
  servers: Pick<Stack, 'pids' | 'temporalAddress' | 'databaseUrl'>,
): Stack {
  const startChild: Stack['startChild'] = async (name, script, ready) => {
    const logFile = join(dir, `${name}.log`);
    let pid = 0;
    const died = new Promise<never>((_resolve, reject) => {
      const child = runChild({
        ...{ name, script, env, logFile },
        onStart: (started) => (pid = started),
        onDeath: (how) => {
          process.stderr.write(`${name} ended (${how}): ${lastOf(logFile)}\n`);
          reject(new Error(`${name} ended while it started`));
        },
      });
      stops.push(() => child.stop());
    });
    const what = `${name} to be ready`;
    await Promise.race([died, until(ready, { what, timeoutMs: 60_000, everyMs: 50 })]);
    died.catch(() => undefined);
    return pid;
  };
  return {
    ...{ dir, env, config, startChild },
    ...servers,
    startWorker: () =>
      startChild('worker', join(import.meta.dirname, '../runtime/worker.ts'), async () => {
        const beat = await readFile(join(config.home, 'worker.alive'), 'utf8').catch(() => '');
        return beat !== '';
      }),
    startApi: () =>
      startChild('api', join(import.meta.dirname, '../runtime/api.ts'), async () => {
        const answer = await fetch(`${config.publicUrl}/health/ready`).catch(() => undefined);
        return answer?.ok === true;
      }),
  };
}

function lastOf(logFile: string): string {
  return readFileSync(logFile, 'utf8').slice(-2_000);
}

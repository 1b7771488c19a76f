/**
 * The product as it runs in production, small: any number of api and worker processes on one
 * Postgres, one Temporal namespace of their own and one SMTP server, and the witnesses around them.
 * Everything it starts, `close` ends.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import pg from 'pg';
import { newId } from '../../../core/decision/ids.ts';
import { compileTemplate } from '../../../mail/templates/compile.ts';
import { freePort } from '../../../runtime/embedded/ports.ts';
import { createStore } from '../../../store/client.ts';
import { latestRelease, saveRelease } from '../../../store/releases.ts';
import { publishWorkspace } from '../../../workspace/publish.ts';
import { readWorkspace } from '../../../workspace/read-workspace.ts';
import { until } from '../../support/until.ts';
import { createDriver, type Driver } from './driver.ts';
import { createPart, type Part } from './part.ts';
import { openSink, type Sink } from './sink.ts';

export interface ClusterOptions {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  /** Made when it is missing; a random one keeps clusters on one server apart. */
  readonly namespace?: string;
  /** Path of the bundled workflows: bundling anew at each start takes most of a restart. */
  readonly bundle: string;
  readonly apis: number;
  readonly workers: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Without it: the three-email workspace beside these tests. */
  readonly workspaceDir?: string;
}
export interface Cluster {
  readonly apis: readonly Part[];
  readonly workers: readonly Part[];
  readonly apiUrls: readonly string[];
  readonly sink: Sink;
  readonly driver: Driver;
  readonly client: Client;
  readonly sql: pg.Pool;
  readonly bundle: string;
  /** Logs and homes of the processes. */
  readonly dir: string;
  startAll(): Promise<void>;
  close(): Promise<void>;
}

const apiKey = 'key-of-the-fault-tests';
/** Short, so that what a dead process held is taken over within seconds of real time. */
const shortTimes = {
  WORKFLOW_TASK_TIMEOUT_MS: '2000',
  SEND_LEASE_SECONDS: '2',
  LOG_LEVEL: 'warn',
  DATABASE_POOL_SIZE: '6',
};

export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const namespace = options.namespace ?? `faults-${randomBytes(4).toString('hex')}`;
  const dir = await mkdtemp(join(tmpdir(), 'perennial-faults-'));
  const connection = await Connection.connect({ address: options.temporalAddress });
  const client = new Client({ connection, namespace });
  await Promise.all([makeNamespace(client, namespace), publish(options)]);
  const sink = await openSink();
  const ports = await Promise.all(Array.from({ length: options.apis }, () => freePort()));
  const apiUrls = ports.map((port) => `http://127.0.0.1:${port}`);
  const PUBLIC_URL = apiUrls[0] ?? 'http://127.0.0.1:3000';
  const env = { ...environment(options, namespace, sink), PUBLIC_URL, ...options.env };
  const apis = await Promise.all(apiUrls.map((url, n) => api(url, n, dir, env)));
  const names = Array.from({ length: options.workers }, (_, n) => `worker-${n}`);
  const workers = await Promise.all(names.map((name) => worker(name, dir, env)));
  const sql = new pg.Pool({ connectionString: options.databaseUrl, max: 4 });
  // A server that ends connections on purpose is no fault of the harness.
  sql.on('error', () => undefined);
  const parts = [...apis, ...workers];
  return {
    ...{ apis, workers, apiUrls, sink, client, sql, dir, bundle: options.bundle },
    driver: createDriver(apiUrls, apiKey),
    async startAll() {
      await Promise.all(parts.map((part) => part.start()));
    },
    async close() {
      await Promise.all(parts.map((part) => part.kill()));
      await sql.end();
      await sink.stop();
      await connection.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function environment(options: ClusterOptions, namespace: string, sink: Sink) {
  return {
    ...shortTimes,
    NODE_ENV: 'test',
    DATABASE_URL: options.databaseUrl,
    TEMPORAL_ADDRESS: options.temporalAddress,
    TEMPORAL_NAMESPACE: namespace,
    WORKFLOW_BUNDLE: options.bundle,
    SMTP_URL: sink.smtpUrl,
    PERENNIAL_API_KEY: apiKey,
    PERENNIAL_SECRET: 'the signing secret of the fault tests, long enough',
    PERENNIAL_DEMO: 'off',
  };
}

async function api(url: string, n: number, dir: string, env: Record<string, string>) {
  const name = `api-${n}`;
  const home = join(dir, name);
  await mkdir(home);
  return createPart({
    name,
    script: 'runtime/api.ts',
    env: { ...env, PERENNIAL_HOME: home, PORT: new URL(url).port, PUBLIC_URL: url },
    logFile: join(dir, `${name}.log`),
    isReady: async () => (await fetch(`${url}/health/ready`).catch(() => undefined))?.ok === true,
  });
}

async function worker(name: string, dir: string, env: Record<string, string>): Promise<Part> {
  const home = join(dir, name);
  await mkdir(home);
  const isReady = async (startedAt: number): Promise<boolean> =>
    Number(await readFile(join(home, 'worker.alive'), 'utf8').catch(() => '0')) >= startedAt;
  const own = { PERENNIAL_HOME: home };
  const logFile = join(dir, `${name}.log`);
  return createPart({
    name,
    script: 'runtime/worker.ts',
    env: { ...env, ...own },
    logFile,
    isReady,
  });
}

async function makeNamespace(client: Client, namespace: string): Promise<void> {
  const { connection } = client;
  const found = await connection.workflowService.describeNamespace({ namespace }).catch(() => null);
  if (found === null) {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
  }
  // The frontend learns of a new namespace a moment later.
  const isServed = () => client.workflow.count().then(() => true);
  await until(isServed, { what: `the namespace ${namespace}`, timeoutMs: 30_000, everyMs: 100 });
}

async function publish({ databaseUrl, workspaceDir }: ClusterOptions): Promise<void> {
  const store = createStore({ databaseUrl, poolSize: 2 });
  try {
    const result = await publishWorkspace({
      store: {
        latestRelease: () => latestRelease(store),
        saveRelease: (parts, meta) => saveRelease(store, parts, meta),
      },
      files: await readWorkspace(workspaceDir ?? new URL('../workspace', import.meta.url).pathname),
      author: 'fault tests',
      message: 'the workspace of the fault tests',
      newId: () => newId(Date.now(), randomBytes(10)),
      now: () => Date.now(),
      compileTemplate,
    });
    if (result.type === 'refused') {
      throw new Error(`the workspace was refused: ${JSON.stringify(result.problems)}`);
    }
  } finally {
    await store.close();
  }
}

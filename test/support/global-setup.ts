// Starts, once per run and side by side, what integration tests share: Postgres with a migrated
// template database, a Temporal server in memory, and the workflow bundle. Everything lives in
// one temporary directory and is stopped at the end, also after failures; what a killed run left
// behind is cleared by the next one.
import { randomBytes } from 'node:crypto';
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../runtime/embedded/postgres.ts';
import { findTemporalBinary } from '../../runtime/embedded/temporal-binary.ts';
import { startTemporalServer } from '../../runtime/embedded/temporal-server.ts';
import { migrate } from '../../store/migrate.ts';
import { openRunDirectory, type RunDirectory } from './run-directory.ts';
import './provided.ts';

const NAMESPACE = 'perennial-test';
const TEMPLATE = 'perennial_template';

// Skipped time runs at the pace of these: with the defaults each skipped step takes a second.
const TEST_DYNAMIC_CONFIG = {
  'frontend.WorkflowTimeSkippingEnabled': true,
  'history.timerProcessorMaxTimeShift': '10ms',
  'history.timerProcessorMaxPollRPS': 1_000,
  'history.workflowIdReuseMinimalInterval': '0s',
} as const;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = await openRunDirectory();
  const started = await Promise.allSettled([
    preparePostgres(run),
    prepareTemporal(run),
    bundleWorkflows(run),
  ]);
  const failure = started.find((each) => each.status === 'rejected');
  if (failure) {
    await run.close();
    throw failure.reason;
  }
  const [postgres, temporal, bundle] = started;
  if (postgres.status === 'fulfilled') project.provide('postgres', postgres.value);
  if (temporal.status === 'fulfilled') project.provide('temporal', temporal.value);
  if (bundle.status === 'fulfilled') project.provide('workflowBundle', bundle.value);
  return () => run.close();
}

async function preparePostgres(run: RunDirectory) {
  const server = await startPostgres({
    dataDir: path.join(run.path, 'postgres'),
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '200',
    },
  });
  await run.owns(server);
  const adminUrl = server.url.replace(/[^/]*$/, 'postgres');
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  await admin.end();
  await migrate({ databaseUrl: adminUrl.replace(/[^/]*$/, TEMPLATE) });
  return { adminUrl, template: TEMPLATE };
}

async function prepareTemporal(run: RunDirectory) {
  const binary = await findTemporalBinary({ onProgress: (text) => console.log(text) });
  const server = await startTemporalServer({
    binary: binary.path,
    namespace: NAMESPACE,
    ui: false,
    dynamicConfig: TEST_DYNAMIC_CONFIG,
    logFile: path.join(run.path, 'temporal.log'),
  });
  await run.owns(server);
  return { address: server.address, namespace: NAMESPACE };
}

async function bundleWorkflows(run: RunDirectory): Promise<{ codePath: string } | null> {
  const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
  const isThere = await access(workflowsPath).then(
    () => true,
    () => false,
  );
  if (!isThere) return null;
  const logger = new DefaultLogger('ERROR');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  const codePath = path.join(run.path, `workflows-${randomBytes(4).toString('hex')}.js`);
  await writeFile(codePath, code);
  return { codePath };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isRunning } from '../../../runtime/embedded/processes.ts';
import { findTemporalBinary } from '../../../runtime/embedded/temporal-binary.ts';
import {
  startTemporalServer,
  type TemporalServer,
  type TemporalServerOptions,
} from '../../../runtime/embedded/temporal-server.ts';
import { until } from '../../support/until.ts';

const binary = (await findTemporalBinary({ onProgress: (text) => console.log(text) })).path;
const namespace = 'embedded-test';
let home: string;
let dbFilename: string;
const started: TemporalServer[] = [];

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'perennial-embedded-'));
  dbFilename = path.join(home, 'temporal.db');
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop()));
  await rm(home, { recursive: true, force: true });
});

async function start(options: Partial<TemporalServerOptions> = {}): Promise<TemporalServer> {
  const server = await startTemporalServer({ binary, namespace, ui: false, ...options });
  started.push(server);
  return server;
}

async function withClient<T>(server: TemporalServer, work: (client: Client) => Promise<T>) {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await work(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}

const startJourney = (server: TemporalServer) =>
  withClient(server, (client) =>
    client.workflow.start('sleeper', { workflowId: 'journey/1', taskQueue: 'nobody-polls' }),
  );

const journeyStatus = (server: TemporalServer) =>
  withClient(server, async (client) => {
    const { status } = await client.workflow.getHandle('journey/1').describe();
    return status.name;
  });

test('stops on request and a second start continues with the journeys of the first', async () => {
  const first = await start({ dbFilename });
  await startJourney(first);
  await first.stop();
  expect(isRunning(first.pid)).toBe(false);
  expect(await journeyStatus(await start({ dbFilename }))).toBe('RUNNING');
});

test('a journey whose start was answered survives a kill -9 of the server', async () => {
  const first = await start({ dbFilename });
  await startJourney(first);
  process.kill(first.pid, 'SIGKILL');
  await first.ended;
  expect(await journeyStatus(await start({ dbFilename }))).toBe('RUNNING');
});

// The members it had announced before the kill were asked first, for three quarters of a minute.
test('a server started after a kill -9 hands out work at once', async () => {
  const first = await start({ dbFilename });
  await startJourney(first);
  process.kill(first.pid, 'SIGKILL');
  await first.ended;
  const answer = await withClient(await start({ dbFilename }), (client) =>
    client.withDeadline(Date.now() + 10_000, () =>
      client.workflowService.pollWorkflowTaskQueue({
        namespace,
        taskQueue: { name: 'nobody-polls' },
        identity: 'somebody',
      }),
    ),
  );
  expect(answer.workflowExecution?.workflowId).toBe('journey/1');
});

test('a server orphaned by a killed start is ended before the next one opens its file', async () => {
  const orphan = await start({ dbFilename });
  await startJourney(orphan);
  const next = await start({ dbFilename });
  expect(isRunning(orphan.pid)).toBe(false);
  expect(await journeyStatus(next)).toBe('RUNNING');
});

test('closed journeys are kept as long as asked for', async () => {
  const server = await start({ retentionDays: 30 });
  const retention = await withClient(server, async (client) => {
    const answer = await client.workflowService.describeNamespace({ namespace });
    return answer.config?.workflowExecutionRetentionTtl?.seconds?.toNumber();
  });
  expect(retention).toBe(30 * 24 * 60 * 60);
});

test('the web UI answers at the address it is said to have', async () => {
  const server = await start({ ui: {} });
  const page = await until(() => fetch(server.uiUrl ?? ''), { what: 'the web UI' });
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<html');
});

test('time skipping can be switched on', async () => {
  const server = await start({
    dynamicConfig: { 'frontend.WorkflowTimeSkippingEnabled': true },
  });
  const seen = await withClient(server, async (client) => {
    const handle = await client.workflow.start('sleeper', {
      workflowId: 'journey/1',
      taskQueue: 'nobody-polls',
    });
    const answer = await client.workflowService.updateWorkflowExecutionOptions({
      namespace,
      workflowExecution: { workflowId: handle.workflowId },
      workflowExecutionOptions: { timeSkippingConfig: { enabled: true } },
      updateMask: { paths: ['time_skipping_config'] },
    });
    return answer.workflowExecutionOptions?.timeSkippingConfig?.enabled;
  });
  expect(seen).toBe(true);
});

test('a program that is no Temporal server is reported with its name', async () => {
  const missing = start({ binary: path.join(home, 'missing') });
  await expect(missing).rejects.toThrow(`The Temporal server ${path.join(home, 'missing')} could`);
  await expect(start({ binary: 'false' })).rejects.toThrow('ended while it started (code 1)');
});

test('a taken port is named in one sentence', async () => {
  const server = await start();
  const port = Number(server.address.split(':')[1]);
  await expect(start({ port })).rejects.toThrow(
    `Port ${port} for Temporal is taken by another program: free it or set TEMPORAL_PORT.`,
  );
});

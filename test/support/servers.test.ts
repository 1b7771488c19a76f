// The shared servers of a run, used the way every integration test uses them.
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, useTestDatabase, type TestDatabase } from './postgres.ts';
import { createQueueSuffix, useTemporal } from './temporal.ts';

const workflows = fileURLToPath(new URL('./echo-workflow.ts', import.meta.url));
const database = useTestDatabase();
const temporal = useTemporal();
let other: TestDatabase;

beforeAll(async () => {
  other = await createTestDatabase();
});
afterAll(() => other.drop());

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('a test database holds the migrated schema and no rows', async () => {
  expect(await query(database.url, 'SELECT count(*)::int AS n FROM lead')).toEqual([{ n: 0 }]);
});

test('what one file writes another does not see', async () => {
  await query(database.url, 'CREATE TABLE mark (id int)');
  const found = `SELECT to_regclass('mark')::text AS mark`;
  expect(await query(database.url, found)).toEqual([{ mark: 'mark' }]);
  expect(await query(other.url, found)).toEqual([{ mark: null }]);
});

test('a worker of this file is given the tasks of its own queue', async () => {
  const taskQueue = `servers-test${createQueueSuffix()}`;
  const worker = await Worker.create({
    connection: temporal.connection,
    namespace: temporal.namespace,
    taskQueue,
    activities: {},
    workflowsPath: workflows,
  });
  const result: unknown = await worker.runUntil(
    temporal.client.workflow.execute('echo', {
      taskQueue,
      workflowId: taskQueue,
      args: ['hello'],
      workflowExecutionTimeout: '10 seconds',
    }),
  );
  expect(result).toBe('hello');
});

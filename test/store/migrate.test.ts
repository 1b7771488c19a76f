import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '../../store/migrate.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let dir: string;

beforeEach(async () => {
  database = await createEmptyDatabase();
  dir = await mkdtemp(path.join(tmpdir(), 'perennial-migrations-'));
});

afterEach(async () => {
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(path.join(dir, name), { recursive: true });
  await writeFile(path.join(dir, name, 'migration.sql'), sql);
}

async function query(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const run = () => migrate({ databaseUrl: database.url, dir });

test('applies what is new, in order, and nothing twice', async () => {
  await write('2_fill', 'INSERT INTO note VALUES (7)');
  await write('1_create', 'CREATE TABLE note (value int); CREATE INDEX ON note (value)');
  expect(await run()).toEqual(['1_create', '2_fill']);
  expect(await run()).toEqual([]);
  await write('3_more', 'INSERT INTO note VALUES (8)');
  expect(await run()).toEqual(['3_more']);
  expect(await query('SELECT value FROM note ORDER BY value')).toEqual([
    { value: 7 },
    { value: 8 },
  ]);
});

test('records a migration as Prisma would: SHA-256 of the file, finished, one step', async () => {
  await migrate({ databaseUrl: database.url });
  const name = '20261122000000_initial';
  const file = new URL(`../../prisma/migrations/${name}/migration.sql`, import.meta.url);
  const checksum = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  const rows = await query(
    `SELECT checksum, migration_name AS name, applied_steps_count AS steps,
            finished_at >= started_at AS finished, rolled_back_at, logs, length(id) AS id
     FROM _prisma_migrations WHERE migration_name = '${name}'`,
  );
  const clean = { rolled_back_at: null, logs: null, id: 36 };
  expect(rows).toEqual([{ checksum, name, steps: 1, finished: true, ...clean }]);
});

test('refuses when an applied migration was changed afterwards', async () => {
  await write('1_create', 'CREATE TABLE note (value int)');
  await run();
  await write('1_create', 'CREATE TABLE note (value text)');
  await expect(run()).rejects.toThrow('1_create/migration.sql was changed after it was applied');
});

test('refuses a database that a newer version has migrated', async () => {
  await write('1_create', 'CREATE TABLE note (value int)');
  await run();
  await rm(path.join(dir, '1_create'), { recursive: true });
  await expect(run()).rejects.toThrow('1_create, which this version does not know');
});

test('refuses while a migration that Prisma began is unfinished', async () => {
  await write('1_create', 'CREATE TABLE note (value int)');
  await run();
  await query('UPDATE _prisma_migrations SET finished_at = NULL');
  await expect(run()).rejects.toThrow('1_create failed half way');
});

test('a migration that fails leaves no trace and can be tried again', async () => {
  await write('1_create', 'CREATE TABLE note (value int); SELECT 1/0');
  await expect(run()).rejects.toThrow('Migration 1_create failed and was rolled back: division by');
  await write('1_create', 'CREATE TABLE note (value int)');
  expect(await run()).toEqual(['1_create']);
});

test('many starts at once apply each migration once', async () => {
  await write('1_create', 'CREATE TABLE note (value int); INSERT INTO note VALUES (7)');
  const applied = await Promise.all([run(), run(), run(), run()]);
  expect(applied.flat()).toEqual(['1_create']);
  expect(await query('SELECT value FROM note')).toEqual([{ value: 7 }]);
});

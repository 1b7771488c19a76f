import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../../runtime/embedded/ports.ts';
import { startPostgres, type PostgresServer } from '../../../runtime/embedded/postgres.ts';
import { isRunning } from '../../../runtime/embedded/processes.ts';

let home: string;
let dataDir: string;
const started: PostgresServer[] = [];

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'perennial-embedded-'));
  dataDir = path.join(home, 'postgres');
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop()));
  await rm(home, { recursive: true, force: true });
});

async function start(): Promise<PostgresServer> {
  const server = await startPostgres({ dataDir });
  started.push(server);
  return server;
}

async function query(server: PostgresServer, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('a second start continues with the data and the address credentials of the first', async () => {
  const first = await start();
  await query(first, 'CREATE TABLE note AS SELECT 7 AS value');
  await first.stop();
  expect(isRunning(first.pid)).toBe(false);

  const second = await start();
  expect(await query(second, 'SELECT value FROM note')).toEqual([{ value: 7 }]);
  expect(new URL(second.url).password).toBe(new URL(first.url).password);
});

test('only this machine can connect, and only with the password', async () => {
  const server = await start();
  expect(await query(server, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  const url = new URL(server.url);
  url.password = 'guessed';
  const stranger = new pg.Client({ connectionString: url.href });
  await expect(stranger.connect()).rejects.toThrow('password authentication failed');
});

test('what was committed survives a kill -9 of the server', async () => {
  const first = await start();
  await query(first, 'CREATE TABLE note AS SELECT 7 AS value');
  process.kill(first.pid, 'SIGKILL');
  await first.ended;

  const second = await start();
  expect(await query(second, 'SELECT value FROM note')).toEqual([{ value: 7 }]);
});

test('a server orphaned by a killed start is ended before the next one begins', async () => {
  const orphan = await start();
  const next = await start();
  await orphan.ended;
  expect(isRunning(orphan.pid)).toBe(false);
  expect(await query(next, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a stale pid that belongs to a stranger by now is no obstacle, and the stranger lives', async () => {
  const first = await start();
  await first.stop();
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    const pid = stranger.pid ?? 0;
    const lines = [pid, dataDir, 1_700_000_000, first.port, '', '127.0.0.1', '', 'ready'];
    await writeFile(path.join(dataDir, 'postmaster.pid'), `${lines.join('\n')}\n`);
    const second = await start();
    expect(await query(second, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(isRunning(pid)).toBe(true);
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('a cluster whose making was interrupted is made anew', async () => {
  await mkdir(`${dataDir}.new`, { recursive: true });
  await writeFile(path.join(`${dataDir}.new`, 'PG_VERSION'), '18\n');
  const server = await start();
  expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a directory with other files is left alone', async () => {
  await mkdir(dataDir);
  await writeFile(path.join(dataDir, 'thesis.txt'), 'years of work');
  await expect(start()).rejects.toThrow('holds files but no PostgreSQL cluster: move it away');
  expect(await readFile(path.join(dataDir, 'thesis.txt'), 'utf8')).toBe('years of work');
});

test('a taken port is named in one sentence', async () => {
  const server = await start();
  const other = startPostgres({ dataDir: path.join(home, 'other'), port: server.port });
  await expect(other).rejects.toThrow(
    `Port ${server.port} for PostgreSQL is taken by another program: free it or set POSTGRES_PORT.`,
  );
});

test('a wanted port is used', async () => {
  const port = await freePort();
  const server = await startPostgres({ dataDir, port });
  started.push(server);
  expect(await query(server, 'SHOW port')).toEqual([{ port: String(port) }]);
});

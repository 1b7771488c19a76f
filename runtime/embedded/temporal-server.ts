// Runs a Temporal server for this deployment as a child process, in memory or on a SQLite file.
// It has a session of its own, so that Ctrl-C reaches it only after the workers have drained,
// and it outlives a `kill -9` of its starter: its identity is kept beside the database file and
// the next start ends the orphan before it opens that file. Loopback only.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { assertPortIsFree, freePort, LOOPBACK } from './ports.ts';
import { rememberProcess, stopRemembered } from './process-record.ts';
import { stopProcess } from './processes.ts';

export interface TemporalServerOptions {
  /** From `findTemporalBinary()`. */
  readonly binary: string;
  readonly namespace: string;
  /** Without it everything is kept in memory and lost at the end. */
  readonly dbFilename?: string;
  readonly port?: number;
  /** `false` starts no web UI; without a number it gets a free port. */
  readonly ui?: { readonly port?: number } | false;
  readonly ip?: string;
  readonly dynamicConfig?: Readonly<Record<string, string | number | boolean>>;
  /** How long closed journeys stay visible in Temporal. */
  readonly retentionDays?: number;
  /** The server's own log is appended here; without it the log is thrown away. */
  readonly logFile?: string;
}

export interface TemporalServer {
  readonly address: string;
  readonly uiUrl?: string;
  readonly pid: number;
  /** Resolves when the process has ended, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

// One node needs no partitions: with four, a task may wait for a poller of another partition.
const SINGLE_NODE = {
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
} as const;

const STOP = { signal: 'SIGTERM', timeoutMs: 6_000 } as const;

export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const ip = options.ip ?? LOOPBACK;
  if (options.port) await assertPortIsFree(options.port, 'Temporal', 'TEMPORAL_PORT', ip);
  const port = options.port ?? (await freePort(ip));
  const ui = options.ui === false ? undefined : (options.ui ?? {});
  const uiPort = ui && (ui.port ?? (await freePort(ip)));
  if (options.dbFilename) await prepareFile(options.dbFilename);

  const child = launch(options, toArguments(options, ip, port, uiPort));
  const pid = child.pid;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = `${ip}:${port}`;
  try {
    if (pid === undefined) throw await spawnFailure(child, options.binary);
    if (options.dbFilename) await rememberProcess(recordFile(options.dbFilename), pid);
    await untilReady(child, address, options);
  } catch (error) {
    if (pid !== undefined) await stopProcess(pid, STOP);
    throw error;
  }
  return {
    address,
    ...(uiPort === undefined ? {} : { uiUrl: `http://${ip}:${uiPort}` }),
    pid,
    ended,
    stop: async () => {
      await stopProcess(pid, STOP);
      await ended;
      if (options.dbFilename) await rm(recordFile(options.dbFilename), { force: true });
    },
  };
}

function toArguments(
  options: TemporalServerOptions,
  ip: string,
  port: number,
  uiPort: number | undefined,
): string[] {
  const dynamicConfig = { ...SINGLE_NODE, ...options.dynamicConfig };
  return [
    ...['server', 'start-dev', '--ip', ip, '--port', String(port)],
    ...['--namespace', options.namespace, '--log-format', 'json', '--log-level', 'error'],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(options.dbFilename ? ['--db-filename', options.dbFilename] : []),
    ...Object.entries(dynamicConfig).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${JSON.stringify(value)}`,
    ]),
  ];
}

function launch(options: TemporalServerOptions, args: readonly string[]): ChildProcess {
  const log = options.logFile ? openSync(options.logFile, 'a') : 'ignore';
  const child = spawn(options.binary, args, { detached: true, stdio: ['ignore', log, log] });
  if (typeof log === 'number') closeSync(log);
  return child;
}

async function spawnFailure(child: ChildProcess, binary: string): Promise<Error> {
  const cause = await new Promise<Error>((resolve) => child.once('error', resolve));
  return new Error(`The Temporal server ${binary} could not be run: ${cause.message}`, { cause });
}

/**
 * Ready when the namespace is served; a new one takes a moment to reach the server's cache. The
 * port is tried first, because gRPC waits a second after a refused connection.
 */
async function untilReady(
  child: ChildProcess,
  address: string,
  options: TemporalServerOptions,
): Promise<void> {
  const deadline = performance.now() + 30_000;
  const untilItWorks = async (ask: () => Promise<unknown>): Promise<void> => {
    for (;;) {
      requireAlive(child, options);
      const failure = await ask();
      if (failure === undefined) return;
      if (performance.now() > deadline) {
        const cause = { cause: failure };
        throw new Error(`The Temporal server at ${address} gave no answer for 30 s.`, cause);
      }
      await delay(25);
    }
  };
  await untilItWorks(() => tryPort(address));
  const connection = Connection.lazy({ address });
  try {
    await untilItWorks(() => setRetention(connection, options));
  } finally {
    await connection.close();
  }
}

function requireAlive(child: ChildProcess, { logFile }: TemporalServerOptions): void {
  if (child.exitCode === null && child.signalCode === null) return;
  const log = logFile ? `; its log is ${logFile}` : '';
  throw new Error(`The Temporal server ended while it started (code ${child.exitCode})${log}.`);
}

function tryPort(address: string): Promise<unknown> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host: host ?? LOOPBACK, port: Number(port) });
    socket.once('error', resolve);
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}

/** Returns why the server did not take it, or nothing once it did. */
async function setRetention(
  connection: Connection,
  { namespace, retentionDays }: TemporalServerOptions,
): Promise<unknown> {
  try {
    await connection.withDeadline(Date.now() + 2_000, async () => {
      await connection.workflowService.describeNamespace({ namespace });
      if (retentionDays === undefined) return;
      await connection.workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: msToTs(retentionDays * 86_400_000) },
      });
    });
    return undefined;
  } catch (error) {
    return error;
  }
}

async function prepareFile(dbFilename: string): Promise<void> {
  await mkdir(path.dirname(dbFilename), { recursive: true });
  await stopRemembered(recordFile(dbFilename), STOP);
}

function recordFile(dbFilename: string): string {
  return `${dbFilename}.process.json`;
}

/**
 * The home of an embedded Perennial: data of the servers, the API key, the signing secret, and a
 * record of the processes that were started from it.
 *
 * The record is what makes `kill -9` harmless: the next start ends what is left over, by pid and
 * start time, so a pid that now belongs to somebody else is never touched. Files are written under
 * another name and renamed, so a half-written one is never read.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  identify,
  isSameProcess,
  stopProcess,
  type ProcessIdentity,
} from './embedded/processes.ts';

export class StartError extends Error {
  override readonly name = 'StartError';
}

interface Record extends ProcessIdentity {
  readonly name: string;
}

/** Holds a password, so that only its owner may read the file. */
export interface Connections {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly smtpUrl: string;
}

export interface Home {
  readonly dir: string;
  /** Notes a process of ours, so that a next start can end it. */
  note(name: string, pid: number): Promise<void>;
  /** Reads a secret, or makes and keeps it. `isNew` is true when it was made now. */
  secret(name: string, bytes: number): Promise<{ readonly value: string; readonly isNew: boolean }>;
  /** Tells commands where the running servers are, until the home is closed. */
  noteConnections(connections: Connections): Promise<void>;
  close(): Promise<void>;
}

/** Takes the home for this process, ending what a killed start left behind. Throws `StartError`. */
export async function openHome(
  dir: string,
  onLeftover: (name: string, pid: number) => void,
): Promise<Home> {
  await makeWritable(dir);
  const file = join(dir, 'processes.json');
  const records = await readRecords(file);
  const living = records.find((record) => record.name === 'start' && isSameProcess(record));
  if (living !== undefined) {
    throw new StartError(
      `Perennial already runs on ${dir} (process ${living.pid}). Stop it first, or set PERENNIAL_HOME to another folder.`,
    );
  }
  const leftovers = records.filter((one) => one.name !== 'start' && isSameProcess(one));
  await Promise.all(
    leftovers.map(async ({ name, pid }) => {
      onLeftover(name, pid);
      await stopProcess(pid, { signal: 'SIGTERM', timeoutMs: 5_000 });
    }),
  );
  return record(dir, file);
}

async function record(dir: string, file: string): Promise<Home> {
  const mine: Record[] = [];
  // One write after the other: two at once would both rename the same half file.
  let writing: Promise<void> = Promise.resolve();
  const home: Home = {
    dir,
    async note(name, pid) {
      const identity = identify(pid);
      if (identity === undefined) return;
      mine.push({ name, ...identity });
      writing = writing.then(() => writeWhole(file, JSON.stringify(mine)));
      await writing;
    },
    secret: (name, bytes) => secret(join(dir, name), bytes),
    noteConnections: (connections) =>
      writeWhole(join(dir, 'connections.json'), `${JSON.stringify(connections, null, 2)}\n`),
    async close() {
      await writing;
      await rm(join(dir, 'connections.json'), { force: true });
      await rm(file, { force: true });
    },
  };
  await home.note('start', process.pid);
  return home;
}

async function makeWritable(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    await writeWhole(join(dir, '.writable'), '');
    await rm(join(dir, '.writable'), { force: true });
  } catch (cause) {
    throw new StartError(
      `The home ${dir} cannot be written (${codeOf(cause)}). Make it writable, or set PERENNIAL_HOME to another folder.`,
      { cause },
    );
  }
}

async function secret(
  file: string,
  bytes: number,
): Promise<{ readonly value: string; readonly isNew: boolean }> {
  const kept = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  if (kept.trim() !== '') return { value: kept.trim(), isNew: false };
  const value = randomBytes(bytes).toString('base64url');
  await writeWhole(file, `${value}\n`);
  return { value, isNew: true };
}

/** A record that cannot be read is a half-written home of an old version: nothing to end. */
async function readRecords(file: string): Promise<readonly Record[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '[]';
    throw error;
  });
  const records: unknown = JSON.parse(text === '' ? '[]' : text);
  return Array.isArray(records) ? (records as readonly Record[]) : [];
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.half`, text, { mode: 0o600 });
  await rename(`${file}.half`, file);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

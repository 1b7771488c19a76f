// The temporary directory of one test run and the servers that belong to it. It says which
// process runs the tests and which servers that process started, so that a later run can end the
// servers of a run that was killed. It ends nothing that it has not identified by start time.
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  identify,
  isSameProcess,
  stopProcess,
  type ProcessIdentity,
} from '../../runtime/embedded/processes.ts';

export interface Stoppable {
  readonly pid: number;
  stop(): Promise<void>;
}

export interface RunDirectory {
  readonly path: string;
  owns(server: Stoppable): Promise<void>;
  /** Stops the servers and removes the directory. */
  close(): Promise<void>;
}

interface Record {
  readonly owner: ProcessIdentity | undefined;
  readonly servers: readonly ProcessIdentity[];
}

const PREFIX = 'perennial-test-';
const RECORD = 'run.json';

export async function openRunDirectory(): Promise<RunDirectory> {
  await clearAbandonedRuns();
  const dir = await mkdtemp(path.join(tmpdir(), PREFIX));
  await chmod(dir, 0o711); // Root's tests run Postgres under another account.
  const owner = identify(process.pid);
  const owned: Stoppable[] = [];
  const save = () => {
    const servers = owned.flatMap((each) => identify(each.pid) ?? []);
    return writeFile(path.join(dir, RECORD), JSON.stringify({ owner, servers }));
  };
  await save();
  return {
    path: dir,
    owns: async (server) => {
      owned.push(server);
      await save();
    },
    close: async () => {
      await Promise.all(owned.map((each) => each.stop()));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function clearAbandonedRuns(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const name of names) {
    const dir = path.join(tmpdir(), name);
    const record = await readRecord(path.join(dir, RECORD));
    if (!record || (record.owner && isSameProcess(record.owner))) continue;
    for (const server of record.servers.filter(isSameProcess)) {
      await stopProcess(server.pid, { signal: 'SIGINT', timeoutMs: 5_000 });
    }
    await rm(dir, { recursive: true, force: true });
  }
}

/** Nothing while another run is between making its directory and writing the record. */
async function readRecord(file: string): Promise<Record | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text === '' ? undefined : (JSON.parse(text) as Record);
}

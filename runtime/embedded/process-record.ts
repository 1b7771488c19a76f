// A file that remembers which process was started, so that after a `kill -9` of the starter the
// next start can end the orphan. It holds the start time beside the pid: a stranger that got the
// same pid later is never touched.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import {
  identify,
  isSameProcess,
  stopProcess,
  type ProcessIdentity,
  type StopOptions,
} from './processes.ts';

export async function rememberProcess(file: string, pid: number): Promise<void> {
  const half = `${file}.${process.pid}.half`;
  await writeFile(half, JSON.stringify(identify(pid) ?? null));
  await rename(half, file);
}

/** The process that the file names, if it still runs. */
export async function findRemembered(file: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(file, 'utf8').catch(() => 'null');
  const identity = JSON.parse(text) as ProcessIdentity | null;
  return identity !== null && isSameProcess(identity) ? identity : undefined;
}

/** Ends that process, if it still runs, and forgets it. Says whether there was one. */
export async function stopRemembered(file: string, options: StopOptions): Promise<boolean> {
  const orphan = await findRemembered(file);
  if (orphan) await stopProcess(orphan.pid, options);
  await rm(file, { force: true });
  return orphan !== undefined;
}

// What is known about processes of this machine: whether one runs, since when, and with which
// command line. The embedded servers outlive a `kill -9` of their starter, so the next start must
// find and stop them; a pid alone proves nothing, because the system hands it out again.
// Never signals a process that it has not identified by start time or by command line.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: equal for the same process, different after the pid was given to another one. */
  readonly startedAt: string;
}

export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = isRunning(pid) ? startTime(pid) : undefined;
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isSameProcess(expected: ProcessIdentity): boolean {
  return identify(expected.pid)?.startedAt === expected.startedAt;
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return isErrno(error) && error.code === 'EPERM';
  }
}

/** The command line with its arguments separated by spaces, or an empty text when it is gone. */
export function commandLine(pid: number): string {
  const fromProc = readProc(pid, 'cmdline')?.replaceAll('\0', ' ').trim();
  return fromProc ?? askPs(pid, 'command=');
}

export interface StopOptions {
  readonly signal: NodeJS.Signals;
  /** After this long the process is killed. */
  readonly timeoutMs: number;
}

/** Ends a process and returns once it is gone. Resolves at once when it is not running. */
export async function stopProcess(pid: number, options: StopOptions): Promise<void> {
  if (!isRunning(pid)) return;
  signalProcess(pid, options.signal);
  if (await isGoneWithin(pid, options.timeoutMs)) return;
  signalProcess(pid, 'SIGKILL');
  if (await isGoneWithin(pid, 5_000)) return;
  throw new Error(`Process ${pid} is still running 5 s after SIGKILL; end it by hand.`);
}

export function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(isErrno(error) && error.code === 'ESRCH')) throw error;
  }
}

async function isGoneWithin(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

/** Field 22 of /proc/<pid>/stat (clock ticks since boot); elsewhere the start time by `ps`. */
function startTime(pid: number): string | undefined {
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return askPs(pid, 'lstart=') || undefined;
  return statFields(stat)[19];
}

/** A killed process whose parent has not taken notice still answers signals. */
function isZombie(pid: number): boolean {
  const stat = readProc(pid, 'stat');
  return stat !== undefined && statFields(stat)[0] === 'Z';
}

/** The fields from the third on: the second is the command in brackets and may hold anything. */
function statFields(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (isErrno(error) && ['ENOENT', 'ESRCH', 'EACCES'].includes(error.code ?? ''))
      return undefined;
    throw error;
  }
}

function askPs(pid: number, field: string): string {
  try {
    const output = execFileSync('ps', ['-o', field, '-p', String(pid)], { encoding: 'utf8' });
    return output.trim();
  } catch (error) {
    // `ps` ends with 1 when there is no such process; where `ps` is missing nothing is known.
    if (error instanceof Error) return '';
    throw error;
  }
}

/**
 * CPU time of processes, read from /proc (Linux only). Wall time on a machine that others use says
 * little; CPU time per unit of work hardly moves.
 */
import { readFileSync, readdirSync } from 'node:fs';

/** USER_HZ: 100 on every Linux that Node runs on. */
const msPerTick = 10;

/** User and system time of a process, and of children that ended and were waited for, in ms. */
export function cpuMs(pid: number): number {
  const [utime, stime, cutime, cstime] = statOf(pid).slice(11, 15).map(Number);
  return ((utime ?? 0) + (stime ?? 0) + (cutime ?? 0) + (cstime ?? 0)) * msPerTick;
}

/** Of a process and all its living children: a Postgres server with its sessions. */
export function familyCpuMs(pid: number): number {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid);
  return [pid, ...children].reduce((sum, each) => sum + (tryCpuMs(each) ?? 0), 0);
}

function parentOf(pid: number): number | undefined {
  const fields = tryStat(pid);
  return fields === undefined ? undefined : Number(fields[1]);
}

function tryCpuMs(pid: number): number | undefined {
  return tryStat(pid) === undefined ? undefined : cpuMs(pid);
}

/** Nothing when the process ended between being listed and being read. */
function tryStat(pid: number): readonly string[] | undefined {
  try {
    return statOf(pid);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** The fields from the third on: the second is the command in brackets and may hold anything. */
function statOf(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

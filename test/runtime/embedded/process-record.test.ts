import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  findRemembered,
  rememberProcess,
  stopRemembered,
} from '../../../runtime/embedded/process-record.ts';
import { identify, isRunning } from '../../../runtime/embedded/processes.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'perennial-record-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function withSleeper(work: (pid: number) => Promise<void>): Promise<void> {
  const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    await work(sleeper.pid ?? 0);
  } finally {
    sleeper.kill('SIGKILL');
  }
}

test('a dead process is forgotten', async () => {
  const file = path.join(dir, 'child.json');
  await writeFile(file, JSON.stringify({ pid: 999_999_999, startedAt: '1' }));
  expect(await findRemembered(file)).toBeUndefined();
});

test('a remembered process is ended, a stranger with its pid is not', () =>
  withSleeper(async (pid) => {
    const file = path.join(dir, 'child.json');
    const stop = { signal: 'SIGTERM', timeoutMs: 2_000 } as const;
    await writeFile(file, JSON.stringify({ ...identify(pid), startedAt: 'long ago' }));
    expect(await stopRemembered(file, stop)).toBe(false);
    expect(isRunning(pid)).toBe(true);

    await rememberProcess(file, pid);
    expect(await stopRemembered(file, stop)).toBe(true);
    expect(isRunning(pid)).toBe(false);
  }));

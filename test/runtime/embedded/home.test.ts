import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimHome } from '../../../runtime/embedded/home.ts';
import { rememberProcess, stopRemembered } from '../../../runtime/embedded/process-record.ts';
import { identify, isRunning } from '../../../runtime/embedded/processes.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'perennial-home-'));
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

test('a home that does not exist yet is made', async () => {
  const home = await claimHome(path.join(dir, 'deep', 'home'));
  expect(home.path).toBe(path.join(dir, 'deep', 'home'));
});

test('a home in use is refused with the process that uses it', () =>
  withSleeper(async (pid) => {
    await rememberProcess(path.join(dir, 'owner.json'), pid);
    await expect(claimHome(dir)).rejects.toThrow(`runs already on ${dir} (process ${pid}): stop`);
  }));

test('the claim of a dead process is void, also when its pid belongs to a stranger by now', () =>
  withSleeper(async (pid) => {
    const claim = path.join(dir, 'owner.json');
    await writeFile(claim, JSON.stringify({ pid, startedAt: 'long ago' }));
    await claimHome(dir);
    await writeFile(claim, JSON.stringify({ pid: 999_999_999, startedAt: '1' }));
    await claimHome(dir);
  }));

test('a home that cannot be written is named in one sentence', async () => {
  const file = path.join(dir, 'a-file');
  await writeFile(file, '');
  const home = path.join(file, 'home');
  await expect(claimHome(home)).rejects.toThrow(`${home} cannot be written (ENOTDIR): make it`);
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

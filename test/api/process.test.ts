import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../../runtime/embedded/ports.ts';
import { createEmptyDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const entry = join(import.meta.dirname, '../../runtime/api.ts');

test('the process makes its tables, lives without Temporal and without a release, says so, and stops on SIGTERM', async () => {
  const database = await createEmptyDatabase();
  const home = await mkdtemp(join(tmpdir(), 'perennial-api-'));
  const port = await freePort();
  const key = 'pk_process_0123456789';
  const child = spawn(process.execPath, ['--import', 'tsx', entry], {
    env: {
      ...process.env,
      NODE_ENV: 'test',
      PORT: String(port),
      PERENNIAL_HOME: home,
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      PERENNIAL_API_KEY: key,
      PERENNIAL_SECRET: 'a secret of thirty-two characters!',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  }
  const exited = once(child, 'exit');
  try {
    const url = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${url}/health/live`)).ok, {
      what: 'the API to listen',
      timeoutMs: 20_000,
    });
    const ready = await fetch(`${url}/health/ready`);
    expect({ status: ready.status, body: await ready.json() }).toMatchObject({
      status: 503,
      body: { database: 'ok', release: 'none in force', temporal: 'does not answer' },
    });
    const track = await fetch(`${url}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        userId: 'canary',
        event: 'Canary Sang',
        context: { traits: { email: 'canary@firm.example' } },
      }),
    });
    expect({ status: track.status, body: await track.json() }).toMatchObject({
      status: 503,
      body: { type: '/problems/unavailable' },
    });
  } finally {
    child.kill('SIGTERM');
    await rm(home, { recursive: true, force: true });
  }
  expect(await exited).toEqual([0, null]);
  await database.drop();
  expect(output.join('')).not.toContain('canary@');
});

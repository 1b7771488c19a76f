/** With TEMPORAL_ADDRESS, DATABASE_URL and SMTP_URL set, `npm start` starts nothing embedded. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../../runtime/embedded/ports.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { useTemporal } from '../support/temporal.ts';
import { until } from '../support/until.ts';

const database = useTestDatabase();
const mailbox = useMailbox();

test('the given servers are used and no other is started', { timeout: 90_000 }, async () => {
  const temporal = useTemporal();
  const home = await mkdtemp(join(tmpdir(), 'perennial-given-'));
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', 'runtime/start.ts'], {
    env: {
      ...process.env,
      NODE_ENV: '',
      PERENNIAL_HOME: home,
      PERENNIAL_DEMO: 'off',
      PORT: String(port),
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      SMTP_URL: mailbox().smtpUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    await until(() => output.includes('Ready in') || child.exitCode !== null, {
      what: 'the start to end',
      timeoutMs: 80_000,
    });
    expect(output).toContain('Ready in');
    expect(output).not.toMatch(/(PostgreSQL|Temporal|Mailbox) +\S/);
    expect((await readdir(home)).filter((name) => /postgres|temporal|mailbox/.test(name))).toEqual(
      [],
    );
  } finally {
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await rm(home, { recursive: true, force: true });
  }
});

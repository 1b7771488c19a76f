/**
 * `npm start` as a stranger meets it: from nothing, stopped, started again, killed, started again; and
 * the ways it cannot start. One product, run in order, because that is what is being tested.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../../runtime/embedded/ports.ts';
import { isRunning } from '../../../runtime/embedded/processes.ts';
import { until } from '../../support/until.ts';

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}
interface Mail {
  readonly envelope: { readonly to: readonly string[] };
  readonly subject: string;
  readonly links: readonly string[];
}

const root = join(import.meta.dirname, '../../..');
const key = 'a-key-for-this-test-alone';
let home = '';
let port = 0;
let current: Run | undefined;
const trial = { userId: 'ana', event: 'Trial Started', messageId: 'trial-1' };
let trialAnswer: unknown;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'perennial-start-'));
  port = await freePort();
  for (const folder of ['journeys', 'rules', 'templates', 'personas', 'imports']) {
    await cp(join(root, folder), join(home, 'workspace', folder), { recursive: true });
  }
});
afterAll(async () => {
  current?.child.kill('SIGTERM');
  await current?.ended;
  await rm(home, { recursive: true, force: true });
});

function start(env: NodeJS.ProcessEnv = {}): Run {
  const script = join(import.meta.dirname, '../../../runtime/start.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: {
      ...process.env,
      NODE_ENV: '',
      PERENNIAL_HOME: home,
      PERENNIAL_WORKSPACE: join(home, 'workspace'),
      PORT: String(port),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  }
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, output: () => text, ended };
}

async function ready(run: Run): Promise<string> {
  current = run;
  await until(() => run.output().includes('Ctrl-C stops it') || run.child.exitCode !== null, {
    what: 'the table at the end of the start',
    timeoutMs: 120_000,
  });
  expect(run.output()).toContain('Ready in');
  return run.output();
}

async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.status, await response.clone().text()).toBeLessThan(300);
  return (await response.json()) as Body;
}

async function mails(to: string): Promise<readonly Mail[]> {
  const path = `/dev/mailbox/messages?to=${encodeURIComponent(to)}`;
  return (await call<{ readonly messages: readonly Mail[] }>('GET', path)).messages;
}

/** Ids of the processes whose command line names the home. */
async function processesOfHome(): Promise<readonly number[]> {
  const { readdir, readFile } = await import('node:fs/promises');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(
    pids.map(async (pid) => ({
      pid,
      line: await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''),
    })),
  );
  return lines
    .filter(({ pid, line }) => line.includes(home) && pid !== process.pid && isRunning(pid))
    .map(({ pid }) => pid);
}

describe('npm start', { timeout: 150_000 }, () => {
  test('comes up from nothing, with a lead in every stage, emails and open handoffs', async () => {
    const output = await ready(start({ PERENNIAL_API_KEY: key }));
    for (const part of ['PostgreSQL', 'Temporal', 'Mailbox', 'Migrations', 'Workspace published']) {
      expect(output).toMatch(new RegExp(`✓ ${part} +\\d+\\.\\d s`));
    }
    expect(output).toMatch(/Console +http:\S+\/console\/sign-in\?token=\w+/);
    const { handoffs } = await call<{ readonly handoffs: readonly { readonly status: string }[] }>(
      'GET',
      '/v1/handoffs',
    );
    const statuses = new Set(handoffs.map(({ status }) => status));
    expect([...statuses].sort()).toEqual(['accepted', 'open', 'rejected']);
    const { journeys } = await call<{ readonly journeys: readonly { readonly open: number }[] }>(
      'GET',
      '/v1/journeys',
    );
    expect(journeys.reduce((sum, { open }) => sum + open, 0)).toBeGreaterThan(5);
  });

  test('a trial brings the welcome email, a demo request a rep who accepts with one button', async () => {
    const email = 'ana.lindqvist@nordwind.example';
    const traits = {
      email,
      firstName: 'Ana',
      title: 'VP Data',
      country: 'NO',
      company: 'Nordwind',
    };
    await call('POST', '/v1/identify', { userId: 'ana', traits });
    trialAnswer = await call('POST', '/v1/track', trial);
    const welcome = await until(async () => (await mails(email))[0], { what: 'the welcome email' });
    expect(welcome.subject).toBe('Ana, your first report in five minutes');

    const answer = await call<{
      readonly stage: string;
      readonly exits: readonly { readonly journey: string; readonly exit: string }[];
    }>('POST', '/v1/track', { userId: 'ana', event: 'Demo Requested' });
    expect(answer.stage).toBe('marketingqualifiedlead');
    expect(answer.exits).toMatchObject([{ journey: 'trial-nurture', exit: 'with-sales' }]);

    const briefs = await until(
      async () => {
        const all = await Promise.all(['mia', 'tom'].map((rep) => mails(`${rep}@example.com`)));
        return all.flat().find(({ subject }) => subject.includes('Ana of Nordwind'));
      },
      { what: "the rep's email" },
    );
    const link = briefs.links.find((url) => url.includes('/h/')) ?? '';
    expect((await fetch(link)).status).toBe(200);
    const lead = await call<{ readonly stage: unknown }>('GET', `/v1/leads/${email}`);
    expect(JSON.stringify(lead)).toContain('marketingqualifiedlead');
    const accepted = await fetch(link, {
      method: 'POST',
      body: new URLSearchParams({ verdict: 'accept' }),
    });
    expect(await accepted.text()).toContain('Accepted. It is yours');
    expect(JSON.stringify(await call('GET', `/v1/leads/${email}`))).toContain('sales-accepted');
  });

  test('SIGTERM stops everything, and nothing is left running', async () => {
    current?.child.kill('SIGTERM');
    expect(await current?.ended).toBe(0);
    await until(async () => (await processesOfHome()).length === 0, { what: 'no process left' });
  });

  test('the next start goes on where the last one stopped: a repeat gets the old answer', async () => {
    const output = await ready(start({ PERENNIAL_API_KEY: key }));
    expect(output).not.toContain('Workspace published');
    expect(output).not.toContain('Invented leads');
    expect(output).not.toContain('API key');
    expect(await call('POST', '/v1/track', trial)).toEqual(trialAnswer);
  });

  test('a saved file is checked at once, its names reach editors, and nothing is published', async () => {
    const workspace = join(home, 'workspace');
    const facts = join(workspace, 'rules/facts.json');
    const written = await readFile(facts, 'utf8');
    const output = () => current?.output() ?? '';
    await until(() => readFile(join(workspace, 'schema/names.json'), 'utf8').catch(() => ''), {
      what: 'the schemas of the workspace',
    });

    await writeFile(facts, written.replace('"type": "number"', '"type": "nmber"'));
    await until(() => output().includes('rules/facts.json saved: 1 problem'), {
      what: 'the answer to a mistake',
      timeoutMs: 30_000,
    });
    expect(output()).toMatch(/\n {6}rules\/facts\.json:\d+:\d+ expected .*did you mean "number"\?/);

    const more = '"facts": [ { "id": "shoeSize", "type": "number", "label": "Shoe size" },';
    await writeFile(facts, written.replace('"facts": [', more));
    await until(() => output().includes('rules/facts.json saved: all fine again'), {
      what: 'the all-clear',
      timeoutMs: 30_000,
    });
    expect(await readFile(join(workspace, 'schema/names.json'), 'utf8')).toContain('"shoeSize"');
    const served = await fetch(`http://127.0.0.1:${port}/schemas/names.json`);
    expect(await served.text()).toContain('"shoeSize"');
    const { releases } = await call<{ readonly releases: readonly unknown[] }>(
      'GET',
      '/v1/releases',
    );
    expect(releases).toHaveLength(1);
  });

  test('an embedded server that is killed is started again, and the next email comes', async () => {
    const output = () => current?.output() ?? '';
    const record = await readFile(join(home, 'temporal/temporal.db.process.json'), 'utf8');
    const { pid } = JSON.parse(record) as { readonly pid: number };
    const [postmaster = ''] = (await readFile(join(home, 'postgres/postmaster.pid'), 'utf8')).split(
      '\n',
    );
    process.kill(pid, 'SIGKILL');
    process.kill(Number(postmaster), 'SIGKILL');
    for (const what of ['Temporal', 'PostgreSQL']) {
      await until(() => output().includes(`· ${what} is back`), { what, timeoutMs: 60_000 });
      expect(output()).toContain(`! ${what} ended and is started again`);
    }
    const traits = { email: 'ole@nordwind.example', firstName: 'Ole', country: 'NO' };
    await call('POST', '/v1/identify', { userId: 'ole', traits });
    await call('POST', '/v1/track', { userId: 'ole', event: 'Trial Started' });
    await until(async () => (await mails(traits.email))[0], {
      what: 'the welcome email',
      timeoutMs: 60_000,
    });
  });

  test('after kill -9 the next start ends what was left and recovers', async () => {
    current?.child.kill('SIGKILL');
    await current?.ended;
    expect((await processesOfHome()).length).toBeGreaterThan(2);
    const output = await ready(start({ PERENNIAL_API_KEY: key }));
    expect(output).toMatch(/ended (api|worker) \(process \d+\), left over from a start/);
    expect(await mails('ana.lindqvist@nordwind.example')).not.toEqual([]);
    current?.child.kill('SIGTERM');
    expect(await current?.ended).toBe(0);
    await until(async () => (await processesOfHome()).length === 0, { what: 'no process left' });
  });
});

describe('a start that cannot be', { timeout: 60_000 }, () => {
  const refused = async (env: NodeJS.ProcessEnv): Promise<string> => {
    const run = start({ PERENNIAL_HOME: join(home, 'other'), ...env });
    expect(await run.ended).toBe(1);
    return run.output();
  };

  test('a taken port is named, with what to do', async () => {
    const server = createServer().listen(port, '127.0.0.1');
    const output = await refused({});
    server.close();
    expect(output).toContain(
      `Port ${port} for Perennial is taken by another program: free it or set PORT.`,
    );
    expect(output).not.toContain('    at ');
  });

  test('a home that cannot be written is named, with what to do', async () => {
    await writeFile(join(home, 'a-file'), '');
    const output = await refused({ PERENNIAL_HOME: join(home, 'a-file', 'home') });
    expect(output).toContain('cannot be written');
    expect(output).toContain('PERENNIAL_HOME');
    expect(output).not.toContain('    at ');
  });

  test('no Temporal, no Go and no network: one sentence with the ways to get one', async () => {
    const output = await refused({
      DATABASE_URL: 'postgresql://127.0.0.1:1/not-reached',
      PATH: join(home, 'empty'),
      XDG_CACHE_HOME: join(home, 'cache'),
      GOPROXY: 'off',
    });
    expect(output).toMatch(/Temporal/);
    expect(output).toMatch(/Go/);
    expect(output).toContain('PERENNIAL_TEMPORAL_BIN');
    expect(output).not.toContain('    at ');
  });

  test('settings that do not fit are all named at once', async () => {
    const output = await refused({ SEND_VIA: 'pigeon', DATABASE_POOL_SIZE: '1' });
    expect(output).toContain('SEND_VIA is "pigeon"; expected one of local, queue.');
    expect(output).toContain('DATABASE_POOL_SIZE is "1"; expected a number of at least 2.');
  });
});

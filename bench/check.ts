/**
 * `npm run bench:check`: how long `perennial check` takes on a workspace of 50 journeys and 500 rules, as a
 * whole process from the command line to its end, and beside it the least one could do: read the same
 * files and parse them by the same formats, which finds no misspelt name and proves nothing.
 *
 * Both are started cold, in turn, so that whoever else uses the machine disturbs both. CPU time is the
 * steadier figure. The first check of new emails compiles their MJML; later ones remember what came of it.
 *
 * Options: --journeys=50 --rules=500 --emails=100 --runs=5
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, option, print, round, table } from './figures.ts';
import { writeManyFiles } from './many-files.ts';

const root = resolve(import.meta.dirname, '..');
const runs = option('runs', 5);
const folder = await mkdtemp(join(tmpdir(), 'perennial-bench-check-'));

/** Loaded into the measured process: leaves its CPU time in ms where CPU_FILE says. */
const reportCpu = `data:text/javascript,${encodeURIComponent(`
  import { writeFileSync } from 'node:fs';
  process.once('exit', () => {
    const { user, system } = process.cpuUsage();
    writeFileSync(process.env.CPU_FILE, String((user + system) / 1000));
  });
`)}`;

interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly output: string;
}

function run(args: readonly string[], cache: string): Promise<Run> {
  const cpuFile = join(folder, 'cpu');
  return new Promise((done, failed) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, ['--import', reportCpu, ...args], {
      cwd: root,
      env: { ...process.env, XDG_CACHE_HOME: cache, CPU_FILE: cpuFile },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', failed);
    child.once('close', () => {
      const wallMs = performance.now() - startedAt;
      done({ wallMs, cpuMs: Number(readFileSync(cpuFile, 'utf8')), output });
    });
  });
}

const check = (directory: string, cache: string) =>
  run([join(root, 'cli/perennial.js'), 'check', directory], cache);
const plain = (directory: string, cache: string) =>
  run(['--import', 'tsx', join(root, 'bench/plain/parse-files.ts'), directory], cache);

try {
  const size = {
    journeys: option('journeys', 50),
    rules: option('rules', 500),
    emails: option('emails', 100),
  };
  const workspace = join(folder, 'workspace');
  await writeManyFiles(workspace, size);
  // Once for the loader's own cache of compiled TypeScript: both start the same afterwards.
  await check(workspace, join(folder, 'warm-up'));
  const first: Run[] = [];
  const again: Run[] = [];
  const least: Run[] = [];
  for (let at = 0; at < runs; at++) {
    const cache = join(folder, `cache-${at}`);
    first.push(await check(workspace, cache));
    again.push(await check(workspace, cache));
    least.push(await plain(workspace, cache));
  }
  const row = (what: string, all: readonly Run[]) => {
    const wall = all.map(({ wallMs }) => wallMs);
    const cpu = all.map(({ cpuMs }) => cpuMs);
    return [what, round(Math.min(...wall), 0), round(median(wall), 0), round(median(cpu), 0)];
  };
  print(
    `perennial check: ${size.journeys} journeys, ${size.rules} rules, ${size.emails} emails more than the shipped workspace`,
    table(
      ['', 'wall ms, best', 'wall ms, median', 'CPU ms, median'],
      [
        row('check, emails never seen', first),
        row('check, emails unchanged', again),
        row('read and parse by the formats only', least),
      ],
    ),
    (again[0]?.output ?? '').trim().split('\n').slice(-3).join('\n'),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

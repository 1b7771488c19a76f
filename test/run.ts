/**
 * `npm test`: format, lint, types, generated files, then every test, and one closing line. Each check
 * runs even when an earlier one failed, so that one run names everything that is wrong.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateClient } from '../prisma/generate.ts';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}
/** Format, lint and types need no server; they run beside each other on two cores. */
const checks: readonly Check[] = [
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'lint', command: ['eslint', '.'] },
  { name: 'types', command: ['tsc', '--noEmit', '-p', '.'] },
];

async function main(): Promise<void> {
  const startedAt = Date.now();
  await generateClient();
  const results = await Promise.all(checks.map(run));
  const tests = await runTests();
  const failedChecks = results.filter((result) => !result.ok);
  for (const { name, output } of failedChecks) process.stdout.write(`\n✗ ${name}\n${output}\n`);
  const passed = tests.passed + results.length - failedChecks.length;
  const failed = tests.failed + failedChecks.length;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  process.stdout.write(
    `\nformat, lint and types: ${failedChecks.length === 0 ? 'clean' : `${failedChecks.length} failed`}; ${seconds} s in all\n`,
  );
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 && tests.ran ? 0 : 1;
}

interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
}

async function run({ name, command }: Check): Promise<Result> {
  const startedAt = Date.now();
  let output = '';
  const code = await execute(command, 'pipe', (text) => (output += text));
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)\n`);
  return { name, ok: code === 0, output };
}

/** Vitest's own exit code counts too: an unhandled error fails no test and must not pass. */
async function runTests(): Promise<{ passed: number; failed: number; ran: boolean }> {
  const dir = await mkdtemp(join(tmpdir(), 'perennial-test-report-'));
  const report = join(dir, 'report.json');
  const only = process.argv.slice(2);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await execute(['vitest', 'run', ...reporters, ...only], 'inherit', () => undefined);
  const text = await readFile(report, 'utf8').catch(() => '{}');
  await rm(dir, { recursive: true, force: true });
  const { numPassedTests = 0, numFailedTests = 0 } = JSON.parse(text) as {
    readonly numPassedTests?: number;
    readonly numFailedTests?: number;
  };
  const failed = code === 0 ? numFailedTests : Math.max(1, numFailedTests);
  return { passed: numPassedTests, failed, ran: numPassedTests > 0 };
}

function execute(
  command: readonly string[],
  stdio: 'pipe' | 'inherit',
  onOutput: (text: string) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['--no-install', ...command], {
      stdio: ['ignore', stdio, stdio],
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    child.stdout?.on('data', (chunk: Buffer) => onOutput(chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => onOutput(chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

await main();

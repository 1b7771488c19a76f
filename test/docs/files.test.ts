// docs/files.md, lived from top to bottom: its files are written, its mistakes made, its commands run.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { run, temporaryFolder } from '../cli/run.ts';
import { isAsTold, stepsOf, type Step } from './guide.ts';

// A command is a process of its own that compiles the workspace.
vi.setConfig({ testTimeout: 120_000 });

const root = resolve(import.meta.dirname, '../..');
const steps = stepsOf(await readFile(join(root, 'docs/files.md'), 'utf8'));
const folder = await temporaryFolder();
const workspace = join(folder.path, 'acme');
const at = { cwd: workspace };

beforeAll(() => mkdir(workspace, { recursive: true }));
afterAll(() => rm(workspace, { recursive: true, force: true }));

describe.sequential('the guide to the files', () => {
  test('shows every kind of file and every command that a marketer needs', () => {
    const paths = steps.flatMap((step) => (step.type === 'file' ? [step.path] : []));
    const folders = new Set(paths.map((path) => path.split('/')[0]));
    expect([...folders].toSorted()).toEqual([
      'imports',
      'journeys',
      'personas',
      'rules',
      'templates',
    ]);
    const commands = steps.flatMap((step) => (step.type === 'run' ? step.commands : []));
    for (const word of ['check', 'simulate', 'read', 'diff', 'publish', 'rollback', 'pause']) {
      expect(commands.some((command) => command.startsWith(`npx perennial ${word}`))).toBe(true);
    }
  });

  test.each(steps.map((step) => [nameOf(step), step] as const))('%s', async (_name, step) => {
    if (step.type === 'file') await write(step.path, step.text);
    else if (step.type === 'mistake') await makeMistake(step);
    else for (const command of step.commands) await runAsTold(command, step);
  });

  test('in the end the workspace is clean, and every persona lives as expected', async () => {
    const check = await run(['check', '--json'], at);
    expect(check.json()).toMatchObject({ ok: true, problems: [] });
    const lived = await run(['simulate', '--json'], at);
    expect(lived.json()).toMatchObject({ ok: true });
  });
});

function nameOf(step: Step): string {
  const what = step.type === 'run' ? (step.commands[0] ?? '') : step.path;
  return `line ${step.line}: ${step.type === 'mistake' ? 'a mistake in ' : ''}${what}`;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(workspace, path)), { recursive: true });
  await folder.write(join('acme', path), text);
}

/** Made, named to the letter, and taken back. */
async function makeMistake({ path, text, says }: Extract<Step, { type: 'mistake' }>) {
  const before = await readFile(join(workspace, path), 'utf8');
  await write(path, text);
  const { lines } = await run(['check'], at);
  await write(path, before);
  const sum = lines.findIndex((line) => /^\d+ files? checked: /.test(line));
  expect(lines.slice(0, sum), 'what the check says').toEqual(says);
}

async function runAsTold(command: string, { says }: Extract<Step, { type: 'run' }>) {
  const args = wordsOf(command);
  if (says === undefined) return knowsEveryOption(args);
  const { out, err } = await run(args, at);
  const found = `${out}${err}`.trimEnd().split('\n');
  if (!isAsTold(says, found)) expect(found.join('\n'), command).toBe(says.join('\n'));
}

/** A command that needs a running Perennial is asked for its help: it must know what is typed. */
async function knowsEveryOption(args: readonly string[]): Promise<void> {
  const [word = ''] = args;
  const { out } = await run([word, '--help'], at);
  expect(out).toContain(`Usage: perennial ${word}`);
  for (const option of args.filter((one) => one.startsWith('-'))) {
    expect(out, args.join(' ')).toMatch(new RegExp(`(^|[\\s,])${option}\\b`, 'm'));
  }
}

/** `npx perennial pause journey trial --why "New prices"` → its words after the command. */
function wordsOf(command: string): readonly string[] {
  const words = command.match(/"[^"]*"|\S+/g) ?? [];
  expect(words.slice(0, 2)).toEqual(['npx', 'perennial']);
  return words.slice(2).map((word) => word.replace(/^"|"$/g, ''));
}

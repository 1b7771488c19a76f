/** The shipped workspace is clean, and a problem is one line with its place. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileTemplate } from '../../mail/templates/compile.ts';
import { checkWorkspace } from '../../workspace/check-workspace.ts';
import { formatProblem } from '../../workspace/format-problem.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';

const root = new URL('../../', import.meta.url).pathname;

test('the shipped workspace has no problem and no warning', async () => {
  const result = await checkWorkspace(await readWorkspace(root), { compileTemplate });
  expect((result.ok ? result.warnings : result.problems).map(formatProblem)).toEqual([]);
  expect(result.ok).toBe(true);
});

test('an email that reads what its manifest does not list is warned of', async () => {
  const files = (await readWorkspace(root)).map((file) =>
    file.path === 'templates/welcome/email.json'
      ? { ...file, text: file.text.replaceAll('"lead.firstName"', '"lead.lastName"') }
      : file,
  );
  const result = await checkWorkspace(files, { compileTemplate });
  const lines = (result.ok ? result.warnings : result.problems).map(formatProblem);
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^templates\/welcome\/email\.json:\d+:\d+ warning: the email reads "lead\.firstName", which "variables" does not list/,
    ),
  );
});

test('a link that confirms a subscription in a marketing email is refused where it is sent', async () => {
  const files = (await readWorkspace(root)).map((file) =>
    file.path === 'journeys/recycle.json'
      ? { ...file, text: file.text.replaceAll('"roi-numbers"', '"confirm-subscription"') }
      : file,
  );
  const result = await checkWorkspace(files, { compileTemplate });
  const lines = (result.ok ? result.warnings : result.problems).map(formatProblem);
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^journeys\/recycle\.json:\d+:\d+ the email "confirm-subscription" holds {{ confirm_url }}, which only transactional email gets, and step "numbers" sends it as marketing/,
    ),
  );
});

test('a folder without a workspace is one clear sentence', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'perennial-empty-'));
  await expect(readWorkspace(empty)).rejects.toThrow(
    /holds no workspace: expected folders such as/,
  );
  await rm(empty, { recursive: true });
});

test('a problem is a place, a sentence and what to do', () => {
  const problem = { file: 'rules/facts.json', line: 3, column: 7, severity: 'error' as const };
  expect(
    formatProblem({ ...problem, message: 'unknown key "labl"', fix: 'did you mean "label"?' }),
  ).toBe('rules/facts.json:3:7 unknown key "labl"; did you mean "label"?');
});

test('a language that is promised and not written, and one that is written and not promised', async () => {
  const files = (await readWorkspace(root)).flatMap((file) =>
    file.path === 'templates/welcome/message.de.mjml'
      ? [{ ...file, path: 'templates/welcome/message.fr.mjml' }]
      : [file],
  );
  const result = await checkWorkspace(files, { compileTemplate });
  const lines = (result.ok ? result.warnings : result.problems).map(formatProblem);
  expect(lines).toEqual([
    expect.stringMatching(
      /^templates\/welcome\/email\.json:\d+:\d+ message\.de\.mjml is missing: .*; write message\.de\.mjml/,
    ),
    expect.stringMatching(/^templates\/welcome\/message\.fr\.mjml:1:1 warning: nobody gets /),
  ]);
});

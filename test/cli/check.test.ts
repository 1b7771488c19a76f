import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { follow, run, temporaryFolder } from './run.ts';

const folder = await temporaryFolder();

test('a clean workspace has no problems', async () => {
  const ran = await run(['check']);
  expect(ran.out).toMatch(
    /^\d+ files checked: no problems.*\.\nAt most \d+ emails in any 7 days.*\.\n$/,
  );
  expect(ran.code).toBe(0);
});

test('the example of the course provider is clean', async () => {
  const ran = await run(['check', 'examples/course-provider', '--json']);
  expect(ran.json()).toMatchObject({ ok: true, problems: [] });
  expect(ran.code).toBe(0);
});

test('three mistakes in three files are three lines, each with its place, and a count', async () => {
  await folder.takeWorkspace();
  await folder.edit('rules/segments.json', '"employees"', '"employes"');
  await folder.edit('journeys/trial-nurture.json', '"need-a-hand"', '"need-a-hnd"');
  await folder.edit('personas/busy-vp.json', '"SAL"', '"SLA"');
  const ran = await run(['check'], { cwd: folder.path });
  expect(ran.code).toBe(1);
  expect(ran.lines).toHaveLength(4);
  for (const line of ran.lines.slice(0, 3)) expect(line).toMatch(/^[\w/.-]+:\d+:\d+ .+/);
  expect(ran.lines.map((line) => line.split(':')[0])).toEqual([
    'journeys/trial-nurture.json',
    'personas/busy-vp.json',
    'rules/segments.json',
    expect.stringMatching(/files checked$/),
  ]);
  expect(ran.lines[2]).toContain('did you mean "employees"');
  expect(ran.lines[3]).toContain('3 problems');

  const asJson = await run(['check', '--json'], { cwd: folder.path });
  expect(asJson.code).toBe(1);
  expect(asJson.json()).toMatchObject({
    ok: false,
    problems: [{ line: expect.any(Number) as number }, {}, {}],
  });
});

test('warnings pass, and fail with --strict', async () => {
  await folder.takeWorkspace();
  await folder.edit('rules/segments.json', '"$schema": "../schema/segments.json",', '');
  const plain = await run(['check'], { cwd: folder.path });
  expect(plain.code).toBe(0);
  expect(plain.lines[0]).toMatch(
    /^rules\/segments\.json:1:1 warning: editors cannot help here: "\$schema" is missing; write "\$schema": "\.\.\/schema\/segments\.json"$/,
  );
  expect(plain.lines[1]).toMatch(/no problems, 1 warning\.$/);
  const strict = await run(['check', '--strict', '--json'], { cwd: folder.path });
  expect(strict.code).toBe(1);
  expect(strict.json()).toMatchObject({ ok: false, problems: [{ severity: 'warning' }] });
});

test('a $schema of another kind of file is told, one of a server is fine', async () => {
  await folder.takeWorkspace();
  await folder.edit('rules/segments.json', '../schema/segments.json', '../schema/facts.json');
  const url = 'https://perennial.example/schemas/facts.json';
  await folder.edit('rules/facts.json', '../schema/facts.json', url);
  const ran = await run(['check'], { cwd: folder.path });
  expect(ran.lines).toHaveLength(2);
  expect(ran.lines[0]).toContain('leads editors to "../schema/facts.json"');
});

test('--format github is an annotation on the line, with what would end it escaped', async () => {
  await folder.takeWorkspace();
  await folder.edit('rules/segments.json', '"employees"', '"100%, or: so"');
  const ran = await run(['check', '--format', 'github'], { cwd: folder.path });
  expect(ran.code).toBe(1);
  expect(ran.lines[0]).toMatch(
    /^::error file=rules\/segments\.json,line=\d+,col=\d+,title=perennial check::unknown fact "100%25, or: so"; /,
  );
});

test('--format gitlab is a Code Quality report whose fingerprints outlive moved lines', async () => {
  const report = async () =>
    (await run(['check', '--format', 'gitlab'], { cwd: folder.path })).json() as readonly {
      readonly fingerprint: string;
      readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
    }[];
  const [first] = await report();
  expect(first?.location.path).toBe('rules/segments.json');
  await folder.edit('rules/segments.json', '{', '\n\n{');
  const [moved] = await report();
  expect(moved?.location.lines.begin).toBe((first?.location.lines.begin ?? 0) + 2);
  expect(moved?.fingerprint).toBe(first?.fingerprint);
});

test('a format that does not exist is wrong usage', async () => {
  const ran = await run(['check', '--format', 'xml']);
  expect(ran.code).toBe(2);
  expect(ran.err).toContain('text, json, github, gitlab');
});

test('a colour is for terminals only', async () => {
  const ran = await run(['check'], { cwd: folder.path });
  expect(ran.out).not.toContain('\u001b');
});

test('--watch answers each save that changes the answer, and ends with Ctrl-C', async () => {
  await folder.takeWorkspace();
  const watching = follow(['check', '--watch'], { cwd: folder.path });
  await until(() => watching.err().includes('Watching'), { what: 'the watch to begin' });
  const before = watching.out();
  await folder.edit('rules/segments.json', '"employees"', '"employes"');
  await until(() => watching.out().includes('1 problem.'), { what: 'the answer to the mistake' });
  expect(watching.out().slice(before.length)).toMatch(
    /^\nrules\/segments\.json saved:\nrules\/segments\.json:\d+:\d+ unknown fact "employes"; did you mean "employees"\?\n\d+ files checked: 1 problem\.\n$/,
  );
  // A save that changes nothing about the answer is not told; the next one is.
  await folder.edit('personas/busy-vp.json', '{', '\n{');
  await folder.edit('rules/segments.json', '"employes"', '"employees"');
  const told = () => watching.out().split('no problems').length;
  await until(() => told() > before.split('no problems').length, { what: 'the all-clear' });
  expect(watching.out().match(/saved:/g)).toHaveLength(2);
  watching.child.kill('SIGINT');
  expect(await watching.ended).toBe(0);
});

test('a folder without a workspace is told in one sentence', async () => {
  const ran = await run(['check', '/tmp/there-is-nothing-here']);
  expect(ran.code).toBe(2);
  expect(ran.err).toMatch(/^\/tmp\/there-is-nothing-here holds no workspace: .*\n$/);
});

test('a command that does not exist is wrong usage, and --help shows examples', async () => {
  const unknown = await run(['chek']);
  expect(unknown.code).toBe(2);
  expect(unknown.err).toContain('Did you mean check?');
  const help = await run(['import', '--help']);
  expect(help.code).toBe(0);
  expect(help.out).toContain('$ npx perennial import');
});

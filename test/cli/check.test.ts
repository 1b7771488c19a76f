import { expect, test } from 'vitest';
import { run, temporaryFolder } from './run.ts';

const folder = await temporaryFolder();

test('a clean workspace has no problems', async () => {
  const ran = await run(['check']);
  expect(ran.out).toMatch(/^\d+ files checked: no problems.*\.\n$/);
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

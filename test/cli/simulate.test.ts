import { expect, test } from 'vitest';
import { run, temporaryFolder } from './run.ts';

const folder = await temporaryFolder();

test('the shipped personas live as they expect', async () => {
  const ran = await run(['simulate']);
  expect(ran.lines.at(-1)).toMatch(/^\d+ personas: all as expected\.$/);
  expect(ran.lines).toContainEqual(
    expect.stringMatching(/^ {2}day {2}0 {2}Fri 27 Mar 16:30 {2}Email "welcome" is sent/),
  );
  expect(ran.out).not.toContain('✗');
  expect(ran.code).toBe(0);
});

test('the personas of the course provider live as they expect', async () => {
  const ran = await run(['simulate', '--workspace', 'examples/course-provider']);
  expect(ran.lines.at(-1)).toBe('2 personas: all as expected.');
  expect(ran.out).toContain('✓ exit: completed');
});

test('an expectation that is not met is marked, and is the exit code', async () => {
  await folder.takeWorkspace();
  await folder.edit('personas/busy-vp.json', '"rep": "anna"', '"rep": "jon"');
  const ran = await run(['simulate', 'busy-vp'], { cwd: folder.path });
  expect(ran.lines).toContain('  ✗ rep: jon; found: anna');
  expect(ran.code).toBe(1);
  const asJson = await run(['simulate', 'busy-vp', '--json'], { cwd: folder.path });
  expect(asJson.json()).toMatchObject({
    ok: false,
    personas: [{ persona: 'busy-vp', emails: [{ at: '2026-03-27T15:30:00.000Z' }, {}] }],
  });
});

test('a persona that does not exist is answered with those that do', async () => {
  const ran = await run(['simulate', 'nobody']);
  expect(ran.code).toBe(2);
  expect(ran.err).toMatch(
    /^There is no persona "nobody": the workspace has .*busy-vp, .*trial-takes-off.*\.\n$/,
  );
});

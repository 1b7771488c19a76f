/** The command as people type it: a process with an exit code, answers on stdout, all else on stderr. */
import { expect, test } from 'vitest';
import { runAsProcess, temporaryFolder } from './run.ts';

test('a clean workspace is said to be clean, and the exit code is 0', async () => {
  const { code, out, err } = await runAsProcess(['check']);
  expect(out).toMatch(/files checked: no problems\./);
  expect([code, err]).toEqual([0, '']);
});

test('problems are exit code 1', async () => {
  const folder = await temporaryFolder();
  await folder.takeWorkspace();
  await folder.edit('journeys/trial-nurture.json', '"wait"', '"wiat"');
  const { code, out } = await runAsProcess(['check'], { cwd: folder.path });
  expect(out).toContain('did you mean "wait"?');
  expect(code).toBe(1);
});

test('wrong usage is exit code 2, on stderr, with what was meant', async () => {
  const { code, out, err } = await runAsProcess(['chekc']);
  expect(err).toContain('Did you mean check?');
  expect([code, out]).toEqual([2, '']);
});

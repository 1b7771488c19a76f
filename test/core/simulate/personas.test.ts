/** The shipped workspace, lived by its own personas. */
import { expect, test } from 'vitest';
import { compileRelease } from '../../../core/definitions/compile-release.ts';
import { runPersona } from '../../../core/simulate/persona.ts';
import { readWorkspace } from '../../../workspace/read-workspace.ts';

const compiled = compileRelease(await readWorkspace('.'), '00000000-0000-7000-8000-000000000000');

test('the shipped workspace has no problems', () => {
  expect(compiled.ok ? [] : compiled.problems).toEqual([]);
});

const workspace = compiled.ok ? compiled.workspace : undefined;
test.each(workspace?.personas ?? [])('persona $persona gets what it expects', (persona) => {
  if (workspace === undefined) return;
  const run = runPersona(workspace.release, persona);
  expect(run.expectations.filter(({ ok }) => !ok)).toEqual([]);
  expect(run.expectations.length).toBeGreaterThan(0);
  expect(runPersona(workspace.release, persona)).toEqual(run);
});

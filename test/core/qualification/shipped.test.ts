/** The rules this repository ships, played: interest without fit is no reason to call anybody. */
import { beforeAll, expect, test } from 'vitest';
import type { Persona } from '../../../core/definitions/compile-persona.ts';
import { compileRelease } from '../../../core/definitions/compile-release.ts';
import type { Release } from '../../../core/definitions/release.ts';
import { runPersona } from '../../../core/simulate/persona.ts';
import { readWorkspace } from '../../../workspace/read-workspace.ts';

let release: Release;
beforeAll(async () => {
  const files = await readWorkspace(new URL('../../../', import.meta.url).pathname);
  const compiled = compileRelease(files, 'shipped');
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems, null, 2));
  ({ release } = compiled.workspace);
});

function reader(traits: Persona['traits'], event: string, times: number): Persona {
  const startsAt = Date.parse('2026-03-02T09:00:00Z');
  return {
    ...{ persona: 'reader', traits, tags: [], startsAt, expect: {}, runsForMs: 60 * 86_400_000 },
    script: [{ at: startsAt, type: 'event', event, properties: {}, times, trust: 'human' }],
  };
}
const noFit = { email: 'kai@gmail.com', employees: 1, title: 'Student', country: 'BR' };

test.each([
  ['no fit', noFit, 'Page Viewed', 'D4'],
  ['nothing known', {}, 'Page Viewed', 'U4'],
  ['no fit, all of it at prices', noFit, 'Pricing Viewed', 'D3'],
  ['nothing known, all of it at prices', {}, 'Pricing Viewed', 'U3'],
])('500 page views and %s never make an MQL', (_what, traits, event, highest) => {
  const { stage, timeline, handoff } = runPersona(release, reader(traits, event, 500));
  expect([stage, handoff]).toEqual(['lead', undefined]);
  const grades = timeline.map(({ text }) => /becomes ([A-DU][1-4])/.exec(text)?.[1]);
  expect(new Set(grades).has(highest), highest).toBe(highest !== 'U4');
  expect(timeline.filter(({ text }) => /MQL|PQL|handed/.test(text))).toEqual([]);
});

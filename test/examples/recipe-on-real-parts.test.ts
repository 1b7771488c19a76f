// The recipe of the demo request, lived as in production: API and worker as processes, a real Temporal
// server, Postgres and SMTP. Whoever asks is answered with the name of a rep; a competitor without one.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { useCluster } from '../faults/support/use-cluster.ts';
import { until } from '../support/until.ts';

const workspaceDir = hastyWorkspace();
afterAll(() => rmSync(workspaceDir, { recursive: true, force: true }));
const cluster = useCluster({ apis: 1, workers: 1, workspaceDir });

/** As it is, but that nobody is waited for a whole minute. */
function hastyWorkspace(): string {
  const dir = mkdtempSync(join(tmpdir(), 'perennial-demo-'));
  cpSync(new URL('../../examples/recipes/demo-request', import.meta.url).pathname, dir, {
    recursive: true,
  });
  const file = join(dir, 'journeys/demo-request.json');
  const text = readFileSync(file, 'utf8');
  if (!text.includes('"upTo": "1 minute"')) throw new Error('the recipe no longer waits a minute');
  writeFileSync(file, text.replace('"upTo": "1 minute"', '"upTo": "15 seconds"'));
  return dir;
}

test('a demo request is answered with a name, and the rep is told; a competitor gets neither', async () => {
  const { driver, sink } = cluster();
  await driver.identify('ana@nordwind.example', { firstName: 'Ana', company: 'Nordwind AG' });
  await driver.track('Demo Requested', 'ana@nordwind.example');
  await driver.track('Demo Requested', 'spy@rival.example');
  const subjectsTo = (address: string) =>
    sink.mails.filter(({ to }) => to[0] === address).map(({ subject }) => subject);
  // The plain answer comes after a while in which nobody was named.
  await until(() => subjectsTo('spy@rival.example').length > 0, {
    what: 'the answer to the competitor',
    timeoutMs: 110_000,
  });
  const [answer] = subjectsTo('ana@nordwind.example');
  const rep = answer?.includes('Mia Roth') === true ? 'mia@example.com' : 'tom@example.com';
  expect(subjectsTo('ana@nordwind.example')).toHaveLength(1);
  expect(answer).toMatch(/^Your demo: (Mia Roth|Tom Lund) is looking forward to it$/);
  expect(subjectsTo(rep)[0]).toContain('Ana');
  expect(subjectsTo('spy@rival.example')).toEqual(['We have your demo request']);
  const told = sink.mails.filter(({ to }) => to[0]?.endsWith('@example.com') === true);
  expect(told.some(({ raw }) => raw.includes('rival'))).toBe(false);
}, 180_000);

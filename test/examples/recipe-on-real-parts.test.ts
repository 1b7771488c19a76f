// The recipe of the demo request, lived as in production: API and worker as processes, a real Temporal
// server, Postgres and SMTP. Whoever asks is answered with the name of a rep; a competitor without one.
import { expect, test } from 'vitest';
import { useCluster } from '../faults/support/use-cluster.ts';
import { until } from '../support/until.ts';

const workspaceDir = new URL('../../examples/recipes/demo-request', import.meta.url).pathname;
const cluster = useCluster({ apis: 1, workers: 1, workspaceDir });

test('a demo request is answered with a name, and the rep is told; a competitor gets neither', async () => {
  const { driver, sink } = cluster();
  await driver.identify('ana@nordwind.example', { firstName: 'Ana', company: 'Nordwind AG' });
  await driver.track('Demo Requested', 'ana@nordwind.example');
  await driver.track('Demo Requested', 'spy@rival.example');
  const subjectsTo = (address: string) =>
    sink.mails.filter(({ to }) => to[0] === address).map(({ subject }) => subject);
  // The plain answer comes after a minute in which nobody was named.
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

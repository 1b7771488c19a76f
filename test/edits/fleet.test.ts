/** Forty-eight leads in flight: their journey is edited, the worker dies, the edit is taken back and made again. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openCluster, type Cluster } from '../faults/support/cluster.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { workflowBundle } from '../support/temporal.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { playFleet } from './fleet.ts';
import { prove } from './proof.ts';
import { fleetWorkspace, type FleetWorkspace } from './workspace.ts';

const n = 48;
let workspace: FleetWorkspace;
let database: TestDatabase;
let cluster: Cluster;
beforeAll(async () => {
  quietRuntime();
  workspace = await fleetWorkspace({ beforeSeconds: 70, afterSeconds: 74, lastSeconds: 3 });
  database = await createTestDatabase();
  cluster = await openCluster({
    ...{ databaseUrl: database.url, temporalAddress: inject('temporal').address },
    ...{ bundle: workflowBundle().codePath, apis: 1, workers: 1, workspaceDir: workspace.dir },
  });
  await cluster.startAll();
}, 120_000);
afterAll(async () => {
  await cluster.close();
  await database.drop();
  await workspace.remove();
}, 30_000);

test('an edit, a kill, a rollback half-way and the edit again: nobody is lost, no email goes twice', async () => {
  const said: string[] = [];
  const story = await playFleet({
    ...{ cluster, n, databaseUrl: database.url, workspaceDir: workspace.dir, wakeSeconds: 16 },
    writeEdited: () => workspace.writeEdited(),
    say: (text) => void said.push(text),
  });
  const proof = await prove(cluster);
  expect(proof).toMatchObject({ leads: n, twiceByCommand: [], twiceByLead: [], unlike: [] });
  const lane = (name: string) => proof.lanes.find((one) => one.lane === name)?.leads ?? 0;
  expect(lane('a') * lane('b') * lane('c')).toBeGreaterThan(0);
  expect(proof).toMatchObject({ completed: lane('a') + lane('b'), blocked: lane('c'), unknown: 0 });
  // The kill met runs that had moved and runs that had not; so did the rollback.
  for (const moved of [story.movedAtKill, story.movedAtRollback]) {
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(lane('a') + lane('b'));
  }
  expect(said.join('\n')).toContain(
    'blocked, step "survey" is gone, and "removed" does not say where to go',
  );
}, 300_000);

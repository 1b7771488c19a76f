// A cluster for a test file, on the servers of the run, in a namespace and a database of its own.
import { afterAll, beforeAll, inject } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { workflowBundle } from '../../support/temporal.ts';
import { quietRuntime } from '../../support/quiet-runtime.ts';
import { openCluster, type Cluster, type ClusterOptions } from './cluster.ts';

export function useCluster(
  options: Pick<ClusterOptions, 'apis' | 'workers' | 'env' | 'workspaceDir'>,
): () => Cluster {
  let database: TestDatabase | undefined;
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    quietRuntime();
    database = await createTestDatabase();
    cluster = await openCluster({
      ...options,
      databaseUrl: database.url,
      temporalAddress: inject('temporal').address,
      bundle: workflowBundle().codePath,
    });
    await cluster.startAll();
  }, 120_000);
  afterAll(async () => {
    await cluster?.close();
    await database?.drop();
  }, 30_000);
  return () => {
    if (cluster === undefined) throw new Error('The cluster runs only while tests and hooks run.');
    return cluster;
  };
}

/**
 * What api and worker share, put together from the configuration: the store, the releases, and ingest
 * with its delivery to Temporal. Nothing here decides; nothing here starts a loop of its own.
 */
import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import { createIngest, type Ingest } from '../ingest/ingest.ts';
import { createStore, type Store } from '../store/client.ts';
import { migrate } from '../store/migrate.ts';
import type { Config } from './config.ts';
import { createDeliver, type Deliver, type DeliverDeps } from './dispatch/deliver.ts';
import { startRelay } from './dispatch/relay.ts';
import type { Loop } from './dispatch/loop.ts';
import { createLog } from './log.ts';
import { createReleaseLibrary, type ReleaseLibrary } from './releases.ts';

export interface Core {
  readonly config: Config;
  readonly log: Logger;
  readonly store: Store;
  readonly releases: ReleaseLibrary;
  readonly temporal: Client;
  readonly delivery: DeliverDeps;
  readonly deliver: Deliver;
  readonly ingest: Ingest;
  /** Finishes what was taken in, then closes the connections. */
  close(): Promise<void>;
}

/**
 * Brings the schema up to this version's. Every process does it first, under one lock, so that any of
 * them may be the first on an empty database; one that finds nothing to do asks one question.
 */
export async function migrateDatabase({ DATABASE_URL: databaseUrl }: Config): Promise<void> {
  if (databaseUrl !== undefined) await migrate({ databaseUrl });
}

/** The connection to Temporal is made at its first use: capture goes on while Temporal is away. */
export function composeCore(config: Config, process: 'api' | 'worker' | 'cli'): Core {
  const { DATABASE_URL } = config;
  if (DATABASE_URL === undefined) {
    throw new Error('DATABASE_URL is not set: `npm start` sets it, or name your PostgreSQL.');
  }
  const log = createLog({ name: process, level: config.LOG_LEVEL });
  const store = createStore({ databaseUrl: DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE });
  const releases = createReleaseLibrary(store, () => Date.now());
  const connection = Connection.lazy(connectionOptions(config));
  const temporal = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  const delivery: DeliverDeps = {
    sql: store,
    client: temporal,
    plans: (hashes) => releases.plans(hashes),
    sendVia: config.sendVia,
    workflowTaskTimeoutMs: config.WORKFLOW_TASK_TIMEOUT_MS,
  };
  const deliver = createDeliver(delivery);
  const ingest = createIngest({
    store,
    releases,
    deliver,
    onError: (error, doing) => log.error({ err: error, doing }, 'after the commit'),
  });
  return {
    ...{ config, log, store, releases, temporal, delivery, deliver, ingest },
    async close() {
      await ingest.close();
      await connection.close();
      await store.close();
    },
  };
}

/** Runs in every process that commits: what one leaves undelivered, any other takes. */
export function startCoreRelay({ store, deliver, log }: Core): Loop {
  return startRelay({
    sql: store,
    deliver,
    onError: (error) => log.error({ err: error }, 'relay of the outbox'),
  });
}

export function connectionOptions(config: Config) {
  return {
    address: config.TEMPORAL_ADDRESS ?? '127.0.0.1:7233',
    ...(config.TEMPORAL_TLS === 'on' && { tls: true }),
    ...(config.TEMPORAL_API_KEY !== undefined && { apiKey: config.TEMPORAL_API_KEY }),
  };
}

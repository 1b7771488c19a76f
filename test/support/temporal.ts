// The Temporal server of the run, seen from a test file. All files share one server and one
// namespace; they stay apart by task queues of their own and by ids that no other file makes.
// Only files of the `integration` project can use it.
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, inject } from 'vitest';
import './provided.ts';
import { quietRuntime } from './quiet-runtime.ts';

export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  readonly client: Client;
  /** For `Worker.create`. */
  readonly connection: NativeConnection;
}

/** Registers the hooks of a file or a `describe`; the members may be read from inside tests. */
export function useTemporal(): TestTemporal {
  let open: (TestTemporal & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    open = await connectTemporal();
  });
  afterAll(async () => {
    await open?.close();
  });
  const current = () => {
    if (!open) throw new Error('Temporal is connected only while tests and hooks run.');
    return open;
  };
  return {
    ...inject('temporal'),
    get client() {
      return current().client;
    },
    get connection() {
      return current().connection;
    },
  };
}

export async function connectTemporal(): Promise<TestTemporal & { close(): Promise<void> }> {
  const { address, namespace } = inject('temporal');
  quietRuntime();
  const [connection, clientConnection] = await Promise.all([
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ]);
  const client = new Client({ connection: clientConnection, namespace });
  const close = async () => {
    await clientConnection.close();
    await connection.close();
  };
  return { address, namespace, client, connection, close };
}

/** To be appended to a task queue's name, so that no other file's worker takes its tasks. */
export function createQueueSuffix(): string {
  return `-${randomBytes(6).toString('hex')}`;
}

/** The workflows of this project, bundled once per run, for `Worker.create({ workflowBundle })`. */
export function workflowBundle(): { readonly codePath: string } {
  const bundle = inject('workflowBundle');
  if (!bundle) throw new Error('There are no workflows: workflows/index.ts does not exist.');
  return bundle;
}

/**
 * A Temporal server of its own for scripts that run outside the tests, and for tests that need a
 * server configured differently from the shared one. Everything it starts, `stop` ends.
 */
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { REHEARSAL_DYNAMIC_CONFIG } from '../../runtime/dispatch/rehearsal.ts';
import { findTemporalBinary } from '../../runtime/embedded/temporal-binary.ts';
import { startTemporalServer } from '../../runtime/embedded/temporal-server.ts';
import type { JourneyServer } from './journey-world.ts';

const NAMESPACE = 'journeys';

export interface OwnServer extends Omit<JourneyServer, 'workflowBundle'> {
  stop(): Promise<void>;
}

export async function startOwnServer(
  dynamicConfig: Readonly<Record<string, string | number | boolean>> = {},
): Promise<OwnServer> {
  const { path: binary } = await findTemporalBinary();
  const server = await startTemporalServer({
    binary,
    namespace: NAMESPACE,
    ui: false,
    dynamicConfig: { ...REHEARSAL_DYNAMIC_CONFIG, ...dynamicConfig },
  });
  const { address } = server;
  const clientConnection = await Connection.connect({ address });
  const connection = await NativeConnection.connect({ address });
  return {
    client: new Client({
      connection: clientConnection,
      namespace: NAMESPACE,
      identity: 'journey-world',
    }),
    connection,
    namespace: NAMESPACE,
    stop: async () => {
      await connection.close();
      await clientConnection.close();
      await server.stop();
    },
  };
}

/** For scripts; tests take the bundle of their run. */
export async function bundleWorkflows(): Promise<JourneyServer['workflowBundle']> {
  const logger = new DefaultLogger('ERROR');
  const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
  return bundleWorkflowCode({ workflowsPath, logger });
}

/**
 * For the commands: a Postgres, a Temporal server and a bundle of their own, in one temporary directory.
 * The tests in `npm test` use those of their run instead.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../../runtime/embedded/postgres.ts';
import { findTemporalBinary } from '../../../runtime/embedded/temporal-binary.ts';
import {
  startTemporalServer,
  type TemporalServer,
  type TemporalServerOptions,
} from '../../../runtime/embedded/temporal-server.ts';
import { migrate } from '../../../store/migrate.ts';
import { bundleWorkflows } from '../../workflows/own-server.ts';

export interface Ground {
  readonly dir: string;
  readonly bundle: string;
  readonly temporal: TemporalServer;
  /** What the server was started with, for starting it again after a kill. */
  readonly temporalOptions: TemporalServerOptions;
  /** A migrated database without rows. */
  createDatabase(): Promise<string>;
  /** After it was killed: the same files, the same port. */
  restartTemporal(): Promise<void>;
  close(): Promise<void>;
}

export async function openGround(): Promise<Ground> {
  const dir = await mkdtemp(join(tmpdir(), 'perennial-faults-ground-'));
  await chmod(dir, 0o711); // Root's tests run Postgres under another account.
  const [postgres, bundle, { path: binary }] = await Promise.all([
    startPostgres({ dataDir: join(dir, 'postgres'), settings: { max_connections: '200' } }),
    writeBundle(dir),
    findTemporalBinary({ onProgress: (text) => process.stderr.write(`${text}\n`) }),
  ]);
  const temporalOptions = {
    binary,
    namespace: 'faults',
    ui: false,
    dbFilename: join(dir, 'temporal.db'),
    logFile: join(dir, 'temporal.log'),
  } as const;
  let temporal = await startTemporalServer(temporalOptions);
  const port = Number(temporal.address.split(':')[1]);
  return {
    ...{ dir, bundle, temporalOptions },
    get temporal() {
      return temporal;
    },
    createDatabase: () => createDatabase(postgres.url),
    async restartTemporal() {
      temporal = await startTemporalServer({ ...temporalOptions, port });
    },
    async close() {
      await temporal.stop();
      await postgres.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function writeBundle(dir: string): Promise<string> {
  const built = await bundleWorkflows();
  if (built === null || !('code' in built)) throw new Error('expected the code of the workflows');
  const path = join(dir, 'workflows.js');
  await writeFile(path, built.code);
  return path;
}

async function createDatabase(serverUrl: string): Promise<string> {
  const name = `faults_${randomBytes(4).toString('hex')}`;
  const admin = new pg.Client({ connectionString: serverUrl.replace(/[^/]*$/, 'postgres') });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const databaseUrl = serverUrl.replace(/[^/]*$/, name);
  await migrate({ databaseUrl });
  return databaseUrl;
}

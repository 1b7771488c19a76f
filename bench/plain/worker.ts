/** The worker of the journey by hand: a process of its own, as the engine's worker is. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pg from 'pg';
import type { CompiledTemplate } from '../../mail/templates/compile.ts';
import { createLetters } from '../../mail/letters.ts';
import type { Mailbox } from '../../mail/outgoing.ts';
import { readConfig } from '../../runtime/config.ts';
import { createPlainActivities } from './activities.ts';

export const PLAIN_QUEUE = 'plain-journeys';
/** What the benchmark hands over, in the home both processes know. */
export interface PlainSettings {
  readonly template: CompiledTemplate;
  readonly from: Mailbox;
  readonly postalAddress: string;
}

const config = readConfig(process.env);
const settings = JSON.parse(
  await readFile(join(config.home, 'plain.json'), 'utf8'),
) as PlainSettings;
const pool = new pg.Pool({ connectionString: config.DATABASE_URL, max: config.DATABASE_POOL_SIZE });
Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
const connection = await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS ?? '' });
const worker = await Worker.create({
  connection,
  taskQueue: PLAIN_QUEUE,
  workflowsPath: join(import.meta.dirname, 'workflow.ts'),
  activities: createPlainActivities({
    ...settings,
    pool,
    smtpUrl: config.SMTP_URL ?? '',
    letters: createLetters({
      domain: new URL(config.publicUrl).hostname,
      publicUrl: config.publicUrl,
      secret: config.PERENNIAL_SECRET ?? '',
    }),
  }),
  // Those of the engine's worker.
  maxCachedWorkflows: 500,
  maxConcurrentWorkflowTaskExecutions: 100,
});
process.once('SIGTERM', () => worker.shutdown());
const running = worker.run();
await writeFile(join(config.home, 'plain.alive'), '');
await running;
await pool.end();
await connection.close();
process.exit();

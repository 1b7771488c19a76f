/**
 * The worker process: runs journeys and handoffs on their three queues, delivers what the outbox
 * still holds, lets the clock tick for leads that are due, resumes pauses that are over and verifies
 * addresses. Any number of these run side by side.
 *
 * SIGTERM stops polling, lets sends in progress finish, then closes. A worker that dies instead
 * leaves claims behind whose leases end; the ledger says what became of them.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import {
  createActivities,
  createHandoffActivities,
  createSendInternal,
  tellOfReply,
  sendAgain,
} from '../activities/index.ts';
import type { Release } from '../core/definitions/release.ts';
import { domainOfAddress } from '../core/sending/address.ts';
import {
  composeCore,
  migrateDatabase,
  connectionOptions,
  startCoreRelay,
  type Core,
} from './composition.ts';
import { ConfigError, readConfig } from './config.ts';
import { startDueLoop } from './dispatch/due-loop.ts';
import { startPauseLoop } from './dispatch/pauses.ts';
import { startHealthLoop } from './dispatch/sending-health.ts';
import { startReplyLoop } from './dispatch/reply-loop.ts';
import { startRecomputeLoop } from './dispatch/recompute-loop.ts';
import { openEnrichmentFile } from '../enrich/file-provider.ts';
import { NothingPublished } from './releases.ts';
import { openSigner } from './signing.ts';
import { startUpkeep, type SendAgain } from './upkeep.ts';
import { startTracking } from './tracking.ts';
import { startVerification } from './verification.ts';
import { workflowBundle } from './workflow-bundle.ts';
import {
  createActivityDependencies,
  createHandoffDependencies,
  createReplyDependencies,
  healthDepsOf,
} from './worker-dependencies.ts';
import { QUEUES } from '../workflows/contract.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  await migrateDatabase(config);
  const core = composeCore(config, 'worker');
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message }) =>
      core.log[level === 'ERROR' ? 'error' : 'warn'](message),
    ),
    // We stop the workers ourselves, in order.
    shutdownSignals: [],
  });
  const connection = await NativeConnection.connect(connectionOptions(config));
  const { workers, again, sendInternal, close } = await createWorkers(core, connection);
  const relay = startCoreRelay(core);
  const due = startDueLoop({
    sql: core.store,
    ingest: (requests) => core.ingest.ingest(requests),
    now: () => Date.now(),
    onError: (error) => core.log.error({ err: error }, 'leads that are due'),
  });
  const pauses = startPauseLoop({
    store: core.store,
    plans: (hashes) => core.releases.plans(hashes),
    now: () => Date.now(),
    onError: (error) => core.log.error({ err: error }, 'pauses that are over'),
  });
  const health = startHealthLoop({
    ...healthDepsOf(core),
    onError: (error) => core.log.error({ err: error }, 'what came back of emails'),
  });
  const replyDeps = createReplyDependencies(core, sendInternal);
  const replies = startReplyLoop({
    sql: core.store,
    tell: (task) => tellOfReply(replyDeps, task),
    onError: (error) => core.log.error({ err: error }, 'answers that reps are to hear of'),
  });
  const recomputes = startRecomputeLoop({
    ...{ store: core.store, releases: core.releases, ingest: core.ingest },
    now: () => Date.now(),
    onError: (error) => core.log.error({ err: error }, 'leads whose rules changed'),
  });
  const upkeep = startUpkeep(core, { again });
  const tracking = startTracking(core);
  const verification = startVerification(core);
  const beat = setInterval(() => void beatOnce(core), 1_000);
  await beatOnce(core);
  core.log.info({ queues: Object.values(QUEUES) }, 'worker runs');

  const stop = (): void => workers.forEach((worker) => worker.shutdown());
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await Promise.all(workers.map((worker) => worker.run()));

  clearInterval(beat);
  const loops = [relay, due, pauses, health, replies, recomputes, upkeep, tracking, verification];
  await Promise.all(loops.map((loop) => loop.stop()));
  await close();
  await core.close();
  await connection.close();
}

async function createWorkers(core: Core, connection: NativeConnection) {
  const { WORKFLOW_BUNDLE: codePath, WORKFLOW_TASK_TIMEOUT_MS: taskTimeoutMs } = core.config;
  const bundle = async (entry: 'lead-journey' | 'handoff') =>
    codePath === undefined ? workflowBundle(core.config.home, entry) : { codePath };
  const [journeyBundle, handoffBundle, release] = await Promise.all([
    bundle('lead-journey'),
    bundle('handoff'),
    firstRelease(core),
  ]);
  const mailDomain = domainOfAddress(release.sending.from.email);
  const enrichment = await openEnrichment(core);
  const signer = await openSigner(core.config, mailDomain);
  const journeys = createActivityDependencies(core, { mailDomain, signer, enrichment });
  const sendInternal = createSendInternal(journeys.deps);
  const activities = createActivities(journeys.deps);
  const handoffs = createHandoffActivities(createHandoffDependencies(core, sendInternal));
  const common = {
    connection,
    namespace: core.config.TEMPORAL_NAMESPACE,
    // The tasks of a worker that died wait for it this long, and not longer than one it had begun.
    stickyQueueScheduleToStartTimeout: taskTimeoutMs,
    // Longer than a send may take, so that none is cut off in the middle.
    shutdownGraceTime: '30 seconds',
    shutdownForceTime: '60 seconds',
  } as const;
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: QUEUES.journeys,
      workflowBundle: journeyBundle,
      activities,
      // A sleeper replays about sixty events when it wakes: memory is worth more than that. Tasks at
      // once stay well below it: the SDK drops local activities of a run it evicts (measured), and
      // they come back only after the workflow task timeout.
      maxCachedWorkflows: 500,
      maxConcurrentWorkflowTaskExecutions: 100,
    }),
    // Its own worker, so that slow relays fill slots of their own only.
    Worker.create({ ...common, taskQueue: QUEUES.mail, activities }),
    Worker.create({
      ...common,
      taskQueue: QUEUES.handoffs,
      workflowBundle: handoffBundle,
      activities: handoffs,
      maxCachedWorkflows: 200,
      maxConcurrentWorkflowTaskExecutions: 40,
    }),
  ]);
  const close = async (): Promise<void> => {
    await journeys.close();
    await enrichment?.close();
  };
  const again: SendAgain = (send) => sendAgain(journeys.deps, send);
  return { workers, sendInternal, again, close };
}

/** A file that is wrong when the worker starts stops it, as every other wrong setting does. */
async function openEnrichment({ config, releases, log }: Core) {
  const { PERENNIAL_ENRICHMENT_FILE: path } = config;
  if (path === undefined) return undefined;
  const file = await openEnrichmentFile({
    path,
    release: () => releases.current(),
    onError: (error) => log.error({ err: error }, 'the enrichment file is still the one before'),
  });
  log.info({ rows: file.rows() }, 'enrichment file read');
  return file;
}

/** A worker with nothing published has nothing to do: it waits for the first release. */
async function firstRelease(core: Core): Promise<Release> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await core.releases.current();
    } catch (error) {
      if (!(error instanceof NothingPublished)) throw error;
      if (!isTold) core.log.warn(error.message);
      await delay(1_000);
    }
  }
}

/** A sign of life that a supervisor and a container's health check can read. */
async function beatOnce(core: Core): Promise<void> {
  await writeFile(join(core.config.home, 'worker.alive'), String(Date.now())).catch(
    (error: unknown) => core.log.warn({ err: error }, 'sign of life could not be written'),
  );
}

try {
  await main();
} catch (error) {
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : String((error as Error).stack ?? error)}\n`,
  );
  process.exitCode = 1;
}
// Native handles of the SDK may outlive a failed start.
process.exit();

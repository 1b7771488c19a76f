/**
 * The API process: capture, mail that comes in, reads, the pages behind links and the console, and a
 * share of the outbox.
 * Any number of these run side by side.
 *
 * SIGTERM stops accepting, lets requests in progress finish, then closes what they used. It must never
 * run workflows or send mail: an API that is busy or gone delays no journey.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { hashKey } from '../api/access.ts';
import { createApp } from '../api/app.ts';
import { saveApiKey } from '../store/api-keys.ts';
import { createSendGrid } from '../mail/webhooks/sendgrid.ts';
import { createFilesReader } from './files.ts';
import { composeCore, migrateDatabase, startCoreRelay, type Core } from './composition.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { generateSchemas } from '../workspace/generate-schemas.ts';
import { createMailboxDesk, type MailboxDesk } from './embedded/mailbox-desk.ts';
import { startInbound } from './inbound.ts';

/** A request takes milliseconds; what is open after this is a client that does not read. */
const finishWithinMs = 10_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  await migrateDatabase(config);
  const core = composeCore(config, 'api');
  await keepKey(core);
  const server = createServer(createApp(appDeps(core)));
  // Longer than load balancers keep an idle connection: else they send into one we just closed.
  server.keepAliveTimeout = 65_000;
  await listen(server, config);
  const inbound = await startInbound(core);
  const relay = startCoreRelay(core);
  core.log.info({ host: config.HOST, port: config.PORT }, 'api listens');

  await signalled();
  core.log.info('api stops');
  await Promise.all([finish(server), inbound?.stop()]);
  await relay.stop();
  await core.close();
}

function appDeps(core: Core): Parameters<typeof createApp>[0] {
  const { config, log, store, releases, ingest } = core;
  const { PERENNIAL_SECRET: secret, SENDGRID_WEBHOOK_KEY: key } = config;
  if (secret === undefined) {
    throw new Error('PERENNIAL_SECRET is not set: it signs the links in emails (32 characters).');
  }
  return {
    sql: store,
    releases,
    ingest: (requests) => ingest.ingest(requests),
    clock: () => Date.now(),
    secret,
    publicUrl: config.publicUrl,
    trustedProxies: config.TRUSTED_PROXIES,
    allowedHosts: [config.HOST, ...hostsIn(config.ALLOWED_HOSTS)],
    temporal: temporalCheck(core),
    ...editing(core),
    ...(key !== undefined && { feedback: [createSendGrid(key)] }),
    ...(!config.production && { mailbox: mailboxDesk(config) }),
    onDefect: (error, requestId) => log.error({ err: error, requestId }, 'request failed'),
    onRequest: (line) => log.debug(line, 'request'),
  };
}

/**
 * For those who write files. In production the files of the machine are not what is in force, and the
 * names of reps and rules are nobody's business who has no key: the formats alone are served.
 */
function editing({
  config,
  store,
}: Core): Pick<Parameters<typeof createApp>[0], 'files' | 'schemas'> {
  if (config.production) {
    const formats = generateSchemas();
    return { schemas: () => Promise.resolve(formats) };
  }
  const files = createFilesReader(config.workspaceDir, store, process.env);
  return { files, schemas: () => files.schemas() };
}

/** Its buttons send to our own receiver, as any server would. */
function mailboxDesk({
  publicUrl,
  home,
  INBOUND_SMTP_PORT: port,
  INBOUND_SMTP_HOST: host,
}: Config): MailboxDesk {
  const receiver = port === undefined ? undefined : { host, port };
  const now = () => Date.now();
  return createMailboxDesk(join(home, 'mailbox'), { now, publicUrl, receiver: () => receiver });
}

/** The key of the environment may do everything; it takes the place of the one before it. */
async function keepKey({ config, store, log }: Core): Promise<void> {
  const { PERENNIAL_API_KEY: key } = config;
  if (key === undefined) {
    log.warn('PERENNIAL_API_KEY is not set: only keys made before are good');
    return;
  }
  const scopes = ['read', 'write'];
  const now = Date.now();
  await saveApiKey(store, {
    id: 'environment',
    hash: hashKey(key),
    label: 'Environment',
    scopes,
    now,
  });
}

/** Health is asked every few seconds by several; Temporal is asked at most this often. */
const temporalAskedMs = 2_000;

function temporalCheck({ temporal }: Core): () => Promise<string | null> {
  let last: { readonly at: number; readonly answer: Promise<string | null> } | undefined;
  return () => {
    if (last !== undefined && Date.now() - last.at < temporalAskedMs) return last.answer;
    const asked = temporal.connection.withDeadline(Date.now() + 1_000, () =>
      temporal.workflowService.getSystemInfo({}),
    );
    const answer = asked.then(
      () => null,
      () => 'does not answer',
    );
    last = { at: Date.now(), answer };
    return answer;
  };
}

async function listen(server: Server, { HOST, PORT }: Config): Promise<void> {
  server.listen(PORT, HOST);
  await once(server, 'listening');
}

async function finish(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const giveUp = setTimeout(() => server.closeAllConnections(), finishWithinMs);
  await closed;
  clearTimeout(giveUp);
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

function hostsIn(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').flatMap((host) => (host.trim() === '' ? [] : [host.trim()]));
}

try {
  await main();
} catch (error) {
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : String((error as Error).stack ?? error)}\n`,
  );
  process.exitCode = 1;
}
// Native handles of the Temporal client may outlive a failed start.
process.exit();

/**
 * `npm start`: the whole product on this machine, on embedded parts where none are given.
 *
 * It starts servers in the order they need each other, one line each, then supervises `api` and
 * `worker` as child processes. It decides nothing about leads. SIGTERM and Ctrl-C stop everything in
 * the opposite order; after `kill -9` the next start ends what was left and goes on.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runChild, type Child } from './children.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { keepRunning, type EmbeddedServer } from './embedded/keep-running.ts';
import { startMailbox } from './embedded/mailbox.ts';
import { assertPortIsFree, freePort } from './embedded/ports.ts';
import { startPostgres } from './embedded/postgres.ts';
import { findTemporalBinary } from './embedded/temporal-binary.ts';
import { startTemporalServer } from './embedded/temporal-server.ts';
import { openHome, StartError, type Home } from './home.ts';
import { checkOnSave } from './on-save.ts';
import { prepare } from './prepare.ts';
import { createProgress, type Progress } from './progress.ts';
import { welcome } from './welcome.ts';

/** Undone in reverse when the product stops. */
type Stops = { readonly what: string; readonly stop: () => Promise<void> }[];

async function start(): Promise<void> {
  const startedAt = Date.now();
  const progress = createProgress(process.stdout, () => Date.now());
  const stops: Stops = [];
  const stopped = onSignal();
  try {
    const config = readConfig(process.env);
    const home = await openHome(config.home, (name, pid) =>
      progress.line(`  · ended ${name} (process ${pid}), left over from a start that was killed`),
    );
    stops.push({ what: 'home', stop: () => home.close() });
    progress.line(`\nPerennial starts. Data in ${config.home}\n`);
    const parts = await startParts(config, home, progress, stops);
    await Promise.race([stopped, run(config, home, parts, progress, stops, startedAt)]);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`\n${sentence(error)}\n`);
  }
  await stopAll(stops, progress);
  progress.line('Stopped.');
  process.exit();
}

interface Parts {
  /** Of the children: where everything is. */
  readonly env: NodeJS.ProcessEnv;
  readonly temporalUiUrl?: string;
  /** Only when it was made now: it is printed once. */
  readonly newApiKey?: string;
}

/** The embedded servers, or those that the environment names. */
async function startParts(
  config: Config,
  home: Home,
  progress: Progress,
  stops: Stops,
): Promise<Parts> {
  await assertPortIsFree(config.PORT, 'Perennial', 'PORT', config.HOST);
  const [database, temporal] = await Promise.all([
    config.DATABASE_URL ?? embeddedPostgres(config, progress, stops),
    config.TEMPORAL_ADDRESS === undefined
      ? embeddedTemporal(config, progress, stops)
      : { address: config.TEMPORAL_ADDRESS },
  ]);
  const returns = config.SMTP_URL === undefined ? await embeddedReturns(config) : {};
  const inbound = Number(returns['INBOUND_SMTP_PORT']);
  const smtpUrl = config.SMTP_URL ?? (await embeddedMailbox(config, inbound, progress, stops));
  const key = await home.secret('api-key', 24);
  const signing = await home.secret('secret', 32);
  const ownKey = config.PERENNIAL_API_KEY ?? key.value;
  const temporalAddress = temporal.address;
  await home.noteConnections({ databaseUrl: database, temporalAddress, smtpUrl });
  const env = {
    ...process.env,
    ...returns,
    DATABASE_URL: database,
    TEMPORAL_ADDRESS: temporal.address,
    SMTP_URL: smtpUrl,
    PERENNIAL_API_KEY: ownKey,
    PERENNIAL_SECRET: config.PERENNIAL_SECRET ?? signing.value,
  };
  return {
    env,
    ...('uiUrl' in temporal && temporal.uiUrl !== undefined && { temporalUiUrl: temporal.uiUrl }),
    ...(config.PERENNIAL_API_KEY === undefined && key.isNew && { newApiKey: ownKey }),
  };
}

/** The mailbox can bounce and answer: its mails come back to a port of the api, on loopback. */
async function embeddedReturns(config: Config): Promise<NodeJS.ProcessEnv> {
  const { INBOUND_SMTP_PORT: port, BOUNCE_DOMAIN, REPLY_DOMAIN } = config;
  return {
    INBOUND_SMTP_PORT: String(port ?? (await freePort())),
    BOUNCE_DOMAIN: BOUNCE_DOMAIN ?? 'bounces.perennial.test',
    REPLY_DOMAIN: REPLY_DOMAIN ?? 'replies.perennial.test',
  };
}

async function embeddedPostgres(config: Config, progress: Progress, stops: Stops): Promise<string> {
  const dataDir = join(config.home, 'postgres');
  const wanted = config.POSTGRES_PORT;
  const server = await progress.step('PostgreSQL', (say) =>
    startPostgres({
      dataDir,
      ...(wanted !== undefined && { port: wanted }),
      onProgress: say,
    }),
  );
  const again = () => startPostgres({ dataDir, port: server.port });
  keep('PostgreSQL', server, again, progress, stops);
  return server.url;
}

async function embeddedTemporal(
  config: Config,
  progress: Progress,
  stops: Stops,
): Promise<{ readonly address: string; readonly uiUrl?: string }> {
  const launch = (binary: string, port: number | undefined, uiPort: number | undefined) =>
    startTemporalServer({
      binary,
      namespace: config.TEMPORAL_NAMESPACE,
      dbFilename: join(config.home, 'temporal', 'temporal.db'),
      ...(port !== undefined && { port }),
      ui: uiPort === undefined ? {} : { port: uiPort },
    });
  const [binary, server] = await progress.step('Temporal', async (say) => {
    const { path } = await findTemporalBinary({ env: process.env, onProgress: say });
    return [path, await launch(path, config.TEMPORAL_PORT, config.TEMPORAL_UI_PORT)] as const;
  });
  const again = () => launch(binary, portOf(server.address), portOf(server.uiUrl));
  keep('Temporal', server, again, progress, stops);
  return server;
}

/** "127.0.0.1:7233" → 7233. */
function portOf(address: string | undefined): number | undefined {
  return address === undefined ? undefined : Number(address.slice(address.lastIndexOf(':') + 1));
}

function keep(
  what: string,
  first: EmbeddedServer,
  again: () => Promise<EmbeddedServer>,
  progress: Progress,
  stops: Stops,
): void {
  const kept = keepRunning({
    first,
    again,
    onEnd: () => progress.line(`  ! ${what} ended and is started again`),
    onBack: () => progress.line(`  · ${what} is back`),
    onFailure: (error) =>
      progress.line(`  ! ${what} did not start, and is tried again: ${sentence(error)}`),
  });
  stops.push({ what, stop: () => kept.stop() });
}

/** Bounces and answers of its addresses that misbehave go to the port of inbound mail. */
async function embeddedMailbox(
  config: Config,
  inboundPort: number,
  progress: Progress,
  stops: Stops,
): Promise<string> {
  const receiver = { host: config.INBOUND_SMTP_HOST, port: inboundPort };
  const mailbox = await progress.step('Mailbox', () =>
    startMailbox({
      store: join(config.home, 'mailbox'),
      holds: 'store',
      receiver: () => receiver,
      onError: (error) =>
        progress.line(`  ! an answer of the mailbox was not taken: ${sentence(error)}`),
      ...(config.MAILBOX_PORT !== undefined && { port: config.MAILBOX_PORT }),
    }),
  );
  stops.push({ what: 'mailbox', stop: () => mailbox.stop() });
  return mailbox.smtpUrl;
}

/** Resolves never: the product runs until a signal comes. */
async function run(
  config: Config,
  home: Home,
  { env, ...shown }: Parts,
  progress: Progress,
  stops: Stops,
  startedAt: number,
): Promise<never> {
  const ready = readConfig(env);
  const prepared = await prepare(ready, progress);
  for (const name of ['worker', 'api']) {
    const child = startChild(name, config, home, env, progress);
    stops.push({ what: name, stop: () => child.stop() });
  }
  await progress.step('API, console and worker', () => untilReady(ready));
  await prepared.loadDemo(progress);
  const saves = await checkOnSave({
    directory: ready.workspaceDir,
    env,
    say: (text) => progress.line(text),
  });
  stops.push({ what: 'the watch over the files', stop: async () => saves.stop() });
  const tookMs = Date.now() - startedAt;
  progress.line(
    welcome({
      config: ready,
      signInUrl: prepared.signInUrl,
      tookMs,
      hasMailbox: config.SMTP_URL === undefined,
      ...shown,
    }),
  );
  const difference = await prepared.difference();
  if (difference !== null) progress.line(difference);
  return new Promise<never>(() => undefined);
}

function startChild(
  name: string,
  config: Config,
  home: Home,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Child {
  return runChild({
    name,
    script: join(import.meta.dirname, `${name}.ts`),
    env,
    logFile: join(config.home, `${name}.log`),
    onStart: (pid) => void home.note(name, pid),
    onDeath: (how) => progress.line(`  ! ${name} ended (${how}) and is started again`),
  });
}

/** Both children: the API answers ready, and the worker's sign of life is fresh. */
async function untilReady(config: Config): Promise<void> {
  const deadline = Date.now() + 90_000;
  const since = Date.now() - 1_000;
  for (;;) {
    const api = await fetch(`${localUrl(config)}/health/ready`).catch(() => undefined);
    const beat = await readFile(join(config.home, 'worker.alive'), 'utf8').catch(() => '0');
    if (api?.ok === true && Number(beat) > since) return;
    if (Date.now() > deadline) {
      throw new StartError(
        `The ${api?.ok === true ? 'worker' : 'API'} did not become ready in 90 s; its log is ${join(config.home, api?.ok === true ? 'worker.log' : 'api.log')}.`,
      );
    }
    await delay(100);
  }
}

function localUrl(config: Config): string {
  const host = config.HOST === '0.0.0.0' || config.HOST === '::' ? '127.0.0.1' : config.HOST;
  return `http://${host}:${config.PORT}`;
}

async function stopAll(stops: Stops, progress: Progress): Promise<void> {
  for (const { what, stop } of stops.reverse()) {
    await stop().catch((error: unknown) => {
      process.exitCode = 1;
      progress.line(`  ! ${what} did not stop cleanly: ${sentence(error)}`);
    });
  }
}

/** The first SIGINT or SIGTERM stops in order; a second one is left to the default: at once. */
function onSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.stdout.write('\nStopping: sends in progress finish first.\n');
        resolve();
      });
    }
  });
}

/** What a person can act on; a stack only where the mistake is ours. */
function sentence(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return 'code' in error || error.constructor !== Error
    ? (error.stack ?? error.message)
    : error.message;
}

await start();

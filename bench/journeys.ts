/**
 * `npm run bench:journeys`: the engine against the same journey written by hand (`bench/plain`), in
 * turns within one run, on one Temporal server, one Postgres and one SMTP server.
 *
 * A journey is: start, then twice (send, wait). Both sides send the same bytes to the same server and
 * read and write their lead in Postgres. Wall time on a busy machine moves; ratios of neighbouring
 * turns and CPU time per journey hardly do, so those are what is reported.
 *
 * Options: --pairs=5 --journeys=200 --together=60
 */
import { randomUUID } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { composeCore, type Core } from '../runtime/composition.ts';
import { createSmtpSink, type SmtpSink } from '../runtime/embedded/smtp-sink.ts';
import { eventAbout } from '../ingest/request.ts';
import { until } from '../test/support/until.ts';
import { leadJourneyId } from '../workflows/contract.ts';
import { cpuMs, familyCpuMs } from './cpu.ts';
import { median, option, print, round, table } from './figures.ts';
import { withStack, type Stack } from './stack.ts';
import { BENCH_JOURNEY, BENCH_TEMPLATE, writeBenchWorkspace } from './workspace.ts';
import type { PlainSettings } from './plain/worker.ts';

const pairs = option('pairs', 5);
const journeys = option('journeys', 200);
const together = option('together', 60);
const PLAIN_QUEUE = 'plain-journeys';

/** Without these the server looks for due timers once a second, on both sides. */
const shortTimers = {
  'history.timerProcessorMaxTimeShift': '10ms',
  'history.timerProcessorMaxPollRPS': 1_000,
};

interface Side {
  readonly name: 'engine' | 'by hand';
  readonly workerPid: number;
  /** Leads that exist already; a journey for one of them is started, and its workflow id returned. */
  readonly prepare: (addresses: readonly string[]) => Promise<void>;
  readonly start: (address: string) => Promise<string>;
}
interface Turn {
  readonly perSecond: number;
  readonly serverMs: number;
  readonly workerMs: number;
  readonly postgresMs: number;
  readonly events: number;
  readonly bytes: number;
}
interface World {
  readonly stack: Stack;
  readonly client: Client;
  /** Told of each mail: recipient and size. */
  readonly mails: Mails;
}
interface Mails {
  onMail: (to: string, bytes: number) => void;
}

const mails: Mails = { onMail: () => undefined };
let sink: SmtpSink | undefined;
await withStack(
  async (dir) => {
    sink = await createSmtpSink({
      onAccepted: ({ envelope, raw }) => mails.onMail(envelope.to[0] ?? '', raw.length),
    });
    const workspace = await writeBenchWorkspace(dir);
    return { smtpUrl: sink.smtpUrl, workspace, temporal: shortTimers };
  },
  async (stack) => {
    const connection = await Connection.connect({ address: stack.temporalAddress });
    const core = composeCore(stack.config, 'cli');
    const world = { stack, mails, client: new Client({ connection }) };
    await compare(world, [await openEngine(world, core), await openPlain(world, core)]);
    await core.close();
    await connection.close();
  },
);
await sink?.stop();
process.exit();

async function compare(world: World, [engine, plain]: readonly [Side, Side]): Promise<void> {
  for (const side of [engine, plain]) await turn(world, side, 20, 'warm');
  const turns = new Map<Side, Turn[]>([
    [engine, []],
    [plain, []],
  ]);
  for (let pair = 0; pair < pairs; pair += 1) {
    // Each goes first every other time: what one leaves behind is not always the other's burden.
    for (const side of pair % 2 === 0 ? [engine, plain] : [plain, engine]) {
      const seen = await turn(world, side, journeys, `p${pair}`);
      turns.get(side)?.push(seen);
      process.stderr.write(`${side.name}: ${JSON.stringify(seen)}\n`);
    }
  }
  report(world, turns.get(engine) ?? [], turns.get(plain) ?? []);
}

function report({ stack }: World, engine: readonly Turn[], plain: readonly Turn[]): void {
  const row = (title: string, of: (turn: Turn) => number, goal: string, digits = 1) => {
    const ratios = engine.map((turn, pair) => of(turn) / of(plain[pair] ?? turn));
    const shown = [median(engine.map(of)), median(plain.map(of))].map((n) => round(n, digits));
    return [title, ...shown, round(median(ratios), 2), goal];
  };
  const rows = [
    row('journeys per second', ({ perSecond }) => perSecond, '≥ 1.0'),
    row('CPU ms per journey, Temporal server', ({ serverMs }) => serverMs, '≤ 1.0'),
    row('CPU ms per journey, worker', ({ workerMs }) => workerMs, '≤ 1.0'),
    row('CPU ms per journey, server + worker', (t) => t.serverMs + t.workerMs, '≤ 1.0'),
    row('CPU ms per journey, Postgres', ({ postgresMs }) => postgresMs, ''),
    row('history events per journey', ({ events }) => events, '', 0),
    row('bytes per mail', ({ bytes }) => bytes, 'equal', 0),
  ];
  print(
    `Journeys of two emails: ${pairs} pairs of ${journeys}, ${together} at a time, sendVia ${stack.config.sendVia}`,
    table(['', 'engine', 'by hand', 'ratio (median of pairs)', 'goal'], rows),
  );
}

/** Starts `count` journeys, at most `together` of them at once, and waits until all have ended. */
async function turn(world: World, side: Side, count: number, label: string): Promise<Turn> {
  const { stack, client } = world;
  const slug = side.name.replace(' ', '-');
  const addresses = Array.from({ length: count }, (_, n) => `${label}-${n}@${slug}.example`);
  await side.prepare(addresses);
  const second = waitForMails(world.mails, addresses);
  const ids: string[] = [];
  const before = cpuOf(stack, side);
  const startedAt = performance.now();
  const waiting = [...addresses];
  const work = async (): Promise<void> => {
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
      ids.push(await side.start(address));
      await second.of(address);
    }
  };
  await Promise.all(Array.from({ length: Math.min(together, count) }, work));
  await until(() => hasEnded(client), { what: 'all journeys to end', timeoutMs: 60_000 });
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = cpuOf(stack, side);
  const history = await client.workflow.getHandle(ids[0] ?? '').fetchHistory();
  return {
    perSecond: count / seconds,
    serverMs: (after.server - before.server) / count,
    workerMs: (after.worker - before.worker) / count,
    postgresMs: (after.postgres - before.postgres) / count,
    events: history.events?.length ?? 0,
    bytes: second.bytes() / (2 * count),
  };
}

/** Visibility may lag by a moment: asked until nothing runs. */
async function hasEnded(client: Client): Promise<boolean> {
  return (await client.workflow.count(`ExecutionStatus = 'Running'`)).count === 0;
}

function cpuOf({ pids }: Stack, { workerPid }: Side) {
  return {
    server: cpuMs(pids.temporal),
    worker: cpuMs(workerPid),
    postgres: familyCpuMs(pids.postgres),
  };
}

function waitForMails(mails: Mails, addresses: readonly string[]) {
  const left = new Map(addresses.map((address) => [address, 2]));
  const told = new Map<string, () => void>();
  const done = new Map(
    addresses.map((address) => [
      address,
      new Promise<void>((resolve) => told.set(address, resolve)),
    ]),
  );
  let bytes = 0;
  mails.onMail = (to, size) => {
    bytes += size;
    const remaining = (left.get(to) ?? 0) - 1;
    left.set(to, remaining);
    if (remaining === 0) told.get(to)?.();
    if (remaining < 0) process.stderr.write(`one mail too many to ${to}\n`);
  };
  return { of: (address: string) => done.get(address), bytes: () => bytes };
}

async function openEngine({ stack }: World, core: Core): Promise<Side> {
  const workerPid = await stack.startWorker();
  const about = (email: string) => ({ userId: email, email });
  return {
    name: 'engine',
    workerPid,
    prepare: async (addresses) => {
      const now = Date.now();
      const traits = {
        firstName: 'Ana',
        lastName: 'Lindqvist',
        company: 'Nordwind AG',
        country: 'DE',
      };
      const requests = addresses.map((address) => {
        const own = {
          source: 'bench',
          messageId: address,
          type: 'identify',
          name: '',
          now,
        } as const;
        const { who, event } = eventAbout(about(address), { ...own, traits });
        return { who, event: { ...event, address } };
      });
      await core.ingest.ingest(requests);
    },
    start: async (address) => {
      const now = Date.now();
      const own = {
        source: 'bench',
        messageId: randomUUID(),
        type: 'enrol',
        name: '',
        now,
      } as const;
      const [answer] = await core.ingest.ingest([
        eventAbout(about(address), { ...own, journey: BENCH_JOURNEY }),
      ]);
      const entry = answer?.journeys.find(({ journey }) => journey === BENCH_JOURNEY);
      if (entry?.entered !== true) throw new Error(`not entered: ${JSON.stringify(answer)}`);
      return leadJourneyId(BENCH_JOURNEY, entry.enrolmentId ?? '');
    },
  };
}

async function openPlain({ stack, client }: World, core: Core): Promise<Side> {
  const release = await core.releases.current();
  const hash = release.templates[BENCH_TEMPLATE]?.hash ?? '';
  const template = (await core.releases.template(BENCH_TEMPLATE, hash))?.languages['en'];
  if (template === undefined) throw new Error(`there is no template ${BENCH_TEMPLATE}`);
  const { from, postalAddress } = release.sending;
  const settings: PlainSettings = {
    template,
    from: { name: from.name, address: from.email },
    postalAddress,
  };
  await mkdir(stack.config.home, { recursive: true });
  await writeFile(join(stack.config.home, 'plain.json'), JSON.stringify(settings));
  await core.store.query(`CREATE SCHEMA plain;
    CREATE TABLE plain.lead (id uuid PRIMARY KEY, address text NOT NULL UNIQUE, first_name text, last_name text,
      traits jsonb NOT NULL DEFAULT '{}');
    CREATE TABLE plain.sent_email (id text PRIMARY KEY, lead_id uuid NOT NULL, step text NOT NULL, response text,
      sent_at timestamptz NOT NULL);
    CREATE INDEX ON plain.sent_email (lead_id)`);
  const isReady = () =>
    access(join(stack.config.home, 'plain.alive')).then(
      () => true,
      () => false,
    );
  const script = join(import.meta.dirname, 'plain/worker.ts');
  const workerPid = await stack.startChild('plain', script, isReady);
  const leadIds = new Map<string, string>();
  return {
    name: 'by hand',
    workerPid,
    prepare: async (addresses) => {
      for (const address of addresses) leadIds.set(address, randomUUID());
      await core.store.run(
        `INSERT INTO plain.lead (id, address, first_name, last_name)
         SELECT id, address, 'Ana', 'Lindqvist' FROM unnest($1::uuid[], $2::text[]) AS x(id, address)`,
        [addresses.map((address) => leadIds.get(address)), addresses],
      );
    },
    start: async (address) => {
      const leadId = leadIds.get(address) ?? '';
      const workflowId = `plain/${leadId}`;
      await client.workflow.start('plainJourney', {
        workflowId,
        taskQueue: PLAIN_QUEUE,
        args: [{ leadId }],
      });
      return workflowId;
    },
  };
}

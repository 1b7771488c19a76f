/**
 * `npm run bench:ingest`: events per second through the whole of ingest (identity, score, stage, exits,
 * entries, history) with the shipped rules, of which at least 20 give points, against one Prisma
 * `create` per event, in turns within one run on one Postgres. The Prisma side decides nothing: it
 * stores the row and that is all. Every event is committed before its answer is counted.
 *
 * Beside the rates stands the CPU time of each process per event: it hardly moves with what else the
 * machine does, and the client that makes the calls shares the cores with both servers.
 *
 * Options: --rounds=5 --events=2000 --leads=1000
 */
import { randomUUID } from 'node:crypto';
import { accept } from '../ingest/accept.ts';
import { createIngest } from '../ingest/ingest.ts';
import type { IngestRequest } from '../ingest/request.ts';
import { composeCore, type Core } from '../runtime/composition.ts';
import { createStore, type Store } from '../store/client.ts';
import { cpuMs, familyCpuMs } from './cpu.ts';
import { median, option, print, round, table } from './figures.ts';
import { createApi, type Api } from './http.ts';
import { withStack } from './stack.ts';

const rounds = option('rounds', 5);
const events = option('events', 2_000);
const leads = option('leads', 1_000);
/** Singles over HTTP, from a server that keeps this many requests open. */
const clients = 32;
/** Batches a caller keeps on their way: while one is stored the next one is read and decided. */
const callers = 4;

/** Fewer would make the goals too easy. */
const scoringRulesMin = 20;

/** One way to store `events` events; what it returns is called once per round. */
interface Way {
  readonly name: string;
  readonly events: number;
  /** Events per second. */
  readonly goal?: number;
  /** Who decides: the api's process, or this one. */
  readonly server: 'api' | 'this';
  readonly run: (calls: readonly Call[]) => Promise<unknown>;
}
interface Seen {
  readonly rate: number;
  /** Microseconds of CPU time per event; the figure of /proc counts in hundredths of a second. */
  readonly server: number;
  readonly postgres: number;
}
type Call = ReturnType<typeof callOf>;

await withStack(
  async () => ({ smtpUrl: 'smtp://127.0.0.1:9' }),
  async (stack) => {
    const apiPid = await stack.startApi();
    const core = composeCore(stack.config, 'cli');
    const api = createApi(stack.config);
    await expectEnoughRules(core);
    const births = Array.from({ length: leads }, (_, n) => ({
      ...{ type: 'identify', userId: `u${n}`, messageId: `born-${n}` },
      traits: {
        // Five people of a company.
        ...{ email: `u${n}@company${Math.floor(n / 5)}.example`, firstName: 'Ana' },
        ...{ company: 'Nordwind AG', country: 'DE', employees: 120, jobTitle: 'Head of Finance' },
      },
    }));
    for (const batch of chunksOf(births, 500)) await api.post('/v1/batch', { batch });
    await compare(waysOf(core, api), { api: apiPid, postgres: stack.pids.postgres });
    await countStatements(stack.databaseUrl, core);
    await core.close();
  },
);
process.exit();

function waysOf(core: Core, api: Api): readonly [Way, ...Way[]] {
  return [
    {
      name: 'Prisma `create`, one per event',
      events,
      server: 'this',
      run: (calls) => createEach(core.store, calls),
    },
    {
      name: 'ingest in process, 1,000 at a time',
      events,
      server: 'this',
      run: (calls) => inChunks(calls, 1_000, (chunk) => core.ingest.ingest(chunk.map(requestOf))),
    },
    {
      name: `ingest over HTTP, batches of 100, ${callers} at a time`,
      events,
      goal: 5_000,
      server: 'api',
      run: (calls) =>
        each(chunksOf(calls, 100), callers, (batch) => api.post('/v1/batch', { batch })),
    },
    {
      name: 'ingest over HTTP, batches of 100, one after the other',
      events,
      server: 'api',
      run: (calls) => inChunks(calls, 100, (batch) => api.post('/v1/batch', { batch })),
    },
    {
      name: `ingest over HTTP, singles of ${clients} clients`,
      events,
      goal: 1_500,
      server: 'api',
      run: (calls) =>
        each(calls, clients, ({ type: _type, ...call }) => api.post('/v1/track', call)),
    },
  ];
}

interface Pids {
  readonly api: number;
  readonly postgres: number;
}

async function compare(ways: readonly [Way, ...Way[]], pids: Pids): Promise<void> {
  // Every lead has acted once before: its first activity is a stage change and costs more.
  for (const way of ways) await way.run(callsOf(leads));
  const seen = new Map<Way, Seen[]>(ways.map((way) => [way, []]));
  for (let n = 0; n < rounds; n += 1) {
    for (const way of ways) seen.get(way)?.push(await measure(way, pids));
  }
  const base = seen.get(ways[0]) ?? [];
  print(
    `Ingest: ${rounds} rounds of ${events} events of ${leads} leads, side by side`,
    table(
      [
        ...['way', 'events per second', 'ratio to Prisma (median of rounds)'],
        ...['CPU µs per event, server', 'CPU µs per event, Postgres', 'goal'],
      ],
      ways.map((way) => rowOf(way, seen.get(way) ?? [], base)),
    ),
  );
}

async function measure(way: Way, pids: Pids): Promise<Seen> {
  const calls = callsOf(way.events);
  const cpu = () => ({
    server: cpuMs(way.server === 'api' ? pids.api : process.pid),
    postgres: familyCpuMs(pids.postgres),
  });
  const before = cpu();
  const startedAt = performance.now();
  await way.run(calls);
  const tookMs = performance.now() - startedAt;
  const after = cpu();
  const perEvent = (ms: number) => (ms * 1_000) / way.events;
  return {
    rate: (way.events / tookMs) * 1_000,
    server: perEvent(after.server - before.server),
    postgres: perEvent(after.postgres - before.postgres),
  };
}

function rowOf(way: Way, seen: readonly Seen[], base: readonly Seen[]): readonly string[] {
  const rate = median(seen.map((one) => one.rate));
  const ratio = median(seen.map((one, index) => one.rate / (base[index]?.rate ?? one.rate)));
  return [
    ...[way.name, round(rate, 0), round(ratio, 1)],
    round(median(seen.map(({ server }) => server)), 0),
    round(median(seen.map(({ postgres }) => postgres)), 0),
    way.goal === undefined ? '' : `≥ ${way.goal}, ${rate >= way.goal ? 'met' : '**missed**'}`,
  ];
}

async function expectEnoughRules({ releases }: Core): Promise<void> {
  const { models } = await releases.current();
  const found = models.reduce((sum, { rules }) => sum + rules.length, 0);
  if (found < scoringRulesMin) {
    throw new Error(`The workspace has ${found} scoring rules; expected ${scoringRulesMin}.`);
  }
  process.stderr.write(`  Scoring with ${found} rules.\n`);
}

/** A page view: counted, scored, matched against every exit, wait and entry. */
function callOf(n: number) {
  return {
    ...{ type: 'track', event: 'Page Viewed', userId: `u${n % leads}`, messageId: randomUUID() },
    ...{ properties: { path: `/blog/${n % 50}` }, timestamp: new Date().toISOString() },
  };
}

function callsOf(count: number): readonly Call[] {
  return Array.from({ length: count }, (_, n) => callOf(n));
}

function requestOf(call: Call): IngestRequest {
  const accepted = accept(call, { source: 'api', now: Date.now(), newMessageId: randomUUID });
  if (!accepted.ok) throw new Error(JSON.stringify(accepted.problems));
  return accepted.request;
}

async function createEach({ prisma }: Store, calls: readonly Call[]): Promise<void> {
  const [{ id: releaseId } = { id: '' }] = await prisma.release.findMany({ take: 1 });
  const known = await prisma.identity.findMany({ where: { kind: 'userId' } });
  const leadOf = new Map(known.map(({ value, leadId }) => [value, leadId]));
  for (const [index, { type, event, userId, messageId, properties }] of calls.entries()) {
    const now = new Date();
    await prisma.event.create({
      data: {
        ...{ id: randomUUID(), source: 'prisma', messageId, leadId: leadOf.get(userId) ?? '' },
        ...{
          seq: index,
          type,
          name: event,
          properties,
          occurredAt: now,
          receivedAt: now,
          releaseId,
        },
      },
    });
  }
}

async function inChunks(
  calls: readonly Call[],
  size: number,
  store: (chunk: readonly Call[]) => Promise<unknown>,
): Promise<void> {
  for (const chunk of chunksOf(calls, size)) await store(chunk);
}

function chunksOf<Item>(calls: readonly Item[], size: number): readonly (readonly Item[])[] {
  const count = Math.ceil(calls.length / size);
  return Array.from({ length: count }, (_, at) => calls.slice(at * size, (at + 1) * size));
}

async function each<Item>(
  items: readonly Item[],
  together: number,
  store: (item: Item) => Promise<unknown>,
): Promise<void> {
  const waiting = [...items];
  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await store(item);
  };
  await Promise.all(Array.from({ length: together }, work));
}

/** The exact number of statements of one batch, BEGIN and COMMIT included. */
async function countStatements(databaseUrl: string, core: Core): Promise<void> {
  let seen = 0;
  const store = createStore({ databaseUrl, poolSize: 2, onStatement: () => (seen += 1) });
  const rows: number[][] = [];
  for (const size of [1, 10, 100, 200]) {
    const ingest = createIngest({ store, releases: core.releases });
    const cost = async (): Promise<number> => {
      seen = 0;
      await ingest.ingest(callsOf(size).map(requestOf));
      return seen;
    };
    rows.push([size, await cost(), await cost()]);
    await ingest.close();
  }
  await store.close();
  const head = ['events in the batch', 'leads read anew', 'leads remembered'];
  print('SQL statements of one batch', table(head, rows));
}

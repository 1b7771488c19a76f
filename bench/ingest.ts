/**
 * `npm run bench:ingest`: events per second through the whole of ingest (identity, score, stage, exits,
 * entries, history) with the shipped rules, against one Prisma `create` per event, in turns within one
 * run on one Postgres. The Prisma side decides nothing: it stores the row and that is all.
 *
 * Options: --rounds=5 --events=2000 --leads=1000
 */
import { randomUUID } from 'node:crypto';
import { accept } from '../ingest/accept.ts';
import { createIngest } from '../ingest/ingest.ts';
import type { IngestRequest } from '../ingest/request.ts';
import { composeCore, type Core } from '../runtime/composition.ts';
import { createStore, type Store } from '../store/client.ts';
import { median, option, print, round, table } from './figures.ts';
import { createApi, type Api } from './http.ts';
import { withStack } from './stack.ts';

const rounds = option('rounds', 5);
const events = option('events', 2_000);
const leads = option('leads', 1_000);
/** Singles over HTTP, from a server that keeps this many requests open. */
const clients = 32;

/** One way to store `events` events; what it returns is called once per round. */
interface Way {
  readonly name: string;
  readonly events: number;
  readonly run: (calls: readonly Call[]) => Promise<unknown>;
}
type Call = ReturnType<typeof callOf>;

await withStack(
  async () => ({ smtpUrl: 'smtp://127.0.0.1:9' }),
  async (stack) => {
    await stack.startApi();
    const core = composeCore(stack.config, 'cli');
    const api = createApi(stack.config);
    await api.post('/v1/batch', {
      batch: Array.from({ length: leads }, (_, n) => ({
        ...{ type: 'identify', userId: `u${n}`, messageId: `born-${n}` },
        traits: {
          email: `u${n}@ingest.example`,
          firstName: 'Ana',
          company: 'Nordwind AG',
          country: 'DE',
        },
      })),
    });
    await compare(waysOf(core, api));
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
      run: (calls) => createEach(core.store, calls),
    },
    {
      name: 'ingest in process, 1,000 at a time',
      events,
      run: (calls) => inChunks(calls, 1_000, (chunk) => core.ingest.ingest(chunk.map(requestOf))),
    },
    {
      name: 'ingest over HTTP, batches of 100',
      events,
      run: (calls) => inChunks(calls, 100, (batch) => api.post('/v1/batch', { batch })),
    },
    {
      name: `ingest over HTTP, singles of ${clients} clients`,
      events,
      run: (calls) =>
        each(calls, clients, ({ type: _type, ...call }) => api.post('/v1/track', call)),
    },
  ];
}

async function compare(ways: readonly [Way, ...Way[]]): Promise<void> {
  // Every lead has acted once before: its first activity is a stage change and costs more.
  for (const way of ways) await way.run(callsOf(leads));
  const rates = new Map<Way, number[]>(ways.map((way) => [way, []]));
  for (let n = 0; n < rounds; n += 1) {
    for (const way of ways) {
      const calls = callsOf(way.events);
      const startedAt = performance.now();
      await way.run(calls);
      rates.get(way)?.push((way.events / (performance.now() - startedAt)) * 1_000);
    }
  }
  const [prisma] = ways;
  const base = rates.get(prisma) ?? [];
  const rows = ways.map((way) => {
    const seen = rates.get(way) ?? [];
    const ratio = median(seen.map((rate, index) => rate / (base[index] ?? rate)));
    return [way.name, round(median(seen), 0), round(ratio, 1)];
  });
  print(
    `Ingest: ${rounds} rounds of ${events} events of ${leads} leads, side by side`,
    table(['way', 'events per second', 'ratio to Prisma (median of rounds)'], rows),
  );
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
  for (let start = 0; start < calls.length; start += size) {
    await store(calls.slice(start, start + size));
  }
}

async function each(
  calls: readonly Call[],
  together: number,
  store: (call: Call) => Promise<unknown>,
): Promise<void> {
  const waiting = [...calls];
  const work = async (): Promise<void> => {
    for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) await store(call);
  };
  await Promise.all(Array.from({ length: together }, work));
}

/** The exact number of statements of one batch, BEGIN and COMMIT included. */
async function countStatements(databaseUrl: string, core: Core): Promise<void> {
  let seen = 0;
  const store = createStore({ databaseUrl, poolSize: 2, onStatement: () => (seen += 1) });
  const ingest = createIngest({ store, releases: core.releases });
  const rows: [number, number][] = [];
  for (const size of [1, 10, 100, 200]) {
    await ingest.ingest(callsOf(size).map(requestOf));
    seen = 0;
    await ingest.ingest(callsOf(size).map(requestOf));
    rows.push([size, seen]);
  }
  await ingest.close();
  await store.close();
  print('SQL statements of one batch', table(['events in the batch', 'statements'], rows));
}

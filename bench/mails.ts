/**
 * `npm run bench:mails`: marketing emails to a local SMTP server, by the engine and by a bare loop over a
 * pooled nodemailer, in turns in one run. The engine's share is the whole activity of a `send` step: the
 * run and its pauses, policy under the lead's lock, a place under the caps, rendering, links, headers,
 * the ledger's rows, the `Email Sent` event. The bare loop sends the very bytes of one of those mails.
 *
 * Without Temporal, because it is not what is compared. The clock stands on a Tuesday morning, so that no
 * quiet hour decides the result. Options: --mails=10000 --rounds=4 --at-once=100 --signed=1
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { createActivities } from '../activities/index.ts';
import { createIngest } from '../ingest/ingest.ts';
import { eventAbout } from '../ingest/request.ts';
import { createSigner, type Signer } from '../mail/identity/dkim.ts';
import { mailOptions, type OutgoingEmail } from '../mail/outgoing.ts';
import { createLog } from '../runtime/log.ts';
import { createReleaseLibrary } from '../runtime/releases.ts';
import { createActivityDependencies } from '../runtime/worker-dependencies.ts';
import { createStore, type Store } from '../store/client.ts';
import { cpuMs, familyCpuMs } from './cpu.ts';
import { median, option, print, round, table } from './figures.ts';
import { startSinkProcess, type SinkProcess } from './sink.ts';
import { withStack, type Stack } from './stack.ts';
import { BENCH_JOURNEY, writeBenchWorkspace } from './workspace.ts';

const mails = option('mails', 10_000);
const rounds = option('rounds', 4);
const atOnce = option('at-once', 100);
const isSigned = option('signed', 0) === 1;
const perRound = Math.floor(mails / rounds);
/** A Tuesday, 11:00 in New York: inside every usual window. */
const tuesday = Date.parse('2026-11-24T16:00:00Z');

interface Spent {
  readonly perSecond: number;
  readonly ownCpuMs: number;
  readonly databaseCpuMs: number;
}

const sink = await startSinkProcess();
await withStack(
  async (dir) => ({
    smtpUrl: sink.smtpUrl,
    workspace: await writeBenchWorkspace(dir, { class: 'marketing' }),
  }),
  (stack) => measure(stack),
);
await sink.stop();
process.exit();

async function measure(stack: Stack): Promise<void> {
  const signer = isSigned ? newSigner() : undefined;
  const engine = await openEngine(stack, signer);
  const warm = await engine.enrol('warm', 200);
  await engine.sendAll(warm);
  const { email: sample } = engine.last;
  if (sample === undefined) throw new Error('no mail was sent');
  const bare = bareLoop(sample, signer);
  await bare(200, 'warm');
  const plain: Spent[] = [];
  const own: Spent[] = [];
  for (let n = 0; n < rounds; n += 1) {
    const enrolled = await engine.enrol(`round-${n}`, perRound);
    plain.push(await timed(stack, sink, () => bare(perRound, `round-${n}`)));
    own.push(await timed(stack, sink, () => engine.sendAll(enrolled)));
  }
  await engine.close();
  report(sample, plain, own);
}

function report(sample: OutgoingEmail, plain: readonly Spent[], own: readonly Spent[]): void {
  const row = (name: string, spent: readonly Spent[]) => [
    name,
    round(median(spent.map(({ perSecond }) => perSecond)), 0),
    round(median(spent.map(({ ownCpuMs }) => ownCpuMs)), 2),
    round(median(spent.map(({ databaseCpuMs }) => databaseCpuMs)), 2),
  ];
  const ratios = own.map(({ perSecond }, n) => perSecond / (plain[n]?.perSecond ?? NaN));
  print(
    `${perRound * rounds} emails in ${rounds} rounds, ${atOnce} at once, ${isSigned ? 'signed' : 'unsigned'}`,
    table(
      ['', 'mails/s', 'own CPU ms per mail', 'PostgreSQL CPU ms per mail'],
      [row('bare pooled nodemailer', plain), row('engine', own)],
    ),
    `Engine : bare ${round(median(ratios), 2)} (rounds ${ratios.map((one) => round(one, 2)).join(', ')}; goal 0.7). HTML of ${sample.html.length} characters.`,
  );
}

async function timed(stack: Stack, sink: SinkProcess, work: () => Promise<void>): Promise<Spent> {
  const before = { taken: await sink.taken(), own: cpuMs(process.pid) };
  const database = familyCpuMs(stack.pids.postgres);
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  const taken = (await sink.taken()) - before.taken;
  if (taken !== perRound) throw new Error(`${taken} mails arrived, expected ${perRound}`);
  return {
    perSecond: taken / seconds,
    ownCpuMs: (cpuMs(process.pid) - before.own) / taken,
    databaseCpuMs: (familyCpuMs(stack.pids.postgres) - database) / taken,
  };
}

async function openEngine(stack: Stack, signer: Signer | undefined) {
  const { config, databaseUrl } = stack;
  const store = createStore({ databaseUrl, poolSize: config.DATABASE_POOL_SIZE });
  const releases = createReleaseLibrary(store, () => Date.now());
  const ingest = createIngest({ store, releases });
  const log = createLog({ name: 'bench', level: config.LOG_LEVEL });
  const core = { config, store, releases, ingest, log };
  const dependencies = createActivityDependencies(core, { mailDomain: 'acme.example', signer });
  const { deps } = dependencies;
  const last: { email?: OutgoingEmail } = {};
  const mail = {
    inTurn: <T>(work: () => Promise<T>) => deps.mail.inTurn(work),
    deliver: (email: OutgoingEmail) => deps.mail.deliver((last.email = email)),
  };
  const activities = createActivities({ ...deps, mail, clock: { at: (now) => now } });
  const sendOne = async (enrolmentId: string): Promise<void> => {
    const step = { step: 'first', visit: 1, last: false, now: tuesday };
    const outcome = await activities.executeStep({ enrolmentId, ...step });
    if (outcome.type !== 'done') throw new Error(`a send ended as ${JSON.stringify(outcome)}`);
  };
  return {
    enrol: (label: string, count: number) => enrol(store, ingest, label, count),
    sendAll: (enrolments: readonly string[]) => inParallel(enrolments, sendOne),
    last,
    async close() {
      await dependencies.close();
      await ingest.close();
      await store.close();
    },
  };
}

/** Leads of a country where marketing needs no consent, inside the journey. */
async function enrol(
  store: Store,
  ingest: ReturnType<typeof createIngest>,
  label: string,
  count: number,
): Promise<readonly string[]> {
  const enrolments: string[] = [];
  for (let from = 0; from < count; from += 200) {
    const requests = Array.from({ length: Math.min(200, count - from) }, (_, n) => {
      const address = `${label}-${from + n}@company-${label}-${from + n}.example`;
      const traits = { firstName: 'Ana', company: `Company ${from + n}`, country: 'US' };
      const own = { source: 'bench', messageId: randomUUID(), type: 'enrol', name: '' } as const;
      const request = eventAbout(
        { email: address },
        { ...own, now: tuesday - 60_000, journey: BENCH_JOURNEY, traits },
      );
      return { ...request, event: { ...request.event, address } };
    });
    const answers = await ingest.ingest(requests);
    enrolments.push(...answers.flatMap(({ journeys }) => journeys[0]?.enrolmentId ?? []));
  }
  if (enrolments.length !== count)
    throw new Error(`${enrolments.length} of ${count} were enrolled`);
  await store.run('VACUUM ANALYZE');
  return enrolments;
}

function bareLoop(sample: OutgoingEmail, signer: Signer | undefined) {
  const mailer = createTransport({
    ...{ url: sink.smtpUrl, pool: true, maxConnections: 5 },
    ...(signer === undefined ? {} : { dkim: signer.options }),
  });
  return (count: number, label: string): Promise<void> =>
    inParallel(
      Array.from({ length: count }, (_, n) => n),
      async (n) => {
        const address = `bare-${label}-${n}@company.example`;
        const messageId = `<bare-${label}-${n}@acme.example>`;
        await mailer.sendMail(mailOptions({ ...sample, messageId, to: { address } }));
      },
    );
}

/** So many at once as a worker runs activities. */
async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const one = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

function newSigner(): Signer {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return createSigner({ domain: 'acme.example', selector: 's1', privateKey: pem });
}

/**
 * `npm run bench:event-to-mail`: `Trial Started` over HTTP until the welcome email has been taken by the
 * SMTP server, at a fixed rate whatever the answers (open loop), so that a stall shows in the figures
 * of everyone who came meanwhile.
 *
 * Options: --rate=10 --seconds=20
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createSmtpSink, type SmtpSink } from '../runtime/embedded/smtp-sink.ts';
import { until } from '../test/support/until.ts';
import { option, percentile, print, round, table } from './figures.ts';
import { createApi, type Api } from './http.ts';
import { withStack, type Stack } from './stack.ts';

const rate = option('rate', 10);
const seconds = option('seconds', 20);
const warmUp = 30;

const arrivedAt = new Map<string, number>();
let sink: SmtpSink | undefined;
await withStack(
  async () => {
    sink = await createSmtpSink({
      onAccepted: ({ envelope }) => void arrivedAt.set(envelope.to[0] ?? '', performance.now()),
    });
    return { smtpUrl: sink.smtpUrl };
  },
  async (stack) => {
    await Promise.all([stack.startApi(), stack.startWorker()]);
    await measure(stack, createApi(stack.config));
  },
);
await sink?.stop();
process.exit();

async function measure(stack: Stack, api: Api): Promise<void> {
  await bear(api, 'warm', warmUp);
  await startAll(api, 'warm', warmUp);
  const count = rate * seconds;
  await bear(api, 'lead', count);
  const { sentAt, answered } = await startAll(api, 'lead', count);
  const toMail = [...sentAt].map(([address, at]) => (arrivedAt.get(address) ?? NaN) - at);
  const row = (what: string, times: readonly number[], goal: string) => {
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => round(percentile(times, share), 0));
    return [what, p50 ?? '', p95 ?? '', p99 ?? '', goal];
  };
  print(
    `Event to mail: ${rate}/s for ${seconds} s, open loop, sendVia ${stack.config.sendVia}`,
    table(
      ['', 'p50 ms', 'p95 ms', 'p99 ms', 'goal p50 / p99'],
      [
        row('event sent → answer of the API', answered, ''),
        row('event sent → mail taken by the SMTP server', toMail, '80 / 300'),
      ],
    ),
  );
}

function addressOf(label: string, n: number): string {
  return `${label}-${n}@event-to-mail.example`;
}

async function bear(api: Api, label: string, count: number): Promise<void> {
  const batch = Array.from({ length: count }, (_, n) => ({
    ...{ type: 'identify', userId: `${label}-${n}` },
    traits: { email: addressOf(label, n), firstName: 'Ana', company: 'Nordwind AG', country: 'DE' },
  }));
  await api.post('/v1/batch', { batch });
}

/** Each at its instant, late or not; returns when every mail is there. */
async function startAll(api: Api, label: string, count: number) {
  const sentAt = new Map<string, number>();
  const answered: number[] = [];
  const startedAt = performance.now();
  const calls: Promise<void>[] = [];
  for (let n = 0; n < count; n += 1) {
    const dueAt = startedAt + (n * 1_000) / rate;
    await delay(Math.max(0, dueAt - performance.now()));
    // From when it was due: a sender that falls behind must not look fast.
    sentAt.set(addressOf(label, n), dueAt);
    const call = api.post('/v1/track', { userId: `${label}-${n}`, event: 'Trial Started' });
    calls.push(call.then(() => void answered.push(performance.now() - dueAt)));
  }
  await Promise.all(calls);
  const all = () => [...sentAt.keys()].every((address) => arrivedAt.has(address));
  await until(all, { what: 'every welcome email', timeoutMs: 60_000 });
  return { sentAt, answered };
}

/**
 * `npm run bench:latency`: how long a person waits for what the product does, one lead at a time, on
 * the embedded stack with api and worker as processes of their own.
 *
 * For each lead: `identify` and `Trial Started` over HTTP until the welcome email is in the mailbox;
 * `Demo Requested` until the lead is an MQL and the run of its journey has ended in Temporal, and
 * until the rep's email is there; the button of its page until the handoff is accepted.
 */
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startMailbox, type Mailbox } from '../runtime/embedded/mailbox.ts';
import { leadJourneyId } from '../workflows/contract.ts';
import { median, option, percentile, print, round, table } from './figures.ts';
import { createApi, type Api } from './http.ts';
import { withStack, type Stack } from './stack.ts';

const leads = option('leads', 20);
const goalMs = 1_000;
const parts = [
  '`identify` + `Trial Started` → welcome email in the mailbox',
  '`Demo Requested` → stage MQL and the run of the journey ended',
  '`Demo Requested` → handoff email of the rep in the mailbox',
  'POST of the accept button → accepted, and its page read',
] as const;

interface World {
  readonly api: Api;
  readonly mailbox: Mailbox;
  readonly temporal: Client;
}
interface Answer {
  readonly journeys: readonly { readonly journey: string; readonly enrolmentId?: string }[];
  readonly stage: string;
}

let mailbox: Mailbox | undefined;
await withStack(
  async (dir) => {
    mailbox = await startMailbox({ store: join(dir, 'home', 'mailbox') });
    return { smtpUrl: mailbox.smtpUrl };
  },
  async (stack) => {
    if (mailbox !== undefined) await measure(stack, mailbox);
  },
);
await mailbox?.stop();
process.exit();

async function measure(stack: Stack, mails: Mailbox): Promise<void> {
  await Promise.all([stack.startApi(), stack.startWorker()]);
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const temporal = new Client({ connection });
  const world = { api: createApi(stack.config), mailbox: mails, temporal };
  // The first lead pays for caches and compilers; it is shown in a column of its own.
  const cold = await live(world, 0);
  const warm: (readonly number[])[] = [];
  for (let n = 1; n <= leads; n += 1) warm.push(await live(world, n));
  await connection.close();
  const rows = parts.map((part, index) => {
    const times = warm.map((one) => one[index] ?? Number.NaN);
    const p50 = median(times);
    const shown = [p50, percentile(times, 0.95), cold[index] ?? 0].map((ms) => round(ms, 0));
    return [part, ...shown, p50 < goalMs ? 'met' : 'missed'];
  });
  const head = ['what', 'median ms', 'p95 ms', 'first lead ms', 'goal: < 1 s'];
  print(
    `Latency, ${leads} leads one after the other, sendVia ${stack.config.sendVia}`,
    table(head, rows),
  );
}

async function live({ api, mailbox, temporal }: World, n: number): Promise<readonly number[]> {
  const email = `lead-${n}@latency.example`;
  const userId = `latency-${n}`;
  const company = `Nordwind ${n}.`;
  const traits = {
    email,
    company,
    firstName: 'Ana',
    country: 'DE',
    seniority: 'vp',
    employees: 900,
  };
  const trial = stopwatch();
  await api.post('/v1/identify', { userId, traits });
  const entered = await track(api, userId, 'Trial Started');
  await mailbox.waitFor({ to: email, subject: 'your first report' });
  const welcomed = trial();
  const enrolmentId = entered.journeys.find(
    ({ journey }) => journey === 'trial-nurture',
  )?.enrolmentId;
  if (enrolmentId === undefined) throw new Error(`not entered: ${JSON.stringify(entered)}`);

  const demo = stopwatch();
  const repMail = mailbox
    .waitFor({ subject: company })
    .then(({ links }) => ({ told: demo(), links }));
  const asked = await track(api, userId, 'Demo Requested');
  if (asked.stage !== 'marketingqualifiedlead') throw new Error(JSON.stringify(asked));
  await temporal.workflow.getHandle(leadJourneyId('trial-nurture', enrolmentId)).result();
  const exited = demo();
  const { told, links } = await repMail;

  const button = stopwatch();
  await press(links);
  const accepted = button();
  const lead = await api.get(`/v1/leads/${email}`);
  if (!JSON.stringify(lead).includes('sales-accepted')) throw new Error(JSON.stringify(lead));
  return [welcomed, exited, told, accepted];
}

async function track(api: Api, userId: string, event: string): Promise<Answer> {
  return (await api.post('/v1/track', { userId, event })) as Answer;
}

/** What a browser does when the rep presses the button. */
async function press(links: readonly string[]): Promise<void> {
  const link = links.find((each) => each.includes('/h/'));
  if (link === undefined) throw new Error(`no link to a handoff in ${links.join(', ')}`);
  const page = await fetch(link.split('?')[0] ?? link, {
    method: 'POST',
    body: new URLSearchParams({ verdict: 'accept' }),
  });
  const text = await page.text();
  if (!text.includes('It is yours')) throw new Error(`the button was answered ${page.status}`);
}

function stopwatch(): () => number {
  const startedAt = performance.now();
  return () => performance.now() - startedAt;
}

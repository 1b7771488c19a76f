/**
 * Pauses on the real parts: an api and a worker that is killed, a Temporal server, an SMTP server as
 * the witness. What is said about lengths of waits and about the throttle is read from rows and from
 * instants that can only be too late when something is wrong, never from how fast this machine is.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  JOURNEY_QUERIES,
  leadJourneyId,
  type LeadJourneyStatus,
} from '../../workflows/contract.ts';
import { until } from '../support/until.ts';
import type { Cluster } from './support/cluster.ts';
import { forEachOf } from './support/driver.ts';
import type { SinkMail } from './support/sink.ts';
import { useCluster } from './support/use-cluster.ts';

const waitMs = 10_000;
const perHour = 7_200;
const slotMs = 3_600_000 / perHour;
/** Two processes may read the clock of a busy machine a little apart: seen 32 ms. */
const clocksApartMs = 250;
const patience = { timeoutMs: 90_000, everyMs: 100 };

const workspaceDir = pausableWorkspace();
afterAll(() => rmSync(workspaceDir, { recursive: true, force: true }));
const cluster = useCluster({ apis: 1, workers: 1, workspaceDir });

/** The usual three emails, with a longer first wait; and the same again, soon too old to be sent. */
function pausableWorkspace(): string {
  const dir = mkdtempSync(join(tmpdir(), 'perennial-paused-'));
  cpSync(new URL('workspace', import.meta.url).pathname, dir, { recursive: true });
  const text = readFileSync(join(dir, 'journeys/nurture.json'), 'utf8').replace(
    '"id": "pause-1", "wait": "2 seconds"',
    `"id": "pause-1", "wait": "${waitMs / 1_000} seconds"`,
  );
  const whenPaused = (skip: string): string =>
    `"whenPaused": { "timers": "freeze", "resume": { "perHour": ${perHour}, "skipIfOlderThan": "${skip}" } }`;
  const usual = '"whenPaused": { "timers": "freeze" }';
  writeFileSync(join(dir, 'journeys/nurture.json'), text.replace(usual, whenPaused('1 day')));
  const news = text
    .replace('"journey": "nurture"', '"journey": "news"')
    .replace('"event": "Trial Started"', '"event": "Report Created"')
    .replace(usual, whenPaused('1 second'));
  writeFileSync(join(dir, 'journeys/news.json'), news);
  return dir;
}

const address = (name: string, n: number): string => `${name}-${n}@pauses.example`;
const addresses = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => address(name, n));

async function post(
  { apiUrls }: Cluster,
  path: string,
  body: object = {},
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(`${apiUrls[0]}${path}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: 'Bearer key-of-the-fault-tests',
    },
    body: JSON.stringify(body),
  });
  const json = (await answer.json()) as Readonly<Record<string, unknown>>;
  if (!answer.ok) throw new Error(`${path} was answered ${JSON.stringify(json)}`);
  return json;
}
async function pause(on: Cluster, body: object): Promise<string> {
  return ((await post(on, '/v1/pauses', body))['pause'] as { readonly id: string }).id;
}
interface PauseRow {
  readonly from: number;
  readonly until: number;
  readonly woken: number | null;
  readonly resumed_by: string | null;
}
const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;
async function pauseRow({ sql }: Cluster, id: string): Promise<PauseRow> {
  const { rows } = await sql.query<PauseRow>(
    `SELECT ${ms('"from"')} AS "from", ${ms('until')} AS until, woken, resumed_by FROM pause WHERE id = $1`,
    [id],
  );
  return rows[0] ?? expect.fail(`no pause ${id}`);
}
async function countRuns({ sql }: Cluster, name: string, where: string): Promise<number> {
  const { rows } = await sql.query<{ readonly count: string }>(
    `SELECT count(*) FROM enrolment e JOIN lead l ON l.id = e.lead_id
     WHERE l.address LIKE $1 AND ${where}`,
    [`${name}-%`],
  );
  return Number(rows[0]?.count);
}
function mailsTo({ sink }: Cluster, name: string, subject?: string): readonly SinkMail[] {
  return sink.mails.filter(
    ({ to, subject: own }) =>
      to[0]?.startsWith(`${name}-`) === true && (subject === undefined || own.includes(subject)),
  );
}
/** As their workflows know it: rows are written a moment earlier. */
async function allAtRest({ sql, client }: Cluster): Promise<boolean> {
  const { rows } = await sql.query<{ readonly id: string; readonly journey: string }>(
    "SELECT id, journey FROM enrolment WHERE status = 'open'",
  );
  const doing = await Promise.all(
    rows.map(async ({ id, journey }) => {
      const handle = client.workflow.getHandle(leadJourneyId(journey, id));
      return (await handle.query<LeadJourneyStatus>(JOURNEY_QUERIES.status)).doing;
    }),
  );
  return doing.every((one) => one === 'wait' || one === 'park');
}
interface Ledger {
  readonly address: string;
  readonly step: string;
  readonly state: string;
  readonly reason: string | null;
  readonly planned: number;
  readonly settled: number;
}
async function ledger({ sql }: Cluster, name: string): Promise<readonly Ledger[]> {
  const { rows } = await sql.query<Ledger>(
    `SELECT l.address, s.step, s.state, s.reason, ${ms('planned_at')} AS planned, ${ms('settled_at')} AS settled
     FROM send s JOIN lead l ON l.id = s.lead_id WHERE l.address LIKE $1 ORDER BY l.address, planned_at`,
    [`${name}-%`],
  );
  return rows;
}

/** What was in the socket when the worker was killed is of unknown fate, and is never sent again. */
const path = (sends: readonly Ledger[]): readonly string[] =>
  sends.map(({ step, state }) => `${step} ${state === 'unknown' ? 'sent' : state}`);
const threeEmails = ['first sent', 'second sent', 'third sent'];

test('thirty journeys paused, left, entered, resumed and a worker killed twice: nothing is lost, doubled or early', async () => {
  const on = cluster();
  const [worker] = on.workers;
  const kill = async (): Promise<void> => {
    await worker?.kill();
    await worker?.start();
  };
  const [trials, readers] = [addresses('trial', 24), addresses('reader', 6)];
  await Promise.all([
    forEachOf(trials, 8, (to) => on.driver.track('Trial Started', to)),
    forEachOf(readers, 4, (to) => on.driver.track('Report Created', to)),
  ]);
  const begun = () => mailsTo(on, 'trial').length === 24 && mailsTo(on, 'reader').length === 6;
  await until(begun, { what: 'the first email of all thirty', ...patience });

  const ask = { scope: 'journey', why: 'a drill', by: 'Maria' };
  const nurture = await pause(on, { ...ask, key: 'nurture' });
  const news = await pause(on, { ...ask, key: 'news' });
  expect(on.sink.mails).toHaveLength(30);

  await on.driver.track('Deal Won', address('trial', 0));
  await on.driver.track('Trial Started', address('trial', 24));
  // Else the kill would take the news of a first email from some: they would ask for it once more.
  await until(() => allAtRest(on), { what: 'every run to sleep or park', ...patience });
  await kill();
  const allParked = async (): Promise<boolean> =>
    (await countRuns(on, 'trial', "status = 'open' AND parked IS NOT NULL")) === 24 &&
    (await countRuns(on, 'reader', "status = 'open' AND parked IS NOT NULL")) === 6;
  await until(allParked, { what: 'every timer to run out and every run to park', ...patience });
  expect(await countRuns(on, 'trial', "outcome = 'bought'")).toBe(1);
  expect(on.sink.mails).toHaveLength(30);

  const isOld = `(parked->>'planned')::float8 < ${ms('now()')} - 1500`;
  const allOld = async (): Promise<boolean> => (await countRuns(on, 'reader', isOld)) === 6;
  await until(allOld, { what: 'the news to be too old', ...patience });

  const preview = await post(on, `/v1/pauses/${nurture}/resume?preview`);
  expect(preview['preview']).toMatchObject({ wake: 24, tooOld: 0, stillHeld: 0, sleeping: 0 });
  const resumed = await post(on, `/v1/pauses/${nurture}/resume`, { by: 'Tom' });
  expect(resumed).toMatchObject({ woken: 24, preview: { perHour: { nurture: perHour } } });
  const queued = await on.sql.query<{ readonly at: number }>(
    `SELECT ${ms('not_before')} AS at FROM outbox WHERE payload->'message'->>'type' = 'wake' ORDER BY not_before`,
  );
  const dropped = await post(on, `/v1/pauses/${news}/resume`, { by: 'Tom' });
  expect(dropped).toMatchObject({ woken: 6, preview: { wake: 6, tooOld: 6 } });
  const some = () => mailsTo(on, 'trial').length >= 28;
  await until(some, { what: 'the first turns', ...patience });
  await kill();
  const atRest = async (): Promise<boolean> =>
    (await countRuns(on, 'trial', "status = 'open'")) === 0 &&
    (await countRuns(on, 'reader', "status = 'open'")) === 0;
  await until(atRest, { what: 'every journey to end', ...patience });

  const [row, rows] = [await pauseRow(on, nurture), await ledger(on, 'trial')];
  expect(row).toMatchObject({ woken: 24, resumed_by: 'Tom' });
  const during = on.sink.mails.filter(({ at }) => at > row.from && at < row.until);
  expect(during).toEqual([]);
  expect(new Set(on.sink.mails.map(({ key }) => key)).size).toBe(on.sink.mails.length);

  // The throttle: nobody was due before its slot, neither in the outbox nor at the receiving end.
  expect(queued.rows.length).toBeGreaterThan(10);
  queued.rows.slice(1).forEach(({ at }, n) => {
    expect(at - (queued.rows[n]?.at ?? 0)).toBeGreaterThanOrEqual(slotMs);
  });
  const arrivals = mailsTo(on, 'trial')
    .filter(({ at, subject }) => at > row.until && !/third/i.test(subject))
    .map(({ at }) => at)
    .sort((a, b) => a - b);
  arrivals
    .slice(0, 24)
    .forEach((at, n) => expect(at - row.until).toBeGreaterThanOrEqual(n * slotMs - clocksApartMs));

  // Frozen timers: each wait took its own length and all of the pause that lay over it.
  for (const to of trials.slice(1)) {
    const own = rows.filter((send) => send.address === to);
    expect(path(own)).toEqual(threeEmails);
    const [first, second] = own;
    const waited = (second?.planned ?? 0) - (first?.settled ?? 0);
    expect(waited).toBeGreaterThanOrEqual(waitMs + row.until - row.from);
  }
  const bought = rows.filter((send) => send.address === address('trial', 0));
  expect(bought.map(({ step }) => step)).toEqual(['first']);
  const newcomer = rows.filter((send) => send.address === address('trial', 24));
  expect(path(newcomer)).toEqual(threeEmails);
  expect(newcomer[0]?.planned).toBeGreaterThanOrEqual(row.until);

  // Too old: dropped with its reason, and the journey went on.
  const old = await ledger(on, 'reader');
  expect(
    old.filter(({ step }) => step === 'second').map(({ state, reason }) => `${state} ${reason}`),
  ).toEqual(Array.from({ length: 6 }, () => 'skipped journey-paused'));
  expect(old.filter(({ step, state }) => step === 'third' && state === 'sent')).toHaveLength(6);
}, 240_000);

test('a paused sender holds its emails, and they leave when it is resumed', async () => {
  const on = cluster();
  const id = await pause(on, { scope: 'sender', key: 'maria@acme.example' });
  await forEachOf(addresses('sender', 3), 3, (to) => on.driver.track('Trial Started', to));
  const held = async (): Promise<boolean> =>
    (await countRuns(on, 'sender', 'parked IS NOT NULL')) === 3;
  await until(held, { what: 'three emails to be held', ...patience });
  const rows = await on.sql.query(
    `SELECT state, reason, evidence->>'sender' AS sender FROM send s JOIN lead l ON l.id = s.lead_id
     WHERE l.address LIKE 'sender-%'`,
  );
  expect(rows.rows).toEqual(
    Array.from({ length: 3 }, () => ({
      state: 'held',
      reason: 'sender-paused',
      sender: 'maria@acme.example',
    })),
  );
  expect(mailsTo(on, 'sender')).toEqual([]);
  expect(await post(on, `/v1/pauses/${id}/resume`)).toMatchObject({ woken: 3 });
  const all = () => mailsTo(on, 'sender').length >= 3;
  await until(all, { what: 'the three emails', ...patience });
  const { until: resumed } = await pauseRow(on, id);
  expect(mailsTo(on, 'sender').every(({ at }) => at >= resumed)).toBe(true);
}, 120_000);

test('a pause with an end resumes by itself, throttled, though the worker was dead when it came', async () => {
  const on = cluster();
  const [worker] = on.workers;
  const id = await pause(on, { scope: 'journey', key: 'receipt', until: '15 seconds' });
  await forEachOf(addresses('end', 3), 3, (to) => on.driver.track('Receipt Wanted', to));
  const held = async (): Promise<boolean> =>
    (await countRuns(on, 'end', 'parked IS NOT NULL')) === 3;
  await until(held, { what: 'three runs to park', ...patience });
  await worker?.kill();
  const { until: ends } = await pauseRow(on, id);
  await until(() => Date.now() > ends, { what: 'the end of the pause', ...patience });
  expect(mailsTo(on, 'end')).toEqual([]);
  await worker?.start();
  const all = () => mailsTo(on, 'end').length >= 3;
  await until(all, { what: 'the three receipts', ...patience });
  expect(await pauseRow(on, id)).toMatchObject({ woken: 3, resumed_by: null });
  const arrivals = mailsTo(on, 'end')
    .map(({ at }) => at)
    .sort((a, b) => a - b);
  // The file says nothing: 600 an hour.
  arrivals.forEach((at, n) => expect(at - ends).toBeGreaterThanOrEqual(n * 6_000 - clocksApartMs));
}, 120_000);

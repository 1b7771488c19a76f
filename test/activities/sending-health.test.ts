/** Circuit breaker, back-off, warm-up and rates, on the real ledger; rates with several workers. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { resumePause } from '../../runtime/dispatch/pauses.ts';
import { checkBreakers } from '../../runtime/dispatch/sending-health.ts';
import { createStore } from '../../store/client.ts';
import { noteFeedback } from '../../store/receptions.ts';
import { createSendLedger } from '../../store/sends.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createWorld, day, hour, minute, tuesday, type World, type WorldOptions } from './world.ts';

const database = useTestDatabase();
/** By receiver domain, as long as it is set. */
const refusals = new Map<string, { readonly code: number; readonly text: string }>();
const mailbox = useMailbox({
  fault: ({ stage, to: [address = ''] }) => {
    const refusal = refusals.get(address.slice(address.indexOf('@') + 1));
    return stage === 'recipient' && refusal !== undefined
      ? { type: 'refuse', ...refusal }
      : undefined;
  },
});
const welcome = { welcome: { type: 'send', template: 'welcome' } } as const;
const sender = 'maria@acme.example';

let world: World | undefined;
async function open(options: Partial<WorldOptions> = {}): Promise<World> {
  world = await createWorld({ url: database.url, mailbox: mailbox(), steps: welcome, ...options });
  await world.store.run('UPDATE send SET sender = NULL');
  await world.store.run('DELETE FROM pause');
  await world.store.run('DELETE FROM reception');
  await world.store.run('DELETE FROM warm_up');
  await world.store.run('DELETE FROM pace');
  return world;
}
afterEach(async () => {
  refusals.clear();
  await world?.close();
  world = undefined;
});

let count = 0;
const someone = (domain: string): string => `p${(count += 1)}@${domain}`;
const pausesOf = ({ store }: World) =>
  store.query<{ id: string; key: string; why: string; by: string }>(
    'SELECT id, key, why, by FROM pause ORDER BY key',
  );
const check = ({ store, release }: World, now = tuesday) =>
  checkBreakers({
    store,
    policy: () => Promise.resolve(release.sending),
    now: () => now,
    onOpened: () => undefined,
  });
async function mailTo(given: World, address: string, now = tuesday) {
  const lead = await given.enrol(address);
  const outcome = await given.run(lead.enrolmentId, 'welcome', { now });
  const [row] = await given.sends(lead.leadId);
  return { ...lead, outcome, row };
}
const stopWhen = { hardBounceRate: 0.1, complaintRate: 0.05, overMs: day, atLeast: 5 };

test('pauses the way to one receiver when too much came back there, and nothing else', async () => {
  const given = await open({ policy: { stopWhen } });
  const mails = [];
  for (let mail = 0; mail < 6; mail += 1) mails.push(await mailTo(given, someone('gmail.com')));
  for (let mail = 0; mail < 6; mail += 1) await mailTo(given, someone('hotmail.com'));
  const [first] = mails;
  const heard = { send: first?.row?.id ?? '', at: tuesday, type: 'bounced', kind: 'hard' } as const;
  await noteFeedback(given.store, heard);
  await noteFeedback(given.store, heard);
  await Promise.all([check(given), check(given), check(given)]);

  expect(await pausesOf(given)).toMatchObject([
    {
      key: `${sender}>gmail`,
      by: 'breaker',
      why: '1 of 6 emails to Gmail in 1 day came back because the address does not exist (17 %; at most 10 %)',
    },
  ]);
  const held = await mailTo(given, someone('googlemail.com'));
  expect(held.outcome).toEqual({ type: 'parked' });
  expect(held.row).toMatchObject({
    ...{ state: 'held', reason: 'sender-paused', heldUntil: null },
    evidence: { rule: 'breaker', sender, receiver: 'gmail' },
  });
  expect((await mailTo(given, someone('outlook.de'))).row?.state).toBe('sent');
});

test('pauses a sender altogether when it comes back from everywhere; what was before a resume is forgiven', async () => {
  const given = await open({ policy: { stopWhen } });
  const mails = [];
  for (let mail = 0; mail < 6; mail += 1) {
    mails.push(await mailTo(given, someone(`company-${mail}.example`), tuesday - minute));
  }
  const told = { send: mails[0]?.row?.id ?? '', at: tuesday, type: 'complained' } as const;
  await noteFeedback(given.store, told);
  expect(await check(given)).toMatchObject([{ sender }]);
  const [pause] = await pausesOf(given);
  expect(pause).toMatchObject({ key: sender });
  expect(pause?.why).toContain('of 6 emails in 1 day was called spam');

  const plans = () => Promise.resolve(new Map());
  const ask = { id: pause?.id ?? '', by: 'Ana' };
  await resumePause({ store: given.store, plans, now: () => tuesday + minute }, ask);
  await noteFeedback(given.store, { ...told, send: mails[1]?.row?.id ?? '' });
  expect(await check(given, tuesday + 2 * minute)).toEqual([]);
});

test('three refusals because of us pause the way at once, whatever stopWhen says', async () => {
  const given = await open();
  refusals.set('yahoo.com', { code: 550, text: '5.7.1 blocked because of your reputation' });
  const ends: string[] = [];
  for (let mail = 0; mail < 4; mail += 1) {
    const now = tuesday + mail * 1_000;
    ends.push((await mailTo(given, someone('yahoo.com'), now)).outcome.type);
  }
  expect(ends).toEqual(['retry-at', 'retry-at', 'retry-at', 'parked']);
  const [pause, ...more] = await pausesOf(given);
  expect(more).toEqual([]);
  expect(pause).toMatchObject({ key: `${sender}>yahoo`, by: 'breaker' });
  expect(pause?.why).toBe(
    'Yahoo and AOL refused 3 of 3 emails within an hour because of us, the last with “550 5.7.1 blocked because of your reputation”',
  );
});

test('a receiver that refuses for now is left alone, then one mail tries, then all may go', async () => {
  const given = await open({ limits: { retryForMs: 0 } });
  refusals.set('busy.example', { code: 451, text: '4.3.2 System not accepting mail' });
  const to = (): string => someone('busy.example');
  for (let mail = 0; mail < 5; mail += 1) await mailTo(given, to());
  const sixth = await mailTo(given, to(), tuesday + 1_000);
  expect(sixth.row).toMatchObject({
    ...{ state: 'held', reason: 'sender-paused', attempts: 0 },
    evidence: { rule: 'back-off', receiver: 'busy.example', refusals: 5, sender },
  });
  expect((await mailTo(given, someone('well.example'), tuesday + 1_000)).row?.state).toBe('sent');

  // Of ten that come back at once one is let through.
  const later = tuesday + 2 * minute;
  const ten = await Promise.all(Array.from({ length: 10 }, () => given.enrol(to())));
  await Promise.all(
    ten.map(({ enrolmentId }) => given.run(enrolmentId, 'welcome', { now: later })),
  );
  const rows = (await Promise.all(ten.map(({ leadId }) => given.sends(leadId)))).flat();
  expect(rows.filter(({ attempts }) => attempts > 0)).toHaveLength(1);
  // It was refused once more: twice as long.
  const [reception] = await given.store.query<{ blockedUntil: number; refusals: number }>(
    `SELECT blocked_until AS "blockedUntil", refusals FROM reception WHERE receiver = 'busy.example'`,
  );
  expect(reception?.refusals).toBe(6);
  expect((reception?.blockedUntil ?? 0) - later).toBeGreaterThanOrEqual(20_000);

  refusals.clear();
  const much = tuesday + hour;
  expect((await mailTo(given, to(), much)).row?.state).toBe('sent');
  expect((await mailTo(given, to(), much)).row?.state).toBe('sent');
});

test('an unreachable mail server is no receiver, and is over with the next mail that it takes', async () => {
  const given = await open();
  const { store } = given;
  const health = given.deps.health;
  const mail = { send: randomUUID(), sender, receiver: 'gmail', at: tuesday, isFinal: false };
  const away = { ...mail, class: 'infra', response: 'connect ECONNREFUSED' } as const;
  for (let times = 0; times < 3; times += 1) await health?.refused(away);
  const rows = () => store.query('SELECT sender, receiver FROM reception WHERE refusals > 0');
  expect(await rows()).toEqual([{ sender: '', receiver: '' }]);
  await mailTo(given, someone('gmail.com'));
  expect(await rows()).toEqual([]);
});

test('on a day of the warm-up no more leave than it says, however many try at once', async () => {
  const warmUp = [{ from: '2026-11-23', perDay: [3, 7, 20] }];
  const given = await open({ policy: { warmUp } });
  const leads = await Promise.all(
    Array.from({ length: 30 }, () => given.enrol(someone('warm.example'))),
  );
  await Promise.all(leads.map(({ enrolmentId }) => given.run(enrolmentId, 'welcome')));
  const rows = (await Promise.all(leads.map(({ leadId }) => given.sends(leadId)))).flat();
  expect(rows.filter(({ state }) => state === 'sent')).toHaveLength(7);
  const held = rows.filter(({ state }) => state === 'held');
  expect(held).toHaveLength(23);
  const midnight = Date.parse('2026-11-25T00:00:00+01:00');
  for (const { reason, evidence, heldUntil } of held) {
    expect({ reason, evidence }).toMatchObject({
      reason: 'sender-paused',
      evidence: { rule: 'warm-up', sent: 7, max: 7, day: 2, of: 3 },
    });
    expect(heldUntil).toBeGreaterThanOrEqual(midnight);
    expect(heldUntil).toBeLessThan(midnight + 10 * minute);
  }
  const [first] = leads.filter((_, index) => rows[index]?.state === 'held');
  await given.run(first?.enrolmentId ?? '', 'welcome', { now: midnight + 10 * minute });
  expect((await given.sends(first?.leadId ?? ''))[0]).toMatchObject({ state: 'sent' });
});

test('three workers share one rate: evenly, never faster, and hardly slower', async () => {
  const rates = [{ id: 'gmail', to: ['gmail'], max: 20, perMs: 1_000 }];
  const given = await open({ policy: { rates } });
  const stores = [1, 2].map(() => createStore({ databaseUrl: database.url, poolSize: 5 }));
  const leases = { claimMs: 20_000, transmitMs: 20_000 };
  /** By the clock of the database, which writes it into the lease. */
  const startedAt: number[] = [];
  const workers = [given.store, ...stores].map((store) => {
    const ledger = createSendLedger(store, leases);
    const beginTransmit: typeof ledger.beginTransmit = async (request) => {
      const start = await ledger.beginTransmit(request);
      const lease = 'SELECT lease_until AS at FROM send WHERE id = $1';
      const [row] = await store.query<{ readonly at: number }>(lease, [request.id]);
      if (start.type === 'started') startedAt.push((row?.at ?? 0) - leases.transmitMs);
      return start;
    };
    return createActivities({ ...given.deps, ledger: { ...ledger, beginTransmit } });
  });
  const perWorker = 12;
  const leads = await Promise.all(
    workers.flatMap((worker) =>
      Array.from({ length: perWorker }, async () => ({
        worker,
        ...(await given.enrol(someone('gmail.com'))),
      })),
    ),
  );
  const outcomes = await Promise.all(
    leads.map(({ worker, enrolmentId }) =>
      worker.executeStep({ enrolmentId, step: 'welcome', visit: 1, last: false, now: tuesday }),
    ),
  );
  await Promise.all(stores.map((store) => store.close()));

  expect(outcomes.every(({ type }) => type === 'done')).toBe(true);
  expect(startedAt).toHaveLength(leads.length);
  startedAt.sort((left, right) => left - right);
  const within = startedAt.map((at) => startedAt.filter((o) => o >= at && o < at + 1_000).length);
  // The ends of a window, a start that may be early by one turn, and a statement on a busy machine.
  expect(Math.max(...within)).toBeLessThanOrEqual(20 + 4);
  const tookMs = (startedAt.at(-1) ?? 0) - (startedAt[0] ?? 0);
  expect(tookMs).toBeGreaterThanOrEqual((leads.length - 4) * 50);
  expect(tookMs).toBeLessThan(leads.length * 50 * 3);
});

test('a turn that is far is kept for the mail, which holds no connection meanwhile', async () => {
  const rates = [{ id: '*', to: ['*'], max: 1, perMs: minute }];
  const given = await open({ policy: { rates } });
  const first = await mailTo(given, someone('one.example'));
  const second = await mailTo(given, someone('two.example'));
  const third = await mailTo(given, someone('three.example'));
  expect(first.row?.state).toBe('sent');
  for (const { row } of [second, third]) {
    expect(row).toMatchObject({
      ...{ state: 'held', reason: 'sender-paused' },
      evidence: { rule: 'rate:*', max: 1, perMs: minute },
    });
  }
  const turns = [second, third].map(({ row }) => row?.heldUntil ?? 0);
  expect((turns[0] ?? 0) - tuesday).toBeGreaterThan(55_000);
  expect((turns[1] ?? 0) - (turns[0] ?? 0)).toBeGreaterThan(55_000);
  const outcome = await given.run(second.enrolmentId, 'welcome', { now: turns[0] ?? 0 });
  expect(outcome).toEqual({ type: 'done' });
});

test('a thousand at once, from three workers, and not one more than the day of a warm-up allows', async () => {
  const given = await open({ policy: { warmUp: [{ from: '2026-11-24', perDay: [100] }] } });
  const { store } = given;
  const one = await mailTo(given, someone('thousand.example'));
  await store.run('DELETE FROM warm_up');
  const claimed = await claimedLike(given, one, 1_000);
  const stores = [store, ...[1, 2].map(() => createStore({ databaseUrl: database.url }))];
  const begun = await Promise.all(
    claimed.map(({ id, leadId, enrolmentId, token, leadSeq }, index) =>
      createSendLedger(stores[index % 3] ?? store).beginTransmit({
        ...{ id, leadId, enrolmentId, token, leadSeq, sender, receiver: 'thousand.example' },
        ...{ journey: 'nurture', consentSeq: 0, subject: 'Hello', now: tuesday },
        pace: { warmUp: { day: '2026-11-24', max: 100 } },
      }),
    ),
  );
  await Promise.all(stores.slice(1).map((other) => other.close()));
  expect(begun.filter(({ type }) => type === 'started')).toHaveLength(100);
  expect(begun.filter(({ type }) => type === 'changed')).toHaveLength(900);
  const counted = await store.query('SELECT count FROM warm_up WHERE sender = $1', [sender]);
  expect(counted).toEqual([{ count: 100 }]);
});

interface ClaimedRow {
  readonly id: string;
  readonly leadId: string;
  readonly enrolmentId: string;
  readonly token: string;
  readonly leadSeq: number;
}

/** So many leads like this one, each with an email that is about to start. */
async function claimedLike(
  { store }: World,
  { leadId, enrolmentId }: { readonly leadId: string; readonly enrolmentId: string },
  count: number,
): Promise<readonly ClaimedRow[]> {
  const rows = Array.from({ length: count }, (_, index) => ({
    ...{ id: randomUUID(), leadId: randomUUID(), enrolmentId: randomUUID(), token: randomUUID() },
    address: `t${index}@thousand.example`,
  }));
  const copies = [
    ['lead', `'id', x."leadId", 'canonical_id', x."leadId", 'address', x.address`, leadId],
    ['enrolment', `'id', x."enrolmentId", 'lead_id', x."leadId"`, enrolmentId],
  ] as const;
  const given =
    'json_to_recordset($1::json) AS x("leadId" uuid, "enrolmentId" uuid, id uuid, token uuid, address text)';
  for (const [table, changed, like] of copies) {
    await store.run(
      `INSERT INTO ${table} SELECT (jsonb_populate_record(o, jsonb_build_object(${changed}))).*
       FROM ${table} o, ${given} WHERE o.id = $2`,
      [JSON.stringify(rows), like],
    );
  }
  await store.run(
    `INSERT INTO send SELECT (jsonb_populate_record(o, jsonb_build_object('id', x.id, 'lead_id', x."leadId",
       'enrolment_id', x."enrolmentId", 'command_id', x.id::text, 'address', x.address, 'token', x.token,
       'state', 'claimed', 'warm_up_day', NULL, 'turn_at', NULL))).*
     FROM send o, ${given} WHERE o.enrolment_id = $2`,
    [JSON.stringify(rows), enrolmentId],
  );
  const [lead] = await store.query<{ readonly seq: number }>('SELECT seq FROM lead WHERE id = $1', [
    leadId,
  ]);
  return rows.map((row) => ({ ...row, leadSeq: lead?.seq ?? 0 }));
}

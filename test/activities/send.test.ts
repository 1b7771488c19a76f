import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { armFailpoints, failpointPasses, sendFailpoints } from '../../faults/failpoint.ts';
import { eventAbout } from '../../ingest/request.ts';
import { useMailbox } from '../support/mailbox.ts';
import type { Sql } from '../../store/client.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { createWorld, day, hour, minute, tuesday, type World, type WorldOptions } from './world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const welcome = { welcome: { type: 'send', template: 'welcome' } } as const;
const weekly = {
  id: 'week',
  class: 'marketing',
  max: 2,
  per: { type: 'rolling', ms: 7 * day },
} as const;

let world: World | undefined;
async function open(options: Partial<WorldOptions> = {}): Promise<World> {
  world = await createWorld({ url: database.url, mailbox: mailbox(), steps: welcome, ...options });
  return world;
}
afterEach(async () => {
  await world?.close();
  world = undefined;
});
let leads = 0;
const newAddress = (local = 'ana'): string => `${local}@lead-${(leads += 1)}.example`;
const received = (to: string) => mailbox().messages({ to });

test('sends one mail, settles its row and tells ingest', async () => {
  const { enrol, run, sends, events, enrolment } = await open();
  const address = newAddress();
  const { leadId, enrolmentId } = await enrol(address);

  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'done' });

  const [mail, ...more] = received(address);
  expect(more).toEqual([]);
  const [row] = await sends(leadId);
  expect(row).toMatchObject({ state: 'sent', attempts: 1, commandId: `${enrolmentId}/welcome/1` });
  expect(mail?.messageId).toBe(row?.messageId);
  expect(mail?.envelope.to).toEqual([address]);
  expect(mail?.subject).toBe('Hello Ana');
  expect((await events(leadId, 'Email Sent')).map((event) => event.properties)).toEqual([
    { journey: 'nurture', step: 'welcome', template: 'welcome', send: row?.id },
  ]);
  expect(await enrolment(enrolmentId)).toMatchObject({
    status: 'open',
    step: 'welcome',
    since: tuesday,
  });
});

test('sends the email that a later release dropped, as it was when the lead entered', async () => {
  const { enrol, run } = await open({ dropsTemplates: true });
  const address = newAddress();
  const { enrolmentId } = await enrol(address);
  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'done' });
  expect(received(address)).toMatchObject([{ subject: 'Hello Ana' }]);
});

test('completes the enrolment with the last send', async () => {
  const { enrol, run, enrolment } = await open();
  const { enrolmentId } = await enrol(newAddress());
  await run(enrolmentId, 'welcome', { last: true });
  expect(await enrolment(enrolmentId)).toMatchObject({
    status: 'closed',
    outcome: 'completed',
    expectedBy: null,
  });
});

test('needs six statements and one transaction of its own for a send', async () => {
  const statements: string[] = [];
  const { enrol, run, deps } = await open({ onStatement: (text) => void statements.push(text) });
  const { enrolmentId } = await enrol(newAddress());
  // The events go through ingest, which batches them and counts its own statements.
  const quiet = { ...deps, ingest: () => Promise.resolve() };
  await run(enrolmentId, 'welcome', { visit: 9 });
  statements.length = 0;
  await createActivities(quiet).executeStep({
    enrolmentId,
    step: 'welcome',
    visit: 1,
    last: true,
    now: tuesday,
  });
  const frames = statements.filter((text) => /^(BEGIN|COMMIT)/.test(text));
  expect(frames).toHaveLength(2);
  expect(statements.length - frames.length).toBe(6);
});

/** Only between `transmitting` and the settlement may a crash leave a row that nobody can vouch for. */
const doubtful = new Set<string>([
  'send.connected',
  'send.afterRcpt',
  'send.dataWritten',
  'send.after250',
]);

test.each(sendFailpoints)('crashes at %s, runs again, and sends no second mail', async (name) => {
  const { enrol, run, sends, enrolment } = await open();
  const address = newAddress();
  const { leadId, enrolmentId } = await enrol(address);
  const disarm = armFailpoints(`${name}=throw;once`);
  await expect(run(enrolmentId, 'welcome', { last: true })).rejects.toThrow(/^unexpected: /);
  const again = await run(enrolmentId, 'welcome', { last: true });
  disarm();

  expect(again).toEqual({ type: 'done' });
  const [row] = await sends(leadId);
  expect(row?.state).toBe(doubtful.has(name) ? 'unknown' : 'sent');
  const mails = received(address).length;
  if (row?.state === 'sent') expect(mails).toBe(1);
  else expect(mails).toBeLessThanOrEqual(1);
  expect((await enrolment(enrolmentId)).status).toBe('closed');
  expect(await run(enrolmentId, 'welcome', { last: true })).toEqual({ type: 'done' });
  expect(received(address)).toHaveLength(mails);
});

test('sends doubtful transactional mail again where the workspace says so, as the same mail', async () => {
  const { enrol, run, sends } = await open({
    policy: { uncertainSend: 'resend' },
    sending: { class: 'transactional' },
  });
  const address = newAddress();
  const { leadId, enrolmentId } = await enrol(address);
  const disarm = armFailpoints('send.after250=throw;once');
  await expect(run(enrolmentId, 'welcome')).rejects.toThrow();
  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'done' });
  disarm();
  expect((await sends(leadId))[0]).toMatchObject({ state: 'sent', attempts: 2 });
  const ids = received(address).map((mail) => mail.messageId);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test('never exceeds a cap, however many sends of a lead run at once', async () => {
  const steps = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [
      `s${index}`,
      { type: 'send', template: 'welcome' } as const,
    ]),
  );
  const { enrol, run, sends } = await open({ steps, policy: { caps: [weekly] } });
  const address = newAddress();
  const { leadId, enrolmentId } = await enrol(address);
  const outcomes = await Promise.all(Object.keys(steps).map((step) => run(enrolmentId, step)));

  expect(outcomes.filter(({ type }) => type === 'done')).toHaveLength(2);
  expect(received(address)).toHaveLength(2);
  const rows = await sends(leadId);
  expect(rows.filter(({ state }) => state === 'sent')).toHaveLength(2);
  const held = rows.filter(({ state }) => state === 'held');
  expect(held).toHaveLength(98);
  for (const row of held)
    expect(row).toMatchObject({ reason: 'capped', heldUntil: tuesday + 4 * day });
});

test('holds outside the window and says when to ask again', async () => {
  const window = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00', zone: 'lead' };
  const { enrol, run, sends, enrolment } = await open({ sending: { window } });
  const address = newAddress();
  const { leadId, enrolmentId } = await enrol(address);
  const evening = Date.parse('2026-11-24T19:00:00+01:00');
  const opening = Date.parse('2026-11-25T09:00:00+01:00');
  expect(await run(enrolmentId, 'welcome', { now: evening })).toEqual({
    type: 'retry-at',
    at: opening,
  });
  expect((await sends(leadId))[0]).toMatchObject({ state: 'held', reason: 'outside-window' });
  expect((await enrolment(enrolmentId)).expectedBy).toBe(opening);
  expect(await run(enrolmentId, 'welcome', { now: opening })).toEqual({ type: 'done' });
  expect(received(address)).toHaveLength(1);
});

test('an exit heard before the claim ends the send as exited', async () => {
  const { enrol, run, sends, about } = await open();
  const address = newAddress();
  const { leadId, enrolmentId } = await enrol(address);
  await about(leadId, 'Deal Won');
  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'closed' });
  expect((await sends(leadId))[0]).toMatchObject({ state: 'skipped', reason: 'exited' });
  expect(received(address)).toEqual([]);
});

test.each([
  ['Consent Withdrawn', 'suppressed'],
  ['Deal Won', 'exited'],
] as const)('%s between claim and transmission wins', async (event, reason) => {
  const { enrol, run, sends, about } = await open({
    leases: { claimMs: 5_000, transmitMs: 5_000 },
  });
  const address = newAddress();
  const { leadId, enrolmentId } = await enrol(address);
  const disarm = armFailpoints('send.afterClaim=hang:400;once');
  const running = run(enrolmentId, 'welcome');
  await about(leadId, event);
  await running;
  disarm();
  expect((await sends(leadId))[0]).toMatchObject({ state: 'skipped', reason });
  expect(received(address)).toEqual([]);
});

test('either the unsubscribe wins or the mail had started before it was answered', async () => {
  const { enrol, deps, sends, about } = await open();
  const racers = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const address = newAddress('racer');
      return { address, ...(await enrol(address)) };
    }),
  );
  const startedAt = new Map<string, number>();
  const activities = createActivities({
    ...deps,
    ledger: {
      ...deps.ledger,
      beginTransmit: async (request) => {
        const started = await deps.ledger.beginTransmit(request);
        if (started.type === 'started') startedAt.set(request.leadId, performance.now());
        return started;
      },
    },
  });
  const answeredAt = new Map<string, number>();
  await Promise.all(
    racers.map(async ({ leadId, enrolmentId }) => {
      const step = { enrolmentId, step: 'welcome', visit: 1, last: false, now: tuesday };
      const sending = activities.executeStep(step);
      await about(leadId, 'Consent Withdrawn');
      answeredAt.set(leadId, performance.now());
      await sending;
    }),
  );
  for (const { address, leadId } of racers) {
    const [row] = await sends(leadId);
    const mails = received(address).length;
    const ends = { state: row?.state, mails };
    expect([
      { state: 'sent', mails: 1 },
      { state: 'skipped', mails: 0 },
    ]).toContainEqual(ends);
    if (mails > 0) expect(startedAt.get(leadId)).toBeLessThan(answeredAt.get(leadId) ?? 0);
  }
});

test('tries again while the relay refuses for now, then asks the journey to come back', async () => {
  const { enrol, run, sends } = await open();
  const address = newAddress('busy');
  const { leadId, enrolmentId } = await enrol(address);
  const outcome = await run(enrolmentId, 'welcome');
  expect(outcome).toMatchObject({ type: 'retry-at' });
  const [row] = await sends(leadId);
  expect(row?.state).toBe('planned');
  expect(row?.attempts).toBeGreaterThan(1);
});

test('suppresses an address that does not exist and records the bounce', async () => {
  const { enrol, run, sends, events, store } = await open();
  const address = newAddress('gone');
  const { leadId, enrolmentId } = await enrol(address);
  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'done' });
  expect((await sends(leadId))[0]).toMatchObject({ state: 'failed', reason: 'address' });
  expect(await events(leadId, 'Email Bounced')).toHaveLength(1);
  expect(await events(leadId, 'Email Sent')).toEqual([]);
  const suppressed = await store.query('SELECT scope FROM suppression WHERE address = $1', [
    address,
  ]);
  expect(suppressed).toEqual([{ scope: 'all' }]);
});

test('a refusal that is told late is of the address that was written to, not of a new one', async () => {
  const { enrol, run, deps, store } = await open();
  const [address, newer] = [newAddress('gone'), newAddress()];
  const { leadId, enrolmentId } = await enrol(address);
  const disarm = armFailpoints('send.afterMark=throw;once');
  await expect(run(enrolmentId, 'welcome')).rejects.toThrow();
  disarm();
  const own = { source: 'operator', messageId: randomUUID(), type: 'identify', name: '' } as const;
  const traits = { email: newer };
  await deps.ingest(
    eventAbout({ leadId }, { ...own, now: tuesday + hour, address: newer, traits }),
  );
  expect(await run(enrolmentId, 'welcome', { now: tuesday + hour })).toEqual({ type: 'done' });
  const suppressed = await store.query(
    'SELECT address, scope FROM suppression WHERE address = ANY($1)',
    [[address, newer]],
  );
  expect(suppressed).toEqual([{ address, scope: 'all' }]);
});

test('ends with the name of the variable that is missing', async () => {
  const { enrol, run, sends } = await open();
  const { leadId, enrolmentId } = await enrol(newAddress(), { firstName: ' ' });
  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'done' });
  expect((await sends(leadId))[0]).toMatchObject({
    state: 'skipped',
    reason: 'missing-variable',
    evidence: { variable: 'lead.firstName' },
  });
});

test('a run parks in a pause before it asks for its mail, and its end lets it go', async () => {
  const { enrol, run, sends, store } = await open();
  const { leadId, enrolmentId } = await enrol(newAddress());
  await pauseBetween(store, 'lead', leadId, tuesday - hour, tuesday + hour);
  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'parked' });
  expect(await sends(leadId)).toEqual([]);
  expect(await parkedAt(store, enrolmentId)).toMatchObject({ until: tuesday });
  expect(await run(enrolmentId, 'welcome', { now: tuesday + hour })).toEqual({ type: 'done' });
  expect((await sends(leadId))[0]?.state).toBe('sent');
  expect(await parkedAt(store, enrolmentId)).toBeNull();
});

test('a paused sender holds the mail, shows it as held, and the run parks', async () => {
  const { enrol, run, sends, store } = await open();
  const { leadId, enrolmentId } = await enrol(newAddress());
  await pauseBetween(store, 'sender', '', tuesday - hour, tuesday + hour);
  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'parked' });
  expect((await sends(leadId))[0]).toMatchObject({ state: 'held', reason: 'sender-paused' });
  expect(await parkedAt(store, enrolmentId)).toMatchObject({ step: 'welcome', until: tuesday });
  expect(await run(enrolmentId, 'welcome', { now: tuesday + hour })).toEqual({ type: 'done' });
  expect((await sends(leadId))[0]?.state).toBe('sent');
  expect(await parkedAt(store, enrolmentId)).toBeNull();
  await store.run('DELETE FROM pause');
});

async function pauseBetween(
  store: Sql,
  scope: string,
  key: string,
  from: number,
  until: number,
): Promise<void> {
  await store.run(
    `INSERT INTO pause (id, scope, key, "from", until) VALUES (gen_random_uuid(), $1, $2, to_timestamp($3), to_timestamp($4))`,
    [scope, key, from / 1_000, until / 1_000],
  );
}

async function parkedAt(store: Sql, enrolmentId: string): Promise<unknown> {
  const [row] = await store.query<{ readonly parked: unknown }>(
    'SELECT parked FROM enrolment WHERE id = $1',
    [enrolmentId],
  );
  return row?.parked;
}

test('two attempts at once send one mail', async () => {
  const { enrol, run, sends } = await open({ leases: { claimMs: 3_000, transmitMs: 3_000 } });
  const address = newAddress();
  const { leadId, enrolmentId } = await enrol(address);
  const outcomes = await Promise.all([run(enrolmentId, 'welcome'), run(enrolmentId, 'welcome')]);
  expect(outcomes).toEqual([{ type: 'done' }, { type: 'done' }]);
  expect(received(address)).toHaveLength(1);
  expect((await sends(leadId))[0]).toMatchObject({ state: 'sent', attempts: 1 });
});

test('lets nothing of a server or a lead cross to Temporal', async () => {
  const { enrol, deps, reported } = await open();
  const address = newAddress();
  const { enrolmentId } = await enrol(address);
  const broken = {
    ...deps,
    mail: { ...deps.mail, deliver: () => Promise.reject(new Error(`relay said: ${address}`)) },
  };
  const failing = createActivities(broken).executeStep({
    enrolmentId,
    step: 'welcome',
    visit: 1,
    last: false,
    now: tuesday,
  });
  const error = await failing.catch((caught: unknown) => caught);
  expect(inspect(error, { depth: 10 })).not.toContain(address);
  expect(error).toMatchObject({ type: 'unexpected', cause: undefined });
  expect(inspect(reported)).toContain('relay said');
});

test('an answer that comes after its row was parked still settles it, and leaves the run alone', async () => {
  const { enrol, run, sends, enrolment } = await open({
    steps: { ...welcome, later: { type: 'send', template: 'second' } },
    leases: { claimMs: 100, transmitMs: 100 },
  });
  const address = newAddress();
  const { leadId, enrolmentId } = await enrol(address);
  const disarm = armFailpoints('send.after250=hang:700;once');
  const slow = run(enrolmentId, 'welcome');
  await mailbox().waitFor({ to: address });
  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'done' });
  expect((await sends(leadId))[0]?.state).toBe('unknown');
  await run(enrolmentId, 'later', { now: tuesday + hour });
  await slow;
  disarm();
  expect((await sends(leadId))[0]?.state).toBe('sent');
  expect((await enrolment(enrolmentId)).step).toBe('later');
  expect(received(address)).toHaveLength(2);
});

test('a refusal that is heard after its row was parked ends it: nobody would try it again', async () => {
  const { enrol, run, sends } = await open({
    steps: { ...welcome, later: { type: 'send', template: 'second' } },
    leases: { claimMs: 100, transmitMs: 100 },
  });
  const address = `busy+${randomUUID()}@nordwind.example`;
  const { leadId, enrolmentId } = await enrol(address);
  const disarm = armFailpoints('send.connected=hang:700;once');
  const slow = run(enrolmentId, 'welcome');
  await until(() => failpointPasses('send.connected') > 0, { what: 'a start', timeoutMs: 5_000 });
  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'done' });
  expect((await sends(leadId))[0]?.state).toBe('unknown');
  await slow;
  disarm();
  expect((await sends(leadId))[0]).toMatchObject({ state: 'failed', reason: 'transient' });
  expect(received(address)).toHaveLength(0);
});

test('the journey of higher priority gets the only room under a cap', async () => {
  const daily = { id: 'day', class: 'marketing', max: 1, per: { type: 'day' } } as const;
  const { enrol, run, sends, store } = await open({ policy: { caps: [daily] } });
  const { leadId, enrolmentId } = await enrol(newAddress());
  const rival = randomUUID();
  await store.run(
    `INSERT INTO enrolment (id, lead_id, journey, entry_number, status, plan_hash, release_id, entered_at)
     SELECT $1, lead_id, 'webinar', 1, 'open', plan_hash, release_id, entered_at FROM enrolment WHERE id = $2`,
    [rival, enrolmentId],
  );
  await store.run(
    `INSERT INTO send (id, command_id, lead_id, enrolment_id, journey, step, class, priority, template,
       template_hash, state, reason, message_id, planned_at, due_at, held_until, release_id)
     SELECT gen_random_uuid(), $1, lead_id, $2, 'webinar', 'invite', 'marketing', 90, 'invite', 'x', 'held',
       'outside-window', '<x@acme.example>', entered_at, entered_at, to_timestamp($3), release_id
     FROM enrolment WHERE id = $4`,
    [`${rival}/invite/1`, rival, (tuesday + 10 * minute) / 1_000, enrolmentId],
  );
  expect(await run(enrolmentId, 'welcome')).toEqual({
    type: 'retry-at',
    at: tuesday + 11 * minute,
  });
  const [yielding] = (await sends(leadId)).filter(({ step }) => step === 'welcome');
  expect(yielding).toMatchObject({
    state: 'held',
    reason: 'capped',
    evidence: { rule: 'priority' },
  });
});

test('ends a follow-up whose first mail was not sent, and sends it when it was', async () => {
  const steps = {
    ...welcome,
    more: { type: 'send', template: 'second', onlyIfSent: 'welcome' },
  } as const;
  const { enrol, run, sends } = await open({ steps });
  const { leadId, enrolmentId } = await enrol(newAddress());
  await run(enrolmentId, 'more');
  await run(enrolmentId, 'welcome', { now: tuesday + 1 });
  await run(enrolmentId, 'more', { now: tuesday + 2, visit: 2 });
  const ends = (await sends(leadId)).map(({ step, state, reason }) => [step, state, reason]);
  expect(ends).toEqual([
    ['more', 'skipped', 'earlier-not-sent'],
    ['welcome', 'sent', null],
    ['more', 'sent', null],
  ]);
});

test('writes a template once where its manifest says never again', async () => {
  const { enrol, run, sends } = await open({ manifest: { again: { type: 'never' } } });
  const { leadId, enrolmentId } = await enrol(newAddress());
  await run(enrolmentId, 'welcome');
  await run(enrolmentId, 'welcome', { visit: 2, now: tuesday + 30 * day });
  expect((await sends(leadId)).map(({ state, reason }) => [state, reason])).toEqual([
    ['sent', null],
    ['skipped', 'duplicate'],
  ]);
});

test('lets the clock decide first when the lead is due', async () => {
  const { enrol, run, store } = await open();
  const address = newAddress();
  const { leadId, enrolmentId } = await enrol(address);
  const due = (tuesday - hour) / 1_000;
  await store.run('UPDATE lead SET due_at = to_timestamp($2) WHERE id = $1', [leadId, due]);
  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'done' });
  const [lead] = await store.query('SELECT due_at AS due FROM lead WHERE id = $1', [leadId]);
  expect(lead).toEqual({ due: null });
  expect(received(address)).toHaveLength(1);
});

test('follows an enrolment whose lead was merged into another', async () => {
  const { enrol, run, sends, store } = await open({ policy: { caps: [weekly] } });
  const kept = newAddress();
  const [from, into] = [await enrol(newAddress()), await enrol(kept)];
  await run(from.enrolmentId, 'welcome');
  await run(into.enrolmentId, 'welcome');
  await store.run('UPDATE lead SET canonical_id = $2 WHERE id = $1', [from.leadId, into.leadId]);
  expect(await run(from.enrolmentId, 'welcome', { visit: 2 })).toMatchObject({ type: 'retry-at' });
  const late = tuesday + 8 * day;
  expect(await run(from.enrolmentId, 'welcome', { visit: 2, now: late })).toEqual({ type: 'done' });
  expect((await sends(into.leadId)).map(({ state }) => state)).toEqual(['sent', 'sent']);
  expect(received(kept)).toHaveLength(2);
});

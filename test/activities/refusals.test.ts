import { afterEach, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { createSmtpTransport } from '../../mail/smtp.ts';
import { freePort } from '../../runtime/embedded/ports.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createWorld, day, hour, minute, tuesday, type World, type WorldOptions } from './world.ts';

const database = useTestDatabase();
// Refused for now twice per address, then taken: what greylisting does.
const tries = new Map<string, number>();
const mailbox = useMailbox({
  fault: ({ stage, to: [address = ''] }) => {
    if (stage !== 'recipient') return undefined;
    if (address.startsWith('later')) {
      return { type: 'refuse', code: 450, text: '4.7.1 Greylisted, try again in 300 seconds' };
    }
    if (!address.startsWith('grey')) return undefined;
    tries.set(address, (tries.get(address) ?? 0) + 1);
    const isEarly = (tries.get(address) ?? 0) <= 2;
    return isEarly ? { type: 'refuse', code: 451, text: '4.7.1 Try again later' } : undefined;
  },
});
let world: World | undefined;
async function open(options: Partial<WorldOptions> = {}): Promise<World> {
  const steps = { welcome: { type: 'send', template: 'welcome' } } as const;
  world = await createWorld({ url: database.url, mailbox: mailbox(), steps, ...options });
  return world;
}
afterEach(async () => {
  await world?.close();
  world = undefined;
});

/** What a relay does to a mail, and what becomes of its row, its lead and its journey. */
const cases = [
  ['ana', 'sent', null, 1, []],
  ['grey', 'sent', null, 1, []],
  ['gone', 'failed', 'address', 0, ['all']],
  // The server took it and hung up before it said so.
  ['drop', 'unknown', null, 1, []],
] as const;

test.each(cases)('%s@ ends as %s (%s)', async (local, state, reason, mails, scopes) => {
  // Quick tries go on for as long as a busy machine needs for three of them.
  const { enrol, run, sends, store, enrolment } = await open({ limits: { retryForMs: 10_000 } });
  const address = `${local}@refusals.example`;
  const { leadId, enrolmentId } = await enrol(address);
  expect(await run(enrolmentId, 'welcome', { last: true })).toEqual({ type: 'done' });
  expect((await sends(leadId))[0]).toMatchObject({ state, reason });
  expect(mailbox().messages({ to: address })).toHaveLength(mails);
  const suppressed = await store.query<{ readonly scope: string }>(
    'SELECT scope FROM suppression WHERE address = $1',
    [address],
  );
  expect(suppressed.map(({ scope }) => scope)).toEqual(scopes);
  expect((await enrolment(enrolmentId)).status).toBe('closed');
});

/** Each pause is as long as the time that has passed, within the bounds of its class. */
test.each([
  ['full', 'mailbox', [4, 4, 8, 16, 24, 24], 'soft'],
  ['blocked', 'policy', [1, 1, 2, 4, 8, 12, 12, 12, 12, 12], 'sender'],
] as const)(
  '%s@ is tried again in hours (%s), and given up when nothing changes',
  async (local, reason, pauses, kind) => {
    const { enrol, run, sends, events, store, enrolment } = await open({
      sending: { holdAtMostMs: 3 * day },
    });
    const address = `${local}@hours.example`;
    const { leadId, enrolmentId } = await enrol(address);
    let now = tuesday;
    for (const hours of pauses) {
      const outcome = await run(enrolmentId, 'welcome', { now, last: true });
      if (outcome.type !== 'retry-at') throw new Error(`after ${(now - tuesday) / hour} h: done`);
      expect(Math.round((outcome.at - now) / minute)).toBe(hours * 60);
      expect((await sends(leadId))[0]).toMatchObject({ state: 'planned', reason });
      expect((await enrolment(enrolmentId)).expectedBy).toBe(outcome.at);
      now = outcome.at;
    }
    expect(await run(enrolmentId, 'welcome', { now, last: true })).toEqual({ type: 'done' });
    expect((await sends(leadId))[0]).toMatchObject({ state: 'failed', reason });
    expect(await events(leadId, 'Email Deferred')).toHaveLength(1);
    expect(await events(leadId, 'Email Bounced')).toMatchObject([{ properties: { kind } }]);
    expect(await store.query('SELECT FROM suppression WHERE address = $1', [address])).toEqual([]);
    expect((await enrolment(enrolmentId)).status).toBe('closed');
  },
);

test('a server that names the moment is asked again then', async () => {
  const { enrol, run, sends } = await open();
  const address = 'later@hint.example';
  const { leadId, enrolmentId } = await enrol(address);
  expect(await run(enrolmentId, 'welcome')).toMatchObject({ type: 'retry-at' });
  const [row] = await sends(leadId);
  expect(row).toMatchObject({ state: 'planned', reason: 'transient' });
  expect(Math.round(((row?.heldUntil ?? 0) - tuesday) / minute)).toBe(5);
});

test('a template that cannot be written holds its mail, and a mended one lets it go', async () => {
  const { enrol, deps, sends, run, enrolment, reported } = await open();
  const address = 'ana@defect.example';
  const { leadId, enrolmentId } = await enrol(address);
  const definitions = {
    ...deps.definitions,
    template: async (name: string, hash: string) => {
      const found = await deps.definitions.template(name, hash);
      const en = found?.languages['en'];
      if (found === undefined || en === undefined) throw new Error('no template');
      const broken = { ...en, html: `<p>one\n{{ lead.firstName | shout }}</p>` };
      return { ...found, languages: { en: broken } };
    },
  };
  const step = { enrolmentId, step: 'welcome', visit: 1, last: false, now: tuesday };
  const outcome = await createActivities({ ...deps, definitions }).executeStep(step);
  expect(outcome).toEqual({ type: 'retry-at', at: tuesday + minute });
  expect((await sends(leadId))[0]).toMatchObject({
    state: 'held',
    reason: 'template-error',
    evidence: { template: 'welcome', line: 2, column: 1 },
    heldUntil: tuesday + minute,
  });
  expect((await enrolment(enrolmentId)).expectedBy).toBe(tuesday + minute);
  expect(reported).toHaveLength(1);
  expect(mailbox().messages({ to: address })).toEqual([]);
  expect(await run(enrolmentId, 'welcome', { now: tuesday + minute })).toEqual({ type: 'done' });
  expect(mailbox().messages({ to: address })).toHaveLength(1);
});

test('an invalid address gets nothing, and mail again once a later verdict is better', async () => {
  const steps = {
    one: { type: 'send', template: 'welcome', class: 'transactional' },
    two: { type: 'send', template: 'welcome', class: 'transactional' },
  } as const;
  const { about, enrol, run, sends } = await open({
    steps,
    manifest: { again: { type: 'always' } },
  });
  const { leadId, enrolmentId } = await enrol('ana@verdict.example');
  await about(leadId, 'Email Verified', { status: 'invalid', reason: 'no-such-domain' });
  expect(await run(enrolmentId, 'one')).toEqual({ type: 'done' });
  const later = { status: 'valid', reason: 'takes-mail' };
  await about(leadId, 'Email Verified', later, tuesday + minute);
  expect(await run(enrolmentId, 'two', { now: tuesday + hour })).toEqual({ type: 'done' });
  const evidence = { rule: 'verification', because: 'no-such-domain', at: tuesday };
  expect(await sends(leadId)).toMatchObject([
    { step: 'one', state: 'skipped', reason: 'invalid-email', evidence },
    { step: 'two', state: 'sent', reason: null },
  ]);
  expect(mailbox().messages({ to: 'ana@verdict.example' })).toHaveLength(1);
});

test('an answer that is lost after DATA parks marketing mail: it is never sent again', async () => {
  const { enrol, run, sends } = await open();
  const { leadId, enrolmentId } = await enrol('drop@parked.example');
  for (const now of [tuesday, tuesday + hour]) await run(enrolmentId, 'welcome', { now });
  expect((await sends(leadId))[0]).toMatchObject({ state: 'unknown', attempts: 1 });
  expect(mailbox().messages({ to: 'drop@parked.example' })).toHaveLength(1);
});

test('transactional mail whose answers are always lost is tried five times, then parked', async () => {
  const { enrol, run, sends } = await open({
    policy: { uncertainSend: 'resend' },
    sending: { class: 'transactional' },
    limits: { retryForMs: 5_000, firstRetryMs: 5 },
  });
  const { leadId, enrolmentId } = await enrol('drop@resent.example');
  expect(await run(enrolmentId, 'welcome')).toEqual({ type: 'done' });
  expect((await sends(leadId))[0]).toMatchObject({ state: 'unknown', attempts: 5 });
  const mails = mailbox().messages({ to: 'drop@resent.example' });
  expect([mails.length, new Set(mails.map((mail) => mail.messageId)).size]).toEqual([5, 1]);
});

test('waits for a relay that is not there, and sends once it is', async () => {
  const { enrol, run, deps, sends } = await open({ limits: { retryForMs: 60, firstRetryMs: 20 } });
  const address = 'ana@patient.example';
  const { leadId, enrolmentId } = await enrol(address);
  const absent = createSmtpTransport({ url: `smtp://127.0.0.1:${await freePort()}` });
  const step = { enrolmentId, step: 'welcome', visit: 1, last: false, now: tuesday };
  const outcome = await createActivities({ ...deps, mail: absent }).executeStep(step);
  await absent.close(0);
  expect(outcome).toMatchObject({ type: 'retry-at' });
  const at = outcome.type === 'retry-at' ? outcome.at : 0;
  expect(at).toBeGreaterThanOrEqual(tuesday + minute);
  expect((await sends(leadId))[0]?.state).toBe('planned');
  expect(await run(enrolmentId, 'welcome', { now: at })).toEqual({ type: 'done' });
  expect(mailbox().messages({ to: address })).toHaveLength(1);
});

import { afterEach, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { createSmtpTransport } from '../../mail/smtp.ts';
import { freePort } from '../../runtime/embedded/ports.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createWorld, hour, minute, tuesday, type World, type WorldOptions } from './world.ts';

const database = useTestDatabase();
// Refused for now twice per address, then taken: what greylisting does.
const tries = new Map<string, number>();
const mailbox = useMailbox({
  fault: ({ stage, to: [address = ''] }) => {
    if (stage !== 'recipient' || !address.startsWith('grey')) return undefined;
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
  ['full', 'failed', 'mailbox', 0, []],
  ['blocked', 'failed', 'policy', 0, []],
  // The server took it and hung up before it said so.
  ['drop', 'unknown', null, 1, []],
] as const;

test.each(cases)('%s@ ends as %s (%s)', async (local, state, reason, mails, scopes) => {
  const { enrol, run, sends, store, enrolment } = await open();
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

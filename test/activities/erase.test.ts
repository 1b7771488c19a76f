/** A person who is erased while a mail is on its way, or while a run waits: no later mail, nothing comes back. */
import { afterEach, expect, test } from 'vitest';
import { armFailpoints, failpointPasses } from '../../faults/failpoint.ts';
import { eraseLead } from '../../ingest/erase.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { createWorld, hour, tuesday, type World } from './world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const send = { type: 'send', template: 'welcome' } as const;
const call = { type: 'task', text: 'Call', kind: 'call', for: 'rep:ana', due: '1 day' } as const;

let world: World | undefined;
let disarm = (): void => undefined;
async function open(): Promise<World> {
  world = await createWorld({
    ...{ url: database.url, mailbox: mailbox(), steps: { welcome: send, second: send, call } },
    leases: { claimMs: 5_000, transmitMs: 5_000 },
  });
  return world;
}
afterEach(async () => {
  disarm();
  await world?.close();
  world = undefined;
});

const by = { by: 'mia', why: 'asked by letter' };
const erase = async ({ store }: World, lead: string) => {
  const done = await eraseLead(store, { lead, ...by, now: tuesday + hour });
  if (done === undefined) throw new Error(`lead ${lead} was not erased`);
  return done;
};
/** Every text of every row that says something about a lead. */
async function traces({ store }: World, word: string): Promise<readonly string[]> {
  const tables = await store.query<{ readonly name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await store.query(`SELECT 1 FROM "${name}" AS t WHERE t::text ILIKE $1`, [
      `%${word}%`,
    ]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

const stretches = [
  ['send.afterClaim', 'skipped', 0],
  // A mail that is in the socket may finish: only its state is written.
  ['send.connected', 'sent', 1],
  ['send.after250', 'sent', 1],
] as const;

test.each(stretches)('erased at %s: the mail is %s', async (point, state, mails) => {
  const opened = await open();
  const address = `canary-firm.${point.slice(5).toLowerCase()}@firm.example`;
  const { leadId, enrolmentId } = await opened.enrol(address);
  disarm = armFailpoints(`${point}=hang:600;once`);
  const running = opened.run(enrolmentId, 'welcome');
  await until(() => failpointPasses(point) > 0, { what: point, timeoutMs: 5_000 });
  const { outbox } = await erase(opened, leadId);
  expect(outbox.map(({ target, payload }) => ({ target, payload }))).toEqual([
    {
      target: 'journey',
      payload: {
        type: 'message',
        message: { type: 'exit', seq: expect.any(Number) as number, exit: 'erased' },
      },
    },
  ]);
  await running;

  expect(await opened.sends(leadId)).toMatchObject([{ state, evidence: {} }]);
  expect(mailbox().messages({ to: address })).toHaveLength(mails);
  expect(await opened.enrolment(enrolmentId)).toMatchObject({
    status: 'closed',
    outcome: 'erased',
  });
  expect(await traces(opened, 'canary-firm')).toEqual([]);
  expect(await opened.events(leadId, 'Email Sent')).toEqual([]);

  // Whatever comes later finds a closed run.
  expect(await opened.run(enrolmentId, 'second')).toEqual({ type: 'closed' });
  expect(mailbox().messages({ to: address })).toHaveLength(mails);
});

test('a run that waited finds nothing to do when it wakes, whatever its step', async () => {
  const opened = await open();
  const { leadId, enrolmentId } = await opened.enrol('canary-firm.waits@firm.example');
  await opened.run(enrolmentId, 'welcome');
  await erase(opened, leadId);
  for (const step of ['second', 'call']) {
    expect(await opened.run(enrolmentId, step, { now: tuesday + 2 * hour })).toEqual({
      type: 'closed',
    });
  }
  await opened.about(leadId, 'Pricing Viewed', { who: 'canary-firm' });
  expect(mailbox().messages({ to: 'canary-firm.waits@firm.example' })).toHaveLength(1);
  expect(await traces(opened, 'canary-firm')).toEqual([]);
  const [row] = await opened.store.query('SELECT 1 FROM task WHERE lead_id = $1', [leadId]);
  expect(row).toBeUndefined();
});

test('an email to a rep about the person does not start either', async () => {
  const opened = await open();
  const { leadId } = await opened.enrol('canary-firm.briefed@firm.example');
  const mail = {
    ...{ commandId: `handoff/assigned/1`, step: 'assigned', leadId, handoffId: null },
    ...{ template: 'none', variables: {}, programme: 'handoff', now: tuesday },
    to: { name: 'Ana', email: 'ana@acme.example' },
    plain: { subject: 'Call canary-firm', text: 'now' },
  };
  disarm = armFailpoints('send.afterClaim=hang:600;once');
  const running = opened.sendInternal(mail);
  await until(() => failpointPasses('send.afterClaim') > 0, { what: 'a claim', timeoutMs: 5_000 });
  await erase(opened, leadId);
  await running;
  await opened.sendInternal({ ...mail, commandId: 'handoff/assigned/2' });
  expect(mailbox().messages({ to: 'ana@acme.example' })).toEqual([]);
  expect(await traces(opened, 'canary-firm')).toEqual([]);
});

test('killed in the middle nothing has happened, and the next attempt does all of it', async () => {
  const opened = await open();
  const { leadId, enrolmentId } = await opened.enrol('canary-firm.twice@firm.example');
  disarm = armFailpoints('erase.mid=throw;once');
  await expect(erase(opened, leadId)).rejects.toThrow('erase.mid');
  expect(await opened.enrolment(enrolmentId)).toMatchObject({ status: 'open' });
  const first = await erase(opened, leadId);
  const second = await erase(opened, leadId);
  expect(second).toEqual({ erasure: first.erasure, outbox: [] });
  expect(await traces(opened, 'canary-firm')).toEqual([]);
});

test('the same address may come again as somebody new, without marketing until consent is given', async () => {
  const opened = await open();
  const address = 'canary-firm.back@firm.example';
  const { leadId } = await opened.enrol(address);
  await erase(opened, leadId);
  const again = await opened.enrol(address);
  expect(again.leadId).not.toBe(leadId);
  await opened.run(again.enrolmentId, 'welcome');
  expect(await opened.sends(again.leadId)).toMatchObject([
    { state: 'skipped', reason: 'suppressed' },
  ]);
  await opened.about(again.leadId, 'Consent Given', { state: 'opt-in' }, tuesday + 2 * hour);
  await opened.run(again.enrolmentId, 'second', { now: tuesday + 2 * hour });
  expect(await opened.sends(again.leadId)).toMatchObject([{}, { state: 'sent' }]);
  const outbound = await opened.store.query(
    `SELECT state FROM consent WHERE address = $1 AND class = 'outbound'`,
    [address],
  );
  expect(outbound).toEqual([{ state: 'refused' }]);
});

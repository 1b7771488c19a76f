/** What was unknown comes to be known: by what is heard of the mail later, whatever its row is by then. */
import { afterEach, expect, test } from 'vitest';
import { armFailpoints } from '../../faults/failpoint.ts';
import { sendAgain } from '../../activities/index.ts';
import {
  endLeftBehind,
  endWithoutStep,
  findAgain,
  settleByEvidence,
  settleByHand,
} from '../../store/settlements.ts';
import { useMailbox } from '../support/mailbox.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { createWorld, hour, tuesday, type World } from './world.ts';

const database = useTestDatabase();
const mailbox = useMailbox();
const steps = { welcome: { type: 'send', template: 'welcome' } } as const;

let world: World | undefined;
async function open(options = {}): Promise<World> {
  world = await createWorld({ url: database.url, mailbox: mailbox(), steps, ...options });
  return world;
}
afterEach(async () => {
  await world?.close();
  world = undefined;
});
let leads = 0;
const newAddress = (local = 'ana'): string => `${local}@settled-${(leads += 1)}.example`;

/** The mail is at the server, and its worker died before it could say so. */
async function unknownSend({ enrol, run, sends }: World) {
  const { leadId, enrolmentId } = await enrol(newAddress());
  const disarm = armFailpoints('send.after250=throw;once');
  await expect(run(enrolmentId, 'welcome', { last: true })).rejects.toThrow();
  disarm();
  await run(enrolmentId, 'welcome', { last: true });
  const [row] = await sends(leadId);
  if (row?.state !== 'unknown') throw new Error(`expected unknown, found ${row?.state}`);
  return { leadId, enrolmentId, sendId: row.id };
}

const at = tuesday + hour;

test.each([
  ['delivered', 'webhook:postmark', 'sent'],
  ['bounced', 'dsn', 'sent'],
  ['clicked', 'link', 'sent'],
  ['replied', 'inbound', 'sent'],
  ['bounced', 'smtp', 'failed'],
  ['deferred', 'smtp', 'unknown'],
] as const)('%s by %s makes an unknown mail %s', async (type, source, state) => {
  const own = await open();
  const { leadId, sendId } = await unknownSend(own);
  const evidence = { type, source, at };
  const settled = await settleByEvidence(own.store, { sendId, evidence });
  expect(settled).toEqual(state === 'unknown' ? undefined : { before: 'unknown', after: state });
  expect(await settleByEvidence(own.store, { sendId, evidence })).toBeUndefined();
  expect(await own.sends(leadId)).toMatchObject([{ state }]);
});

test('a final row stays as it is, whatever is heard of it', async () => {
  const own = await open();
  const { leadId, enrolmentId } = await own.enrol(newAddress('gone'));
  await own.run(enrolmentId, 'welcome');
  const [row] = await own.sends(leadId);
  const evidence = { type: 'opened', source: 'link', at } as const;
  expect(await settleByEvidence(own.store, { sendId: row?.id ?? '', evidence })).toBeUndefined();
  expect(await own.sends(leadId)).toMatchObject([{ state: 'failed' }]);
});

test('a mail that is heard of is not tried again, though its server had refused it', async () => {
  const own = await open();
  const address = newAddress('busy');
  const { leadId, enrolmentId } = await own.enrol(address);
  await own.run(enrolmentId, 'welcome');
  const [row] = await own.sends(leadId);
  const evidence = { type: 'delivered', source: 'dsn', at } as const;
  const settled = await settleByEvidence(own.store, { sendId: row?.id ?? '', evidence });
  expect(settled).toEqual({ before: 'planned', after: 'sent' });
  expect(await own.run(enrolmentId, 'welcome', { now: at })).toEqual({ type: 'done' });
  expect(await own.events(leadId, 'Email Sent')).toHaveLength(1);
});

test('evidence that overtakes the answer stands, and the answer still moves the run on', async () => {
  const own = await open({ leases: { claimMs: 5_000, transmitMs: 5_000 } });
  const address = newAddress();
  const { leadId, enrolmentId } = await own.enrol(address);
  const disarm = armFailpoints('send.after250=hang:300;once');
  const running = own.run(enrolmentId, 'welcome', { last: true });
  await mailbox().waitFor({ to: address });
  const [row] = await own.sends(leadId);
  const evidence = { type: 'clicked', source: 'link', at } as const;
  const settled = await settleByEvidence(own.store, { sendId: row?.id ?? '', evidence });
  expect(settled).toEqual({ before: 'transmitting', after: 'sent' });
  await running;
  disarm();
  expect(await own.sends(leadId)).toMatchObject([{ state: 'sent' }]);
  expect(await own.enrolment(enrolmentId)).toMatchObject({
    status: 'closed',
    outcome: 'completed',
  });
});

test('one that a person sends again goes out once more as the same mail, beside its journey', async () => {
  const own = await open({ steps: { ...steps, later: { type: 'send', template: 'second' } } });
  const address = newAddress();
  const { leadId, enrolmentId } = await own.enrol(address);
  const disarm = armFailpoints('send.after250=throw;once');
  await expect(own.run(enrolmentId, 'welcome')).rejects.toThrow();
  disarm();
  await own.run(enrolmentId, 'welcome');
  await own.run(enrolmentId, 'later', { now: tuesday + hour });
  const [unknown] = await own.sends(leadId);
  const decided = { sendId: unknown?.id ?? '', by: 'Maria', why: 'not in the log', at };
  expect(await settleByHand(own.store, { ...decided, verdict: 'again' })).toEqual({
    before: 'unknown',
    after: 'planned',
  });
  const [asked, ...more] = await findAgain(own.store, { now: at, limit: 10 });
  expect(more).toEqual([]);
  expect(asked?.commandId).toBe(`${enrolmentId}/welcome/1`);
  expect(await sendAgain(own.deps, { commandId: asked?.commandId ?? '', now: at })).toEqual({
    type: 'done',
  });
  expect((await own.sends(leadId))[0]).toMatchObject({ state: 'sent', attempts: 2 });
  const mails = mailbox().messages({ to: address, subject: 'Hello Ana' });
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  expect(mails).toHaveLength(3);
  expect(await own.enrolment(enrolmentId)).toMatchObject({ status: 'open', step: 'later' });
  expect(await findAgain(own.store, { now: at, limit: 10 })).toEqual([]);
});

test('an answer that comes after a person asked for the mail once more keeps it from going twice', async () => {
  const own = await open();
  const { leadId, sendId } = await unknownSend(own);
  const [row] = await own.store.query<{ token: string }>('SELECT token FROM send WHERE id = $1', [
    sendId,
  ]);
  const decided = { sendId, by: 'Maria', why: 'not in the log', at };
  await settleByHand(own.store, { ...decided, verdict: 'again' });
  const answer = { id: sendId, token: row?.token ?? '', at, response: '250 OK' };
  expect(await own.deps.ledger.settle({ ...answer, state: 'sent' })).toBe(true);
  expect(await own.sends(leadId)).toMatchObject([{ state: 'sent' }]);
  expect(await findAgain(own.store, { now: at, limit: 10 })).toEqual([]);
});

test('one to be sent again goes out also when its step was renamed, and ends when it was removed', async () => {
  const own = await open({ newerSteps: { hello: { type: 'send', template: 'welcome' } } });
  const { leadId, enrolmentId, sendId } = await unknownSend(own);
  // The last step ended the run; here it goes on, under a plan that calls the step otherwise.
  await own.store.run(
    "UPDATE enrolment SET status = 'open', closed_at = NULL, outcome = NULL, plan_hash = 'plan-2' WHERE id = $1",
    [enrolmentId],
  );
  const decided = { sendId, by: 'Maria', why: 'not in the log', at, verdict: 'again' } as const;
  await settleByHand(own.store, decided);
  const commandId = `${enrolmentId}/welcome/1`;
  expect(await sendAgain(own.deps, { commandId, now: at })).toBeUndefined();
  await own.store.run("UPDATE send SET step = 'hello' WHERE id = $1", [sendId]);
  const [asked] = await findAgain(own.store, { now: at, limit: 10 });
  expect(asked).toMatchObject({ commandId, step: 'hello' });
  expect(await sendAgain(own.deps, { commandId, step: 'hello', now: at })).toEqual({
    type: 'done',
  });
  await endWithoutStep(own.store, commandId, at);
  expect(await own.sends(leadId)).toMatchObject([{ state: 'sent' }]);

  const gone = await unknownSend(own);
  await own.store.run(
    "UPDATE enrolment SET status = 'open', closed_at = NULL, outcome = NULL WHERE id = $1",
    [gone.enrolmentId],
  );
  await settleByHand(own.store, { ...decided, sendId: gone.sendId });
  await endWithoutStep(own.store, `${gone.enrolmentId}/welcome/1`, at);
  expect(await own.sends(gone.leadId)).toMatchObject([{ state: 'skipped', reason: 'exited' }]);
  expect(await findAgain(own.store, { now: at, limit: 10 })).toEqual([]);
});

test('a mail that waits for its next try ends with its journey', async () => {
  const own = await open();
  const { leadId, enrolmentId } = await own.enrol(newAddress('busy'));
  expect(await own.run(enrolmentId, 'welcome')).toMatchObject({ type: 'retry-at' });
  await endLeftBehind(own.store, 10);
  expect(await own.sends(leadId)).toMatchObject([{ state: 'planned' }]);
  await own.about(leadId, 'Deal Won');
  await endLeftBehind(own.store, 10);
  expect(await own.sends(leadId)).toMatchObject([{ state: 'skipped', reason: 'exited' }]);
});

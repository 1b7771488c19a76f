/**
 * Mail as it comes back, over real SMTP into the real receiver, with a real database behind it: what is
 * taken, what is refused, and that a sender who hears nothing may say it all again.
 */
import { randomUUID } from 'node:crypto';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { armFailpoints } from '../../faults/failpoint.ts';
import { sendId } from '../../core/decision/ids.ts';
import { recordFeedback } from '../../ingest/feedback.ts';
import { eventAbout } from '../../ingest/request.ts';
import { startReceiver, type MailLine, type Receiver } from '../../mail/inbound/receiver.ts';
import { returnAddress } from '../../mail/return-address.ts';
import {
  awayReplyTo,
  bounceOf,
  complaintOf,
  deliverAnswer,
  replyTo,
  unsubscribeMailOf,
  type AnsweredMail,
  type AnswerMail,
} from '../../runtime/embedded/answers.ts';
import { findFeedbackSends } from '../../store/feedback.ts';
import { acme, identify, NOW, openWorld, type IngestWorld } from './world.ts';
import { useTestDatabase } from '../support/postgres.ts';

const secret = 'a secret of enough characters';
const domain = 'bounces.acme.example';
const database = useTestDatabase();
const lines: MailLine[] = [];
let world: IngestWorld;
let receiver: Receiver;
let isAway = false;

beforeAll(async () => {
  world = openWorld(database.url);
  const { store, ingest } = world;
  const deps = { sql: store, ingest: ingest.ingest, clock: () => NOW };
  receiver = await startReceiver({
    ...{ host: '127.0.0.1', port: 0, domains: [domain], secret, clock: () => NOW },
    addressOf: async (send) => (await findFeedbackSends(store, [send])).get(send)?.address,
    record: async (heard) => {
      if (isAway) throw new Error('the database is away');
      await recordFeedback(deps, heard);
    },
    onMail: (line) => lines.push(line),
    onError: () => undefined,
  });
});
afterAll(async () => {
  await receiver.stop();
  await world.close();
});
beforeEach(() => {
  isAway = false;
});

/** An email that went out, as it lies in the mailbox of its recipient. */
async function mailed(over: { readonly class?: string; readonly state?: string } = {}) {
  const { class: kind = 'marketing', state = 'sent' } = over;
  const person = `p${randomUUID().slice(0, 8)}`;
  const address = `${person}@nordwind.example`;
  const [answer] = await world.ingest.ingest([identify({ userId: person }, { email: address })]);
  const leadId = answer?.leadId ?? '';
  const commandId = `${randomUUID()}/welcome/1`;
  const send = sendId(commandId);
  await world.store.run(
    `INSERT INTO send (id, command_id, lead_id, journey, step, class, template, template_hash, state, address,
       message_id, planned_at, due_at, attempts, transmitting_at, settled_at, release_id)
     VALUES ($1, $2, $3, 'trial', 'welcome', $4, 'welcome', '', $5, $6, $7, now(), now(), 1, now(), now(), $8)`,
    [send, commandId, leadId, kind, state, address, `<${send}@acme.example>`, acme.id],
  );
  const named = (purpose: 'bounce' | 'reply' | 'unsubscribe') =>
    returnAddress(secret, purpose, send, domain);
  const headers = [
    ['from', 'Maria <maria@acme.example>'],
    ['reply-to', `Maria <${named('reply')}>`],
    ['message-id', `<${send}@acme.example>`],
    ['list-unsubscribe', `<https://acme.example/u/x>, <mailto:${named('unsubscribe')}?subject=x>`],
  ].map(([name = '', value = '']) => ({ name, value }));
  const raw = Buffer.from(
    `${headers.map(({ name, value }) => `${name}: ${value}`).join('\r\n')}\r\n\r\nHi`,
  );
  const envelope = { from: named('bounce'), to: [address] };
  const email: AnsweredMail = { envelope, headers, raw, subject: 'News' };
  return { send, leadId, address, email };
}

function deliver(answer: AnswerMail): Promise<string> {
  return deliverAnswer({ host: '127.0.0.1', port: receiver.port }, answer);
}

async function eventsOf(leadId: string) {
  const rows = await world.store.query<{ name: string; properties: Record<string, unknown> }>(
    `SELECT name, properties FROM event WHERE lead_id = $1 AND name <> '' AND type = 'track' ORDER BY seq`,
    [leadId],
  );
  return rows.map(({ name, properties }) => ({ name, ...properties }));
}

test('a bounce becomes one event of the lead and stops mail to the address', async () => {
  const { send, leadId, address, email } = await mailed();
  expect(await deliver(bounceOf(email, '5.1.1'))).toContain('250');
  await deliver(bounceOf(email, '5.1.1'));
  const events = await eventsOf(leadId);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    ...{ name: 'Email Bounced', kind: 'hard', status: '5.1.1', send },
    ...{ journey: 'trial', step: 'welcome', template: 'welcome' },
  });
  expect(events[0]).toHaveProperty('detail', expect.stringContaining('does not exist'));
  const [stopped] = await world.store.query(
    'SELECT scope, reason FROM suppression WHERE address = $1',
    [address],
  );
  expect(stopped).toMatchObject({ scope: 'all', reason: 'hard-bounce' });
});

test('complaints, answers, absences and wishes to leave are told apart', async () => {
  const { leadId, email } = await mailed();
  const leave = unsubscribeMailOf(email);
  const answers = [
    awayReplyTo(email, 'I am away.'),
    replyTo(email, 'Thursday at ten?'),
    replyTo(email, 'Please unsubscribe me.'),
    ...(leave === undefined ? [] : [leave]),
    complaintOf(email),
  ];
  for (const answer of answers) expect(await deliver(answer)).toContain('250');
  expect(await eventsOf(leadId)).toMatchObject([
    { name: 'Email Auto Replied' },
    { name: 'Email Replied', reply: 'reply', excerpt: 'Thursday at ten?' },
    { name: 'Email Replied', reply: 'stop' },
    { name: 'Consent Withdrawn', class: 'marketing' },
    { name: 'Email Complained' },
  ]);
});

test('a complaint box finds the mail in what is returned, and takes nothing else', async () => {
  const { leadId, email } = await mailed();
  await deliver({ ...complaintOf(email), to: `abuse@${domain}` });
  expect(await eventsOf(leadId)).toMatchObject([{ name: 'Email Complained' }]);
  const hello = { ...replyTo(email, 'Hello?'), to: `abuse@${domain}` };
  await expect(deliver(hello)).rejects.toMatchObject({ responseCode: 550 });
});

test('evidence settles a mail of unknown fate', async () => {
  const { send, email } = await mailed({ state: 'unknown' });
  await deliver(replyTo(email, 'Got it.'));
  const rows = await world.store.query('SELECT state FROM send WHERE id = $1', [send]);
  expect(rows).toEqual([{ state: 'sent' }]);
});

test('the dead mailbox of a rep is for the operator, not for the lead', async () => {
  const { send, leadId, email } = await mailed({ class: 'internal' });
  await deliver(bounceOf(email, '5.1.1'));
  expect(await eventsOf(leadId)).toEqual([]);
  const [row] = await world.store.query<{ evidence: object }>(
    'SELECT evidence FROM send WHERE id = $1',
    [send],
  );
  expect(row?.evidence).toMatchObject({ bounced: { kind: 'hard' } });
});

test('a mail that is not, or no longer, known is answered: nobody tries for days', async () => {
  const { email } = await mailed();
  const to = returnAddress(secret, 'bounce', randomUUID(), domain);
  expect(await deliver({ ...bounceOf(email, '5.1.1'), to })).toContain('250');
});

test.each([
  ['relayed', 'someone@elsewhere.example', '5.7.1'],
  ['for a person', `maria@${domain}`, '5.1.1'],
  ['for a made-up token', `b+${'a'.repeat(42)}@${domain}`, '5.1.1'],
])('nothing is %s', async (_what, to, code) => {
  const { email } = await mailed();
  const refused = deliver({ ...bounceOf(email, '5.1.1'), to });
  await expect(refused).rejects.toMatchObject({ responseCode: 550 });
  await expect(refused).rejects.toThrow(code);
});

test('while nothing can be stored the sender is asked to come back', async () => {
  const { leadId, email } = await mailed();
  const bounce = bounceOf(email, '5.1.1');
  isAway = true;
  await expect(deliver(bounce)).rejects.toMatchObject({ responseCode: 451 });
  isAway = false;
  await deliver(bounce);
  expect(await eventsOf(leadId)).toHaveLength(1);
});

test('whoever hears no answer after the commit says it again, and it is one event', async () => {
  const { leadId, email } = await mailed();
  const answer = replyTo(email, 'Yes please.');
  const disarm = armFailpoints('inbound.beforeAnswer=throw;once');
  try {
    await expect(deliver(answer)).rejects.toMatchObject({ responseCode: 451 });
  } finally {
    disarm();
  }
  expect(await eventsOf(leadId)).toHaveLength(1);
  await deliver(answer);
  expect(await eventsOf(leadId)).toHaveLength(1);
});

test('who guesses addresses is hung up on', async () => {
  const socket = createConnection({ host: '127.0.0.1', port: receiver.port });
  const guesses = Array.from({ length: 8 }, (_, index) => `RCPT TO:<b+${index}@${domain}>`);
  const commands = ['EHLO x', 'MAIL FROM:<>', ...guesses];
  let heard = '';
  socket.on('data', (chunk) => {
    heard += String(chunk);
    // One command per answer: a server takes nobody seriously who talks ahead.
    if (/^\d{3} .*\r\n$/m.test(String(chunk))) socket.write(`${commands.shift() ?? 'QUIT'}\r\n`);
  });
  await once(socket, 'close');
  expect(heard).toContain('421');
  expect(heard.match(/^550/gm)).toHaveLength(5);
});

test('an answer whose excerpt ends within an emoji, or holds a NUL, is stored', async () => {
  const { leadId, email } = await mailed();
  expect(await deliver(replyTo(email, `${'x'.repeat(498)}😀😀😀`))).toContain('250');
  const [event] = await eventsOf(leadId);
  expect(event).toMatchObject({ name: 'Email Replied', excerpt: `${'x'.repeat(498)}…` });
});

test('what a receiver said is kept beside its name without the address', async () => {
  const { send, address, email } = await mailed();
  await world.store.run('UPDATE send SET sender = $2, receiver = $3 WHERE id = $1', [
    ...[send, 'maria@acme.example', 'nordwind.example'],
  ]);
  const bounce = bounceOf(email, '5.7.1');
  const raw = String(bounce.raw).replace(
    /^(Diagnostic-Code: smtp; ).*$/m,
    `$1550 5.7.1 <${address}> blocked`,
  );
  await deliver({ ...bounce, raw: Buffer.from(raw) });
  const [row] = await world.store.query<{ response: string }>(
    'SELECT response FROM reception WHERE sender = $1',
    ['maria@acme.example'],
  );
  expect(row?.response).toContain('blocked');
  expect(row?.response).not.toContain('@');
});

test('a bounce of a mail to a lead that was merged stays with that lead', async () => {
  const [one, other] = [await mailed(), await mailed()];
  const own = { source: 'operator', messageId: randomUUID(), name: '', now: NOW };
  const merge = { from: other.leadId, by: 'mia', why: 'Same person' };
  const about = eventAbout({ leadId: one.leadId }, { ...own, type: 'merge' });
  await world.ingest.ingest([{ ...about, merge }]);
  await deliver(bounceOf(other.email, '4.2.2'));
  expect(await eventsOf(other.leadId)).toMatchObject([{ name: 'Email Bounced' }]);
  expect(await eventsOf(one.leadId)).toEqual([]);
});

/**
 * Webhooks of a mail provider against storms, repeats, forgeries and replays: what is signed counts once,
 * what is not leaves no trace (fault row F31).
 */
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readToken } from '../../mail/tokens.ts';
import { createSendGrid } from '../../mail/webhooks/sendgrid.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { NOW, openApi, SECRET, type ApiWorld } from './world.ts';

const database = useTestDatabase();
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
let world: ApiWorld;
beforeAll(async () => {
  world = await openApi(database.url, { feedback: [createSendGrid(key)] });
});
afterAll(() => world.close());

interface Mailed {
  readonly leadId: string;
  readonly send: string;
}
async function mailed(): Promise<Mailed> {
  const userId = `w${randomUUID().slice(0, 8)}`;
  const email = `${userId}@nordwind.example`;
  const { json } = await world.call('POST', '/v1/identify', { userId, traits: { email } });
  const leadId = String(json['leadId']);
  const read = readToken(SECRET, 'unsubscribe', await world.sent(leadId, email));
  return { leadId, send: read.ok ? read.payload : '' };
}

function event(send: string, name: string, more: object = {}) {
  const timestamp = Math.floor(NOW / 1_000) - 5;
  return { event: name, perennial_send: send, sg_event_id: randomUUID(), timestamp, ...more };
}

async function post(
  events: unknown,
  over: {
    readonly signedAt?: number;
    readonly body?: string;
    readonly by?: typeof privateKey;
  } = {},
) {
  const body = JSON.stringify(events);
  const timestamp = String(Math.floor((over.signedAt ?? world.now) / 1_000));
  const signature = createSign('sha256').update(timestamp + body);
  const answer = await fetch(`${world.url}/v1/feedback/sendgrid`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-twilio-email-event-webhook-signature': signature.sign(over.by ?? privateKey, 'base64'),
      'x-twilio-email-event-webhook-timestamp': timestamp,
    },
    body: over.body ?? body,
  });
  return { status: answer.status, json: (await answer.json()) as object };
}

async function eventsOf(leadId: string) {
  const rows = await world.store.query<{ name: string; trust: string; properties: object }>(
    `SELECT name, trust, properties FROM event WHERE lead_id = $1 AND type = 'track' ORDER BY seq`,
    [leadId],
  );
  return rows.map(({ name, trust, properties }) => ({ name, trust, ...properties }));
}

test('each of its words becomes one of ours', async () => {
  const { leadId, send } = await mailed();
  const answer = await post([
    event(send, 'processed'),
    event(send, 'delivered'),
    event(send, 'deferred', { response: '452 4.2.2 full', status: '4.2.2' }),
    event(send, 'open', { sg_machine_open: true }),
    event(send, 'click', { url: 'https://acme.example' }),
    event(send, 'bounce', { type: 'bounce', status: '5.2.2', reason: '552 5.2.2 full' }),
    event(send, 'bounce', { type: 'blocked', reason: '550 blocked by reputation' }),
    event(send, 'group_unsubscribe'),
    event(send, 'spamreport'),
    event(send, 'group_resubscribe'),
    'no event at all',
  ]);
  expect(answer).toEqual({ status: 200, json: { recorded: 8, unknown: 0, ignored: 3 } });
  expect(await eventsOf(leadId)).toMatchObject([
    { name: 'Email Delivered' },
    { name: 'Email Deferred', status: '4.2.2' },
    { name: 'Email Opened', trust: 'likely-robot' },
    { name: 'Email Clicked', trust: 'unknown' },
    { name: 'Email Bounced', kind: 'soft' },
    { name: 'Email Bounced', kind: 'sender' },
    { name: 'Consent Withdrawn' },
    { name: 'Email Complained' },
  ]);
});

test('an event without our argument is found by its Message-ID', async () => {
  const { leadId, send } = await mailed();
  const [row] = await world.store.query<{ commandId: string }>(
    'SELECT command_id AS "commandId" FROM send WHERE id = $1',
    [send],
  );
  const id = `<${(row?.commandId ?? '').replaceAll('/', '_')}@acme.example>`;
  await post([{ ...event(send, 'delivered'), perennial_send: undefined, 'smtp-id': id }]);
  expect(await eventsOf(leadId)).toMatchObject([{ name: 'Email Delivered', send }]);
});

test('a storm of repeats is one event for each', async () => {
  const { leadId, send } = await mailed();
  const batch = [
    event(send, 'delivered'),
    event(send, 'open'),
    event(send, 'bounce', { type: 'bounce', status: '5.1.1', reason: '550 5.1.1 unknown' }),
  ];
  const storm = Array.from({ length: 46 }, () => post(batch));
  expect(new Set((await Promise.all(storm)).map(({ status }) => status))).toEqual(new Set([200]));
  expect(await eventsOf(leadId)).toHaveLength(3);
});

test('a forgery is refused and leaves no trace', async () => {
  const { leadId, send } = await mailed();
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const complaint = [event(send, 'spamreport')];
  const forged = await Promise.all([
    post(complaint, { by: stranger }),
    post([], { body: JSON.stringify(complaint) }),
    post(complaint, { signedAt: NOW - 10 * 60_000 }),
    post(complaint, { signedAt: NOW + 10 * 60_000 }),
  ]);
  expect(forged.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  const unsigned = await world.call('POST', '/v1/feedback/sendgrid', complaint);
  expect(unsigned.status).toBe(401);
  expect(await eventsOf(leadId)).toEqual([]);
});

test('an event of the account that is no mail of ours, whatever its id, spoils no batch', async () => {
  const { leadId, send } = await mailed();
  const other = { ...event(send, 'delivered'), perennial_send: undefined };
  const answer = await post([
    { ...other, 'smtp-id': '<CAF+x!y=z@acme.example>' },
    event(send, 'delivered'),
  ]);
  expect(answer).toEqual({ status: 200, json: { recorded: 1, unknown: 0, ignored: 1 } });
  expect(await eventsOf(leadId)).toMatchObject([{ name: 'Email Delivered' }]);
});

test('mail that is not ours is accepted and counted', async () => {
  const answer = await post([event(randomUUID(), 'bounce', { reason: '550 5.1.1 x' })]);
  expect(answer).toEqual({ status: 200, json: { recorded: 0, unknown: 1, ignored: 0 } });
});

test('what is signed but no list of events is a bad request', async () => {
  expect((await post({ event: 'open' })).status).toBe(400);
});

test('only providers that are set up exist', async () => {
  expect((await world.call('POST', '/v1/feedback/mailgun', [])).status).toBe(404);
});

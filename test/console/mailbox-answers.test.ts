/**
 * The buttons of the development mailbox, with everything behind them: a report goes over SMTP to the
 * receiver, from there through ingest, and stands on the page as what came of the mail.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordFeedback } from '../../ingest/feedback.ts';
import { judgeHits } from '../../ingest/judge-hits.ts';
import { startReceiver, type Receiver } from '../../mail/inbound/receiver.ts';
import { returnAddress } from '../../mail/return-address.ts';
import { readToken } from '../../mail/tokens.ts';
import { signLink } from '../../mail/tracking/link-token.ts';
import { createMailboxDesk } from '../../runtime/embedded/mailbox-desk.ts';
import { startMailbox, type Mailbox } from '../../runtime/embedded/mailbox.ts';
import { openApi, SECRET, type ApiWorld } from '../api/world.ts';
import { useTestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const database = useTestDatabase();
const domain = 'returns.acme.example';
let dir: string;
let inbox: Mailbox;
let api: ApiWorld;
let receiver: Receiver;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'perennial-mailbox-'));
  inbox = await startMailbox({ store: dir });
  const desk = createMailboxDesk(dir, {
    // People take their time, and this page knows it: for it every mail is a minute old.
    now: () => Date.now() + 60_000,
    receiver: () => ({ host: '127.0.0.1', port: receiver.port }),
    at: (url) => url.replace('http://127.0.0.1/', `${api.url}/`),
    publicUrl: 'http://127.0.0.1',
  });
  receiver = await startReceiver({
    ...{ host: '127.0.0.1', port: 0, domains: [domain], secret: SECRET, clock: () => Date.now() },
    addressOf: () => Promise.resolve(undefined),
    record: async (heard) => {
      await recordFeedback(
        { sql: api.store, ingest: api.ingest.ingest, clock: () => Date.now() },
        heard,
      );
    },
    onError: fail,
  });
  api = await openApi(database.url, { mailbox: desk, clock: () => Date.now() });
});
afterAll(async () => {
  await receiver.stop();
  await api.close();
  await inbox.stop();
  await rm(dir, { recursive: true, force: true });
});

function fail(error: unknown): never {
  throw error;
}

/** A lead, the ledger row of its mail, and the mail as it arrived. */
async function mailOf(userId: string) {
  const email = `${userId}@${userId}.example`;
  const { json } = await api.call('POST', '/v1/identify', { userId, traits: { email } });
  const token = await api.sent(String(json['leadId']), email);
  const read = readToken(SECRET, 'unsubscribe', token);
  if (!read.ok) throw new Error(read.problem);
  const send = read.payload;
  const [row] = await api.store.query<{ readonly messageId: string }>(
    'UPDATE send SET link_targets = $2 WHERE id = $1 RETURNING message_id AS "messageId"',
    [send, JSON.stringify({ 'en.1': 'https://acme.example/plans/yours' })],
  );
  const transport = createTransport(inbox.smtpUrl);
  await transport.sendMail({
    envelope: { from: returnAddress(SECRET, 'bounce', send, domain), to: email },
    ...{ from: 'Maria <maria@acme.example>', to: email, messageId: row?.messageId ?? '' },
    replyTo: returnAddress(SECRET, 'reply', send, domain),
    subject: `Hello ${userId}`,
    html: `<a href="http://127.0.0.1/c/${signLink(SECRET, { send, link: 'trap' })}"></a>
      <a href="https://acme.example/plans">Plans</a> <a href="http://127.0.0.1/u/${token}">Leave</a>
      <a href="http://127.0.0.1/c/${signLink(SECRET, { send, link: 'en.1' })}">Your plan</a>`,
    headers: {
      'List-Unsubscribe': `<http://127.0.0.1/u/${token}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  });
  transport.close();
  const { id } = await inbox.waitFor({ to: email });
  return { id, email, leadId: String(json['leadId']) };
}

/** As a browser sends the form of our page. */
function press(id: string, fields: Readonly<Record<string, string>>, site = 'same-origin') {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': site };
  return api.call('POST', `/mailbox/${id}/acts`, new URLSearchParams(fields).toString(), headers);
}
const page = async (id: string, view = 'answers') =>
  (await api.call('GET', `/mailbox/${id}?view=${view}`)).text;

describe('a button of the mailbox', () => {
  test.each([
    ['bounce:5.1.1', 'Bounced with 5.1.1', 'The address takes no mail'],
    ['report:delivered', 'Reported as delivered', 'Received an email'],
    ['complain', 'Marked as spam', /spam/i],
    ['reply:stop', 'Replied “stop”', 'Asks for no more emails'],
    ['one-click', 'Unsubscribed with one click', 'No more marketing'],
  ])('%s reaches the lead by the way of the world', async (act, did, became) => {
    const { id, leadId } = await mailOf(`m-${act.replace(/\W/g, '-')}`);
    const answer = await press(id, { act });
    expect(answer.headers.get('location')).toBe(`/mailbox/${id}?view=answers#pressed`);
    const text = await page(id);
    expect(text).toContain(did);
    expect(text).toMatch(/Answered 2\d\d/);
    expect(text.slice(text.indexOf('What came of it'))).toMatch(became);
    expect(text).toContain(`/console/leads/${leadId}`);
  });

  test('a person who clicks a tracked link is told from a machine, and it stands in the story', async () => {
    const { id } = await mailOf('tracked');
    expect(await page(id, 'links')).toMatch(
      /Your plan[^]*tracked<[^]*leads to <a href="https:\/\/acme.example\/plans\/yours"/,
    );
    await press(id, { act: 'click', link: '3' });
    expect(await page(id)).toContain('Answered 302, on to https://acme.example/plans/yours');
    const later = Date.now() + 60_000;
    const link = () => Promise.resolve({ url: 'https://acme.example/plans', words: 'Your plan' });
    await judgeHits({
      sql: api.store,
      ingest: api.ingest.ingest,
      now: () => later,
      link,
      onError: fail,
    });
    const text = await page(id);
    expect(text.slice(text.indexOf('What came of it'))).toContain('Clicked “Your plan”');
    expect(text).not.toContain('robot');
  });

  test('a click shows where it came to; what is not ours is never asked for', async () => {
    const { id } = await mailOf('clicks');
    await press(id, { act: 'click', link: '2' });
    await press(id, { act: 'click', link: '1' });
    const text = await page(id);
    expect(text).toContain('Clicked “Leave”');
    expect(text).toMatch(/did not work<\/span> https:\/\/acme.example\/plans leads elsewhere/);
    expect(await page(id, 'links')).toMatch(/trap for machines[^]*not tracked[^]*unsubscribe</);
  });

  test('a filter leaves a lead as it was', async () => {
    const { id, email } = await mailOf('scanned');
    const before = (await api.call('GET', `/v1/leads/${email}`)).json['consents'];
    await press(id, { act: 'scan' });
    expect(await page(id)).toMatch(/Answered (\d × [23]0\d(, )?)+</);
    expect((await api.call('GET', `/v1/leads/${email}`)).json['consents']).toEqual(before);
  });

  test.each([
    [{ act: 'bounce:no' }, /expected such as 5\.1\.1/],
    [{ act: 'reply', text: ' ' }, /expected words to reply with/],
    [{ act: 'away', until: 'soon' }, /expected a date/],
    [{ act: 'click', link: '9' }, /expected one of 4 links/],
    [{ act: 'delete' }, /expected a button of this page/],
  ])('%j is refused with what was expected', async (fields, message) => {
    const { id } = await mailOf(`r${JSON.stringify(fields).replace(/\W/g, '').toLowerCase()}`);
    const answer = await press(id, fields);
    expect([answer.status, answer.json['detail']]).toEqual([400, expect.stringMatching(message)]);
  });

  test('another site cannot press it', async () => {
    const { id } = await mailOf('foreign');
    expect((await press(id, { act: 'complain' }, 'cross-site')).status).toBe(403);
    expect(await page(id)).not.toContain('What you did');
  });
});

test('a click pressed too soon waits for as long as a person needs', async () => {
  const { id } = await mailOf('soon');
  const desk = createMailboxDesk(dir, { now: () => Date.now(), publicUrl: 'http://127.0.0.1' });
  const mail = await until(() => desk.find(id), { what: 'the mail' });
  await desk.press(mail, { type: 'click', link: 2 });
  expect(desk.pressed(id)).toMatchObject([{ state: 'waits', dueAt: mail.receivedAt + 11_000 }]);
});

test('the whole server misbehaves for as long as asked, and its page says so', async () => {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'sec-fetch-site': 'same-origin',
  };
  const set = (body: string) => api.call('POST', '/mailbox/outage', body, headers);
  expect((await set('kind=fire&seconds=60')).status).toBe(400);
  expect((await set('kind=later&seconds=99999')).status).toBe(400);
  await set('kind=later&seconds=300');
  expect((await api.call('GET', '/mailbox')).text).toContain('Asks to come later (451)');
  const transport = createTransport(inbox.smtpUrl);
  const mail = { from: 'a@acme.example', to: 'b@nordwind.example', text: 'x' };
  await expect(transport.sendMail(mail)).rejects.toThrow('451 4.3.0');
  await set('kind=');
  expect((await transport.sendMail(mail)).response).toMatch(/^250/);
  transport.close();
});

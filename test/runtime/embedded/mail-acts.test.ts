/**
 * What is done with mails of the development mailbox, over a real receiver: each act says in our words
 * what the same act of a person or a server would say.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Feedback } from '../../../core/feedback/feedback.ts';
import { startReceiver, type Receiver } from '../../../mail/inbound/receiver.ts';
import { returnAddress } from '../../../mail/return-address.ts';
import { createMailActs } from '../../../runtime/embedded/mail-acts.ts';
import {
  startMailbox,
  type Mailbox,
  type MailboxMessage,
} from '../../../runtime/embedded/mailbox.ts';
import { uniqueAddress } from '../../support/mailbox.ts';
import { until } from '../../support/until.ts';

const secret = 'a secret of thirty-two characters!';
const domain = 'returns.acme.example';
const heard: Feedback[] = [];
const asked: string[] = [];
let receiver: Receiver;
let site: Server;
let mailbox: Mailbox;
let sends = 0;

beforeAll(async () => {
  receiver = await startReceiver({
    ...{ host: '127.0.0.1', port: 0, domains: [domain], secret, clock: () => Date.now() },
    addressOf: () => Promise.resolve(undefined),
    record: async (feedback) => void heard.push(...feedback),
    onError: (error) => {
      throw error;
    },
  });
  site = createServer((request, response) => {
    const agent = request.headers['user-agent'] ?? '';
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(
        `${request.method} ${request.url} ${/Chrome/.test(agent) ? 'browser' : 'program'} ${body}`.trim(),
      );
      if (request.url === '/c/plans')
        response.writeHead(302, { location: 'https://acme.example/plans' });
      response.end('Thanks');
    });
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const own = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  mailbox = await startMailbox({
    receiver: () => ({ host: '127.0.0.1', port: receiver.port }),
    at: (url) => url.replace('https://go.acme.example', own),
    lateMs: 20,
  });
});
afterAll(async () => {
  await Promise.all([mailbox.stop(), receiver.stop()]);
  await new Promise((resolve) => site.close(resolve));
});

/** As the engine sends: with signed addresses to come back to. */
async function mailTo(
  to: string,
): Promise<{ readonly mail: MailboxMessage; readonly send: string }> {
  sends += 1;
  const send = `019a8f3e-5b1c-5d2e-8f00-${String(sends).padStart(12, '0')}`;
  const transport = createTransport(mailbox.smtpUrl);
  await transport.sendMail({
    envelope: { from: returnAddress(secret, 'bounce', send, domain), to },
    from: 'Maria <maria@acme.example>',
    to,
    replyTo: returnAddress(secret, 'reply', send, domain),
    subject: 'Your first report',
    html: `<a href="https://go.acme.example/c/plans">See the <b>plans</b></a> <a href="https://go.acme.example/u/1">Leave</a>
      <a href="mailto:maria@acme.example">Write</a><img src="https://go.acme.example/o/1o.x.y">`,
    headers: {
      'List-Unsubscribe': `<https://go.acme.example/u/1>, <mailto:${returnAddress(secret, 'unsubscribe', send, domain)}?subject=unsubscribe>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  });
  transport.close();
  return { mail: await mailbox.waitFor({ to }), send };
}

/** What the receiver makes of the answers to one mail. */
const toldOf = (send: string) => heard.filter((one) => one.send === send);

describe('answers by mail', () => {
  test.each<[string, (mail: MailboxMessage) => Promise<string>, object]>([
    [
      'no such mailbox',
      (mail) => mailbox.bounce(mail, '5.1.1'),
      { type: 'bounced', kind: 'hard', status: '5.1.1' },
    ],
    ['a full one', (mail) => mailbox.bounce(mail, '5.2.2'), { type: 'bounced', kind: 'soft' }],
    ['our own fault', (mail) => mailbox.bounce(mail, '5.7.1'), { type: 'bounced', kind: 'sender' }],
    ['a delay', (mail) => mailbox.report(mail, 'delayed'), { type: 'deferred' }],
    ['a delivery', (mail) => mailbox.report(mail, 'delivered'), { type: 'delivered' }],
    ['a complaint', (mail) => mailbox.complain(mail), { type: 'complained' }],
    [
      'a reply',
      (mail) => mailbox.reply(mail, 'Tell me more.'),
      { type: 'replied', reply: 'reply', excerpt: 'Tell me more.' },
    ],
    [
      'a reply that says stop',
      (mail) => mailbox.reply(mail, 'stop'),
      { type: 'replied', reply: 'stop' },
    ],
    ['a wish to leave', (mail) => mailbox.unsubscribeByMail(mail), { type: 'unsubscribed' }],
  ])('%s', async (_what, act, expected) => {
    const { mail, send } = await mailTo(uniqueAddress('ana'));
    expect(await act(mail)).toMatch(/^250/);
    expect(toldOf(send)).toMatchObject([expected]);
  });

  test('out of office, until a day', async () => {
    const { mail, send } = await mailTo(uniqueAddress('ana'));
    const day = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    await mailbox.away(mail, day);
    expect(toldOf(send)).toMatchObject([{ type: 'auto-replied', until: Date.parse(day) }]);
  });

  test('without a receiver it says what is not set', async () => {
    const alone = await startMailbox();
    const { mail } = await mailTo(uniqueAddress('ana'));
    await expect(alone.bounce(mail, '5.1.1')).rejects.toThrow('INBOUND_SMTP_PORT');
    await alone.stop();
  });
});

describe('requests to links', () => {
  test('a person follows one, by its words, a pattern or its place', async () => {
    const { mail } = await mailTo(uniqueAddress('ana'));
    const answer = await mailbox.click(mail, 'See the plans');
    expect(answer).toMatchObject({ status: 302, location: 'https://acme.example/plans' });
    expect((await mailbox.click(mail, /leave/i)).text).toBe('Thanks');
    expect((await mailbox.click(mail, 0)).status).toBe(302);
    expect(asked.splice(0)).toEqual([
      'GET /c/plans browser',
      'GET /u/1 browser',
      'GET /c/plans browser',
    ]);
    await expect(mailbox.click(mail, 'Buy')).rejects.toThrow(
      /no link Buy; it has:\n.*See the plans: https/s,
    );
  });

  test('one click leaves with the POST of RFC 8058, pictures load, a filter asks for all', async () => {
    const { mail } = await mailTo(uniqueAddress('ana'));
    await mailbox.oneClickUnsubscribe(mail);
    expect(asked.splice(0)).toEqual(['POST /u/1 program List-Unsubscribe=One-Click']);
    await mailbox.open(mail);
    expect(asked.splice(0)).toEqual(['GET /o/1o.x.y browser']);
    await mailbox.scan(mail);
    expect(asked.splice(0).sort()).toEqual([
      'GET /c/plans browser',
      'GET /u/1 browser',
      'HEAD /c/plans browser',
      'HEAD /u/1 browser',
    ]);
  });
});

test('links that lead elsewhere are not asked for where it is known what is ours', async () => {
  const acts = createMailActs({ publicUrl: 'https://go.other.example' });
  const { mail } = await mailTo(uniqueAddress('ana'));
  await expect(acts.click(mail, 'See the plans')).rejects.toThrow('leads elsewhere');
  expect([await acts.scan(mail), await acts.open(mail)]).toEqual([[], []]);
});

describe('addresses that answer by themselves', () => {
  test.each<[string, object]>([
    ['later-gone+1@nordwind.example', { type: 'bounced', kind: 'hard' }],
    ['later-full@nordwind.example', { type: 'bounced', kind: 'soft' }],
    ['Complains@nordwind.example', { type: 'complained' }],
    ['replies@nordwind.example', { type: 'replied', reply: 'reply' }],
    ['stop@nordwind.example', { type: 'replied', reply: 'stop' }],
    ['away+2027-01-07@nordwind.example', { type: 'auto-replied' }],
  ])('%s', async (address, expected) => {
    const { send } = await mailTo(address);
    await until(() => toldOf(send).length > 0, { what: 'an answer that comes by itself' });
    expect(toldOf(send)).toMatchObject([expected]);
  });
});

test('what must not come is waited for as long as something else takes', async () => {
  const [ana, ben] = [uniqueAddress('ana'), uniqueAddress('ben')];
  await mailbox.expectNone({ to: ana }, mailTo(ben));
  await expect(mailbox.expectNone({ to: ben }, Promise.resolve())).rejects.toThrow(
    'Your first report',
  );
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  startMailbox,
  type Mailbox,
  type MailboxOptions,
} from '../../../runtime/embedded/mailbox.ts';
import { setOutage } from '../../../runtime/embedded/outage.ts';
import { duringPeriod, withProbability } from '../../../runtime/embedded/smtp-faults.ts';

let store: string;
const open: Mailbox[] = [];

beforeEach(async () => {
  store = await mkdtemp(path.join(tmpdir(), 'perennial-mailbox-'));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop()));
  await rm(store, { recursive: true, force: true });
});

async function start(options: MailboxOptions = {}): Promise<Mailbox> {
  const mailbox = await startMailbox(options);
  open.push(mailbox);
  return mailbox;
}

async function send(mailbox: Mailbox, to: string, socketTimeoutMs = 5_000): Promise<string> {
  const transport = createTransport({
    url: mailbox.smtpUrl,
    socketTimeout: socketTimeoutMs,
  });
  try {
    const sent = await transport.sendMail({
      from: { name: 'Maria at Acme', address: 'maria@acme.example' },
      to,
      subject: 'Grüße: your first report',
      messageId: '<command-1@acme.example>',
      text: 'Read https://acme.example/a now.\n.\nA line with a lonely dot went before.',
      html: '<p>Read <a href="https://acme.example/a?x=1&amp;y=2">this</a>.</p>',
      headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    });
    return sent.response;
  } finally {
    transport.close();
  }
}

const recipients = (mailbox: Mailbox) => mailbox.messages().map((each) => each.envelope.to[0]);

test('shows a mail as it was sent', async () => {
  const mailbox = await start();
  await send(mailbox, 'ana@nordwind.example');
  const [mail] = mailbox.messages();
  expect(mail).toMatchObject({
    envelope: { from: 'maria@acme.example', to: ['ana@nordwind.example'] },
    from: { name: 'Maria at Acme', address: 'maria@acme.example' },
    subject: 'Grüße: your first report',
    messageId: '<command-1@acme.example>',
    links: ['https://acme.example/a?x=1&y=2'],
  });
  expect(mail?.text).toContain('\n.\nA line with a lonely dot');
  expect(mail?.headers).toContainEqual({
    name: 'list-unsubscribe-post',
    value: 'List-Unsubscribe=One-Click',
  });
  expect(mailbox.message(mail?.id ?? '')).toBe(mail);
});

test('selects by recipient, subject and time', async () => {
  const mailbox = await start();
  await send(mailbox, 'Ana@nordwind.example');
  await send(mailbox, 'bo@nordwind.example');
  const receivedAt = mailbox.messages()[1]?.receivedAt ?? 0;
  expect(mailbox.messages({ to: 'ana@NORDWIND.example' })).toHaveLength(1);
  expect(mailbox.messages({ subject: 'first report' })).toHaveLength(2);
  expect(mailbox.messages({ subject: /^first/ })).toHaveLength(0);
  expect(mailbox.messages({ since: receivedAt + 1 })).toHaveLength(0);
});

test('waits for a mail that is not there yet', async () => {
  const mailbox = await start();
  const waiting = mailbox.waitFor({ to: 'ana@nordwind.example' });
  await send(mailbox, 'ana@nordwind.example');
  expect((await waiting).subject).toBe('Grüße: your first report');
});

test('a wait in vain says what was there instead', async () => {
  const mailbox = await start();
  await send(mailbox, 'ana@nordwind.example');
  const waiting = mailbox.waitFor({ to: 'bo@nordwind.example' }, { timeoutMs: 20 });
  await expect(waiting).rejects.toThrow(/No mail to bo@.* ana@nordwind\.example: Grüße/s);
});

test('keeps mails over a restart, but none whose writing was interrupted', async () => {
  const first = await start({ store });
  await send(first, 'ana@nordwind.example');
  const [before] = first.messages();
  await first.stop();
  await writeFile(path.join(store, 'half.eml'), 'Subject: never answered\r\n\r\n');
  const second = await start({ store });
  expect(second.messages()).toEqual([before]);
});

test.each([
  ['gone', /^550 5\.1\.1/],
  ['busy', /^451 4\.7\.1/],
  ['full', /^552 5\.2\.2/],
  ['blocked', /^550 5\.7\.1/],
])('%s@ is refused and nothing is kept', async (name, response) => {
  const mailbox = await start();
  const sending = send(mailbox, `${name}@nordwind.example`);
  await expect(sending).rejects.toMatchObject({
    response: expect.stringMatching(response) as string,
  });
  expect(mailbox.messages()).toEqual([]);
});

test('slow@ is answered late, and accepted', async () => {
  const mailbox = await start({ slowMs: 200 });
  const startedAt = performance.now();
  expect(await send(mailbox, 'slow+1@nordwind.example')).toMatch(/^250/);
  expect(performance.now() - startedAt).toBeGreaterThan(190);
});

test('drop@ is accepted, but the sender never hears of it', async () => {
  const mailbox = await start();
  await expect(send(mailbox, 'drop@nordwind.example')).rejects.toThrow(/closed|ECONNRESET/);
  expect(recipients(mailbox)).toEqual(['drop@nordwind.example']);
});

test('grey@ is refused once, and taken at the next try', async () => {
  const mailbox = await start();
  await expect(send(mailbox, 'grey@nordwind.example')).rejects.toThrow('451 4.7.1 Greylisted');
  await expect(send(mailbox, 'grey+2@nordwind.example')).rejects.toThrow('451');
  expect(await send(mailbox, 'Grey@nordwind.example')).toMatch(/^250/);
  expect(recipients(mailbox)).toEqual(['Grey@nordwind.example']);
});

test.each(['reset', 'silent'])('%s@ is taken, and leaves the sender in doubt', async (name) => {
  const mailbox = await start();
  await expect(send(mailbox, `${name}@nordwind.example`, 300)).rejects.toThrow();
  expect(recipients(mailbox)).toEqual([`${name}@nordwind.example`]);
});

test('a trouble of the whole server is for everybody, and over when its time is', async () => {
  const mailbox = await start({ store, holds: 'store' });
  await setOutage(store, { kind: 'blocked', untilMs: Date.now() + 60_000 });
  await expect(send(mailbox, 'ana@nordwind.example')).rejects.toThrow('5.7.1');
  await setOutage(store, { kind: 'blocked', untilMs: Date.now() });
  expect(await send(mailbox, 'ana@nordwind.example')).toMatch(/^250/);
  await setOutage(store, { kind: 'down', untilMs: Date.now() + 60_000 });
  await expect(send(mailbox, 'ana@nordwind.example')).rejects.toThrow(/closed|ECONNRESET/);
  await setOutage(store, undefined);
  expect(await send(mailbox, 'ana@nordwind.example')).toMatch(/^250/);
});

test.each(['reset', 'silence'] as const)('a %s after DATA is ambiguous, too', async (type) => {
  const mailbox = await start({ fault: withProbability(1, 1, 'data', { type }) });
  await expect(send(mailbox, 'ana@nordwind.example', 300)).rejects.toThrow();
  expect(recipients(mailbox)).toEqual(['ana@nordwind.example']);
});

test('a refusal of DATA keeps nothing, and ends with its period', async () => {
  const now = Date.now();
  const greylist = { type: 'refuse', code: 451, text: '4.7.1 Later' } as const;
  const period = { fromMs: now, untilMs: now + 400 };
  const mailbox = await start({ fault: duringPeriod(period, 'data', greylist) });
  await expect(send(mailbox, 'ana@nordwind.example')).rejects.toThrow('4.7.1 Later');
  expect(mailbox.messages()).toEqual([]);
  const later = await start({ fault: duringPeriod({ fromMs: 0, untilMs: now }, 'data', greylist) });
  expect(await send(later, 'ana@nordwind.example')).toMatch(/^250/);
});

test('a seeded fault strikes the same attempts in every run', () => {
  const strikes = (seed: number) => {
    const rule = withProbability(0.3, seed, 'data', { type: 'drop' });
    const attempt = { stage: 'data', from: 'a@b.example', to: [], at: 0 } as const;
    return Array.from({ length: 200 }, () => rule(attempt) !== undefined);
  };
  expect(strikes(7)).toEqual(strikes(7));
  expect(strikes(7)).not.toEqual(strikes(8));
  const struck = strikes(7).filter(Boolean).length;
  expect(struck).toBeGreaterThan(35);
  expect(struck).toBeLessThan(85);
});

test('offers neither TLS nor a login', async () => {
  const mailbox = await start();
  const transport = createTransport({ url: mailbox.smtpUrl, requireTLS: true });
  await expect(transport.verify()).rejects.toThrow();
  transport.close();
});

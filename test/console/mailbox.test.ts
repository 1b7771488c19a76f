import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMailboxDesk } from '../../runtime/embedded/mailbox-desk.ts';
import { startMailbox, type Mailbox } from '../../runtime/embedded/mailbox.ts';
import { openApi, type ApiWorld } from '../api/world.ts';
import { useBrowser } from '../support/browser.ts';
import { useTestDatabase } from '../support/postgres.ts';

const database = useTestDatabase();
const browser = useBrowser();
let dir: string;
let inbox: Mailbox;
let api: ApiWorld;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'perennial-mailbox-'));
  inbox = await startMailbox({ store: dir });
  api = await openApi(database.url, { mailbox: createMailboxDesk(dir, { now: () => Date.now() }) });
});
afterAll(async () => {
  await api.close();
  await inbox.stop();
  await rm(dir, { recursive: true, force: true });
});

async function send(to: string, subject: string, html: string): Promise<void> {
  const transport = nodemailer.createTransport(inbox.smtpUrl);
  await transport.sendMail({
    from: 'Maria <maria@acme.example>',
    to,
    subject,
    html,
    text: 'In words',
  });
  transport.close();
}

test('an empty mailbox says what to do, with commands that are taken as they stand', async () => {
  const text = (await api.call('GET', '/mailbox')).text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'");
  const commands = [...text.matchAll(/(\/v1\/\w+) -H [^{]*'(\{.*\})'/g)];
  expect(commands).toHaveLength(2);
  for (const [, path = '', body = ''] of commands) {
    expect((await api.call('POST', path, body)).json).toMatchObject({ success: true });
  }
});

test('what arrives is there at the next look', async () => {
  expect((await api.call('GET', '/dev/mailbox/messages')).json).toEqual({ messages: [] });
  await send('ana@nordwind.example', 'Hello Ana', '<p>Hi</p>');
  await send('ben@hart.example', 'Hello Ben', '<p>Hi</p>');
  const { json } = await api.call('GET', '/dev/mailbox/messages?to=ANA@nordwind.example');
  expect(json['messages']).toMatchObject([{ subject: 'Hello Ana', text: 'In words\n' }]);
});

test('a mail is shown as its reader sees it, and its script does not run', async () => {
  const html =
    '<h1>Welcome</h1><script>document.body.innerHTML = "owned"</script><a href="https://acme.example/x">Go</a>';
  await send('cleo@blau.example', 'Welcome Cleo', html);
  const page = await browser.open();
  await page.goto(`${api.url}/mailbox`);
  await page.getByRole('searchbox').fill('cleo@');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('link', { name: /Welcome Cleo/ }).click();
  const frame = page.frameLocator('iframe');
  expect(await frame.getByRole('heading').innerText()).toBe('Welcome');
  await page.getByRole('link', { name: 'Links (1)' }).click();
  await page.getByRole('link', { name: 'https://acme.example/x' }).waitFor();
  await page.getByRole('link', { name: 'Headers' }).click();
  expect(await page.getByRole('main').innerText()).toContain('message-id');
});

test('looking at a mail is no opening, and its scheme is chosen by the switch', async () => {
  const html = `<!doctype html><html><head><style>@media (prefers-color-scheme: dark) { p { color: #fff } }</style></head>
    <body><img src="http://127.0.0.1/o/1o.abc.def" width="1"><img src="https://acme.example/o.png"><p>Hi</p></body></html>`;
  await send('dora@nordwind.example', 'Hello Dora', html);
  const { json } = await api.call('GET', '/dev/mailbox/messages?to=dora@nordwind.example');
  const [{ id } = { id: '' }] = json['messages'] as readonly { readonly id: string }[];
  const seen = async (scheme: string) =>
    (await api.call('GET', `/mailbox/${id}/html?scheme=${scheme}`)).text;
  expect(await seen('light')).toMatch(
    /^<!doctype html><html><head><base target="_blank">.*color-scheme:light.*@media not all/,
  );
  expect(await seen('dark')).toMatch(/color-scheme:dark.*@media all/);
  expect(await seen('light')).not.toContain('/o/1o');
  expect(await seen('light')).toContain('https://acme.example/o.png');
});

test('in production there is no mailbox', async () => {
  const production = await openApi(database.url);
  const answers = await Promise.all(
    ['/mailbox', '/dev/mailbox/messages'].map((path) => production.call('GET', path)),
  );
  await production.close();
  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
});

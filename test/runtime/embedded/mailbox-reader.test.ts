import { mkdtemp, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readMail } from '../../../runtime/embedded/mailbox-message.ts';
import { createMailboxReader } from '../../../runtime/embedded/mailbox-reader.ts';
import { openMailStore, type MailStore } from '../../../runtime/embedded/mailbox-store.ts';

let dir: string;
let store: MailStore;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'perennial-mailbox-'));
  store = await openMailStore(dir);
  for (let number = 1; number <= 30; number += 1) await add(number);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function add(number: number): Promise<string> {
  const to = `lead-${number}@${number % 2 === 0 ? 'nordwind' : 'hart'}.example`;
  const raw = Buffer.from(
    `From: Maria <maria@acme.example>\r\nTo: ${to}\r\nSubject: Report ${number}\r\n\r\nAbout edition e${number}x.\r\n`,
  );
  const mail = await readMail({
    envelope: { from: 'b@x.example', to: [to] },
    raw,
    receivedAt: number,
  });
  await store.add(mail);
  return mail.id;
}

const subjects = (list: { readonly mails: readonly { readonly subject: string }[] }) =>
  list.mails.map(({ subject }) => subject);

test('newest first, page by page', async () => {
  const reader = createMailboxReader(dir);
  const first = await reader.list({ limit: 20 });
  expect(subjects(first).slice(0, 2)).toEqual(['Report 30', 'Report 29']);
  expect(first).toMatchObject({ found: 30, total: 30, older: first.mails.at(-1)?.id });
  const second = await reader.list({ limit: 20, before: first.older ?? '' });
  expect(subjects(second)).toEqual(Array.from({ length: 10 }, (_, nth) => `Report ${10 - nth}`));
  expect(second.older).toBeUndefined();
});

test.each([
  ['words of subject and text', { search: 'report e17X' }, ['Report 17']],
  ['an address and a word of the text', { search: 'nordwind E28x' }, ['Report 28']],
  ['who it is from', { search: 'maria e5x' }, ['Report 5']],
  ['one address', { to: 'LEAD-5@hart.example' }, ['Report 5']],
  ['nothing', { search: 'nobody' }, []],
])('finds by %s', async (_what, query, expected) => {
  const found = await createMailboxReader(dir).list({ ...query, limit: 50 });
  expect(subjects(found)).toEqual(expected);
});

test('sees what arrives, reads each line once, and a mail when it is looked at', async () => {
  const reader = createMailboxReader(dir);
  await reader.list({ limit: 1 });
  const id = await add(31);
  expect(subjects(await reader.list({ limit: 1 }))).toEqual(['Report 31']);
  expect((await reader.find(id))?.text).toContain('e31x');
  await unlink(path.join(dir, `${id}.eml`));
  expect(subjects(await reader.list({ limit: 1 }))).toEqual(['Report 31']);
  expect(await reader.find('../outside')).toBeUndefined();
});

test('a mailbox that is not there is empty', async () => {
  const reader = createMailboxReader(path.join(dir, 'nowhere'));
  expect(await reader.list({ limit: 10 })).toEqual({ mails: [], found: 0, total: 0 });
});

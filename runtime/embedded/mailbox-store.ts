// Keeps the mails of the development mailbox in a directory: `<id>.eml` with the bytes, which any
// mail client opens, and `<id>.json` with the envelope. The second is written last and under its
// final name only when complete, so a kill in between leaves nothing that would be read.
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readMail, type MailboxMessage } from './mailbox-message.ts';

export interface MailStore {
  /** What was there when the store was opened, in order of arrival. */
  readonly messages: readonly MailboxMessage[];
  add(message: MailboxMessage): Promise<void>;
}

interface Kept {
  readonly receivedAt: number;
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
}

export async function openMailStore(dir: string): Promise<MailStore> {
  await mkdir(dir, { recursive: true });
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json'));
  const messages = await Promise.all(
    names.map((name) => loadMail(dir, path.basename(name, '.json'))),
  );
  return {
    messages: messages.sort((one, other) => one.receivedAt - other.receivedAt),
    add: async ({ id, receivedAt, envelope, raw }) => {
      const kept: Kept = { receivedAt, envelope };
      const half = path.join(dir, `${id}.half`);
      await writeFile(path.join(dir, `${id}.eml`), raw);
      await writeFile(half, JSON.stringify(kept));
      await rename(half, path.join(dir, `${id}.json`));
    },
  };
}

/** One kept mail by the id that names its files. */
export async function loadMail(dir: string, id: string): Promise<MailboxMessage> {
  const raw = await readFile(path.join(dir, `${id}.eml`));
  const kept = JSON.parse(await readFile(path.join(dir, `${id}.json`), 'utf8')) as Kept;
  return readMail({ ...kept, raw }, id);
}

// Keeps the mails of the development mailbox in a directory: `<id>.eml` with the bytes, which any
// mail client opens, and `<id>.json` with the envelope and the line of a list, so that a list of
// thousands reads no mail. The second is written last and under its final name only when complete,
// so a kill in between leaves nothing that would be read.
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readMail, type MailboxMessage } from './mailbox-message.ts';

export interface MailStore {
  add(message: MailboxMessage): Promise<void>;
}

/** What a list shows and a search looks at. */
export interface MailSummary extends Pick<
  MailboxMessage,
  'id' | 'receivedAt' | 'envelope' | 'subject' | 'from'
> {
  /** The beginning of its words, for the search. */
  readonly excerpt: string;
}

/** Ten thousand of them are 20 MB. */
const excerptMax = 2_000;

type Kept = Pick<MailSummary, 'receivedAt' | 'envelope'> & {
  /** Absent in mailboxes from before lists had their own line. */
  readonly line?: Pick<MailSummary, 'subject' | 'from' | 'excerpt'>;
};

export async function openMailStore(dir: string): Promise<MailStore> {
  await mkdir(dir, { recursive: true });
  return {
    add: async (message) => {
      const { id, receivedAt, envelope, raw } = message;
      const { subject, from, excerpt } = summaryOf(message);
      const kept: Kept = { receivedAt, envelope, line: { subject, from, excerpt } };
      const half = path.join(dir, `${id}.half`);
      await writeFile(path.join(dir, `${id}.eml`), raw);
      await writeFile(half, JSON.stringify(kept));
      await rename(half, path.join(dir, `${id}.json`));
    },
  };
}

/** In no order. A directory that is not there is an error of its own (ENOENT). */
export async function keptIds(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir);
  return names.filter((name) => name.endsWith('.json')).map((name) => path.basename(name, '.json'));
}

/** One kept mail by the id that names its files. */
export async function loadMail(dir: string, id: string): Promise<MailboxMessage> {
  const raw = await readFile(path.join(dir, `${id}.eml`));
  const { receivedAt, envelope } = await loadKept(dir, id);
  return readMail({ receivedAt, envelope, raw }, id);
}

export async function loadSummary(dir: string, id: string): Promise<MailSummary> {
  const { line, receivedAt, envelope } = await loadKept(dir, id);
  if (line === undefined) return summaryOf(await loadMail(dir, id));
  return { id, receivedAt, envelope, ...line };
}

export function byArrival(
  one: Pick<MailSummary, 'receivedAt' | 'id'>,
  other: Pick<MailSummary, 'receivedAt' | 'id'>,
): number {
  return one.receivedAt - other.receivedAt || (one.id < other.id ? -1 : 1);
}

function summaryOf({ id, receivedAt, envelope, subject, from, text }: MailboxMessage): MailSummary {
  const excerpt = (text ?? '').replace(/\s+/g, ' ').trim().slice(0, excerptMax);
  return { id, receivedAt, envelope, subject, from, excerpt };
}

async function loadKept(dir: string, id: string): Promise<Kept> {
  return JSON.parse(await readFile(path.join(dir, `${id}.json`), 'utf8')) as Kept;
}

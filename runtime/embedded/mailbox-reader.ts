/**
 * Reads the directory of the development mailbox while another process writes it.
 *
 * It keeps the line of each mail, never the mail: ten thousand of them are listed and searched in
 * memory, and the one that is looked at is read from its file. Whether there are new ones is asked of
 * the directory's own time stamp, so a page that is reloaded costs one `stat`. It never writes, and a
 * mailbox that is not there is empty.
 */
import { stat } from 'node:fs/promises';
import { isErrno } from './processes.ts';
import type { MailboxMessage } from './mailbox-message.ts';
import { byArrival, keptIds, loadMail, loadSummary, type MailSummary } from './mailbox-store.ts';

export interface MailboxReader {
  list(query: MailQuery): Promise<MailList>;
  find(id: string): Promise<MailboxMessage | undefined>;
}
export interface MailQuery {
  /** Words that all occur in the subject, an address, a name or the text. */
  readonly search?: string;
  /** One recipient of the envelope. */
  readonly to?: string;
  /** Only those that arrived before this one. */
  readonly before?: string;
  readonly limit: number;
}
export interface MailList {
  /** Newest first. */
  readonly mails: readonly MailSummary[];
  /** How many fit, on whatever page. */
  readonly found: number;
  /** Of the whole mailbox. */
  readonly total: number;
  /** For `before` of the next page. */
  readonly older?: string;
}

interface Line {
  readonly mail: MailSummary;
  /** In lower case. */
  readonly words: string;
}

export function createMailboxReader(dir: string): MailboxReader {
  const lines = new Map<string, Line>();
  let seenAt = -1;
  let newestFirst: readonly Line[] = [];
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    const changedAt = await changeOf(dir);
    if (changedAt === null || changedAt === seenAt) return;
    const fresh = (await keptIds(dir)).filter((id) => !lines.has(id));
    for (let at = 0; at < fresh.length; at += atOnce) {
      const some = fresh.slice(at, at + atOnce).map((id) => loadSummary(dir, id));
      for (const mail of await Promise.all(some)) lines.set(mail.id, lineOf(mail));
    }
    if (fresh.length > 0) {
      newestFirst = [...lines.values()].sort((one, other) => byArrival(other.mail, one.mail));
    }
    // A mail that came while we read has the same stamp: it must not look as if it were seen.
    seenAt = Date.now() - changedAt < stampMs ? -1 : changedAt;
  };
  const refresh = async (): Promise<void> => {
    reading ??= read().finally(() => (reading = undefined));
    await reading;
  };
  return {
    async list(query) {
      await refresh();
      return cut(newestFirst, query);
    },
    async find(id) {
      if (!lines.has(id)) await refresh();
      return lines.has(id) ? loadMail(dir, id) : undefined;
    },
  };
}

/** Files open at the same time. */
const atOnce = 64;
/** Coarser than the clock of any file system we run on. */
const stampMs = 2_000;

function cut(
  newestFirst: readonly Line[],
  { search = '', to, before, limit }: MailQuery,
): MailList {
  const wanted = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const address = to?.toLowerCase();
  const found = newestFirst.filter(
    ({ mail, words }) =>
      (address === undefined || mail.envelope.to.some((one) => one.toLowerCase() === address)) &&
      wanted.every((word) => words.includes(word)),
  );
  const start = before === undefined ? 0 : found.findIndex(({ mail }) => mail.id === before) + 1;
  const page = found.slice(start, start + limit).map(({ mail }) => mail);
  const last = page.at(-1);
  const isMore = found.length > start + limit;
  return {
    mails: page,
    found: found.length,
    total: newestFirst.length,
    ...(isMore && last !== undefined ? { older: last.id } : {}),
  };
}

function lineOf(mail: MailSummary): Line {
  const { subject, from, envelope, excerpt } = mail;
  const words = [subject, from.name, from.address, ...envelope.to, excerpt].join('\n');
  return { mail, words: words.toLowerCase() };
}

async function changeOf(dir: string): Promise<number | null> {
  try {
    return (await stat(dir)).mtimeMs;
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOENT') return null;
    throw error;
  }
}

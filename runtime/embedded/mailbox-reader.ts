/**
 * Reads the directory of the development mailbox while another process writes it.
 *
 * A mail is parsed once; whether there are new ones is asked of the directory's own time stamp, so a
 * page that is reloaded costs one `stat`. It never writes, and a mailbox that is not there is empty.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { MailboxMessage } from './mailbox-message.ts';
import { loadMail } from './mailbox-store.ts';

export interface MailboxReader {
  /** In order of arrival. */
  all(): Promise<readonly MailboxMessage[]>;
}

export function createMailboxReader(dir: string): MailboxReader {
  const mails = new Map<string, MailboxMessage>();
  let seenAt = -1;
  let sorted: readonly MailboxMessage[] = [];
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    const changedAt = await changeOf(dir);
    if (changedAt === null || changedAt === seenAt) return;
    const names = (await readdir(dir)).filter((name) => name.endsWith('.json'));
    const ids = names.map((name) => path.basename(name, '.json')).filter((id) => !mails.has(id));
    for (const id of ids) mails.set(id, await loadMail(dir, id));
    sorted = [...mails.values()].sort((one, other) => one.receivedAt - other.receivedAt);
    // A mail that came while we read has the same stamp: it must not look as if it were seen.
    seenAt = Date.now() - changedAt < stampMs ? -1 : changedAt;
  };
  return {
    async all() {
      reading ??= read().finally(() => (reading = undefined));
      await reading;
      return sorted;
    },
  };
}

/** Coarser than the clock of any file system we run on. */
const stampMs = 2_000;

async function changeOf(dir: string): Promise<number | null> {
  try {
    return (await stat(dir)).mtimeMs;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

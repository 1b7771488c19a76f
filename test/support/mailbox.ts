// A mailbox of its own for each test file. Any project can use it: it needs no other server.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { startMailbox, type Mailbox, type MailboxOptions } from '../../runtime/embedded/mailbox.ts';

/** Registers the hooks of a file or a `describe`; call the result from inside tests. */
export function useMailbox(options: MailboxOptions = {}): () => Mailbox {
  let mailbox: Mailbox | undefined;
  beforeAll(async () => {
    mailbox = await startMailbox(options);
  });
  afterAll(async () => {
    await mailbox?.stop();
  });
  return () => {
    if (!mailbox) throw new Error('The mailbox is open only while tests and hooks run.');
    return mailbox;
  };
}

/** `ana+k3v9q2@nordwind.example`: nobody else in this run has it, and it behaves as its name says. */
export function uniqueAddress(name: string): string {
  return `${name}+${randomUUID().slice(0, 8)}@nordwind.example`;
}

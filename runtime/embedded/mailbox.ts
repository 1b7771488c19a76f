// The development mailbox: takes every mail the engine sends, keeps it (in a directory, if one is
// named) and lets people and tests read it. Mails are never removed and never sent on.
// A mail is on disk before its sender is told that it was accepted.
import { readMail, type MailboxMessage } from './mailbox-message.ts';
import { openMailStore } from './mailbox-store.ts';
import { faultsByAddress, firstOf, type FaultRule } from './smtp-faults.ts';
import { createSmtpSink } from './smtp-sink.ts';

export type { MailboxMessage } from './mailbox-message.ts';

export interface MailboxOptions {
  readonly port?: number;
  /** Directory that keeps the mails over restarts; without it they live in memory. */
  readonly store?: string;
  /** Asked before the addresses that misbehave by name (`gone@`, `busy@`, ...). */
  readonly fault?: FaultRule;
  /** How late `slow@` is answered. */
  readonly slowMs?: number;
}

export interface MailFilter {
  /** One recipient of the envelope, whatever its case. */
  readonly to?: string;
  /** A part of the subject, or a pattern. */
  readonly subject?: string | RegExp;
  /** Received at or after this instant (epoch milliseconds). */
  readonly since?: number;
}

export interface Mailbox {
  readonly smtpUrl: string;
  readonly port: number;
  /** In order of arrival. */
  messages(filter?: MailFilter): readonly MailboxMessage[];
  message(id: string): MailboxMessage | undefined;
  /** The first message that matches, at once if it is there already. */
  waitFor(filter: MailFilter, options?: { readonly timeoutMs?: number }): Promise<MailboxMessage>;
  /** Returns the function that ends the listening. */
  onMessage(listener: (message: MailboxMessage) => void): () => void;
  stop(): Promise<void>;
}

export async function startMailbox(options: MailboxOptions = {}): Promise<Mailbox> {
  const store = options.store === undefined ? undefined : await openMailStore(options.store);
  const messages: MailboxMessage[] = [...(store?.messages ?? [])];
  const listeners = new Set<(message: MailboxMessage) => void>();
  const byAddress = faultsByAddress({ slowMs: options.slowMs ?? 3_000 });
  const sink = await createSmtpSink({
    ...(options.port === undefined ? {} : { port: options.port }),
    fault: options.fault ? firstOf(options.fault, byAddress) : byAddress,
    onAccepted: async (mail) => {
      const message = await readMail(mail);
      await store?.add(message);
      messages.push(message);
      for (const listener of [...listeners]) listener(message);
    },
  });

  const onMessage: Mailbox['onMessage'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const select = (filter: MailFilter = {}) => messages.filter((each) => matches(each, filter));
  return {
    smtpUrl: sink.smtpUrl,
    port: sink.port,
    messages: select,
    message: (id) => messages.find((each) => each.id === id),
    onMessage,
    waitFor: (filter, { timeoutMs = 10_000 } = {}) => {
      const present = select(filter)[0];
      if (present) return Promise.resolve(present);
      return new Promise((resolve, reject) => {
        const end = onMessage((message) => {
          if (!matches(message, filter)) return;
          clearTimeout(timer);
          end();
          resolve(message);
        });
        const timer = setTimeout(() => {
          end();
          reject(new Error(describeMiss(filter, timeoutMs, messages)));
        }, timeoutMs);
      });
    },
    stop: () => sink.stop(),
  };
}

function matches(message: MailboxMessage, { to, subject, since }: MailFilter): boolean {
  const isTo = (address: string) => address.toLowerCase() === to?.toLowerCase();
  if (to !== undefined && !message.envelope.to.some(isTo)) return false;
  if (since !== undefined && message.receivedAt < since) return false;
  if (subject === undefined) return true;
  return typeof subject === 'string'
    ? message.subject.includes(subject)
    : message.subject.search(subject) >= 0;
}

function describeMiss(
  filter: MailFilter,
  timeoutMs: number,
  messages: readonly MailboxMessage[],
): string {
  const wanted = [
    filter.to === undefined ? '' : ` to ${filter.to}`,
    filter.subject === undefined ? '' : ` with subject ${String(filter.subject)}`,
  ].join('');
  const present = messages
    .slice(-10)
    .map((each) => `  ${each.envelope.to.join(', ')}: ${each.subject}`)
    .join('\n');
  return `No mail${wanted} within ${timeoutMs} ms. In the mailbox (last 10 of ${messages.length}):\n${present}`;
}

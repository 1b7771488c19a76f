// The development mailbox: takes every mail the engine sends, keeps it (in a directory, if one is
// named) and lets people and tests read it. Mails are never removed and never sent on.
// A mail is on disk before its sender is told that it was accepted.
import { createLateAnswers } from './late-answers.ts';
import { createMailActs, type MailActs } from './mail-acts.ts';
import { readMail, type MailboxMessage } from './mailbox-message.ts';
import { byArrival, keptIds, loadMail, openMailStore } from './mailbox-store.ts';
import { faultsOfOutage } from './outage.ts';
import { faultsByAddress, firstOf, type FaultRule } from './smtp-faults.ts';
import { createSmtpSink } from './smtp-sink.ts';

export type { MailboxMessage } from './mailbox-message.ts';

export interface MailboxOptions {
  readonly port?: number;
  /** Directory that keeps the mails over restarts; without it they live in memory. */
  readonly store?: string;
  /** `store`: mails are on disk and not in memory, for whoever reads the directory. */
  readonly holds?: 'all' | 'store';
  /** Asked before the addresses that misbehave by name (`gone@`, `busy@`, ...). */
  readonly fault?: FaultRule;
  /** How late `slow@` is answered. */
  readonly slowMs?: number;
  /** Where bounces, complaints and replies are taken, once it is there. */
  readonly receiver?: () => { readonly host: string; readonly port: number } | undefined;
  /** Where links of the mails are really served; as they stand when left out. */
  readonly at?: (url: string) => string;
  /** How late addresses such as `later-gone@` answer. */
  readonly lateMs?: number;
  /** An answer of theirs that did not get through. */
  readonly onError?: (error: unknown) => void;
}

export interface MailFilter {
  /** One recipient of the envelope, whatever its case. */
  readonly to?: string;
  /** A part of the subject, or a pattern. */
  readonly subject?: string | RegExp;
  /** Received at or after this instant (epoch milliseconds). */
  readonly since?: number;
}

export interface Mailbox extends MailActs {
  readonly smtpUrl: string;
  readonly port: number;
  /** In order of arrival. */
  messages(filter?: MailFilter): readonly MailboxMessage[];
  message(id: string): MailboxMessage | undefined;
  /** The first message that matches, at once if it is there already. */
  waitFor(filter: MailFilter, options?: { readonly timeoutMs?: number }): Promise<MailboxMessage>;
  /** Rejects with the mail that came against all hope, until `moment` has come. */
  expectNone(filter: MailFilter, moment: Promise<unknown>): Promise<void>;
  /** Where the links of a mail lead, in their order; those that have a part such as `/c/`. */
  links(message: MailboxMessage, part?: string): readonly string[];
  /** Returns the function that ends the listening. */
  onMessage(listener: (message: MailboxMessage) => void): () => void;
  stop(): Promise<void>;
}

export async function startMailbox(options: MailboxOptions = {}): Promise<Mailbox> {
  const { store: dir, holds = 'all', receiver = () => undefined } = options;
  const store = dir === undefined ? undefined : await openMailStore(dir);
  const messages: MailboxMessage[] = dir === undefined || holds === 'store' ? [] : await kept(dir);
  const listeners = new Set<(message: MailboxMessage) => void>();
  const answerLate = createLateAnswers({
    receiver,
    afterMs: options.lateMs ?? 1_000,
    onError: options.onError ?? (() => undefined),
  });
  const sink = await createSmtpSink({
    ...(options.port === undefined ? {} : { port: options.port }),
    fault: firstOf(...faultsOf(options)),
    onAccepted: async (mail) => {
      const message = await readMail(mail);
      await store?.add(message);
      if (holds === 'all') messages.push(message);
      for (const listener of [...listeners]) listener(message);
      answerLate(message);
    },
  });

  const onMessage: Mailbox['onMessage'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const select = (filter: MailFilter = {}) => messages.filter((each) => matches(each, filter));
  return {
    ...createMailActs(options),
    smtpUrl: sink.smtpUrl,
    port: sink.port,
    messages: select,
    message: (id) => messages.find((each) => each.id === id),
    links: (message, part = '') => message.links.filter((link) => link.includes(part)),
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
    expectNone: async (filter, moment) => {
      await moment;
      const [mail] = select(filter);
      if (mail === undefined) return;
      throw new Error(`Expected no mail${wanted(filter)}, and found "${mail.subject}".`);
    },
    stop: () => sink.stop(),
  };
}

function faultsOf({ fault, slowMs = 3_000, store }: MailboxOptions): readonly FaultRule[] {
  return [
    ...(fault === undefined ? [] : [fault]),
    ...(store === undefined ? [] : [faultsOfOutage(store)]),
    faultsByAddress({ slowMs }),
  ];
}

async function kept(dir: string): Promise<MailboxMessage[]> {
  const ids = await keptIds(dir);
  const messages = await Promise.all(ids.map((id) => loadMail(dir, id)));
  return messages.sort(byArrival);
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
  const present = messages
    .slice(-10)
    .map((each) => `  ${each.envelope.to.join(', ')}: ${each.subject}`)
    .join('\n');
  return `No mail${wanted(filter)} within ${timeoutMs} ms. In the mailbox (last 10 of ${messages.length}):\n${present}`;
}

function wanted({ to, subject }: MailFilter): string {
  return [
    to === undefined ? '' : ` to ${to}`,
    subject === undefined ? '' : ` with subject ${String(subject)}`,
  ].join('');
}

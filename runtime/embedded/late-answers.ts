/**
 * Addresses of the development mailbox that take a mail and answer it by mail a moment later, by
 * themselves: `later-gone@`, `complains@`, `away@` … (the table is in `misbehaviour.ts`). The receiver
 * may be starting at that moment, so an answer that does not get through is tried again a few times.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createMailActs, type MailActs } from './mail-acts.ts';
import type { MailboxMessage } from './mailbox-message.ts';
import { misbehaviours, nameIn, tagIn, type LateAnswer } from './misbehaviour.ts';

export interface LateAnswersOptions {
  readonly receiver: () => { readonly host: string; readonly port: number } | undefined;
  /** How much later: after the sender was told that the mail was taken, and has noted it. */
  readonly afterMs: number;
  readonly onError: (error: unknown) => void;
}

const tries = 5;
const dayMs = 86_400_000;

/** Called with each mail that arrives; returns at once. */
export function createLateAnswers(options: LateAnswersOptions): (mail: MailboxMessage) => void {
  const acts = createMailActs({ receiver: options.receiver });
  const rows = new Map(misbehaviours({ slowMs: 0 }).map((row) => [row.name, row]));
  return (mail) => {
    const [address = ''] = mail.envelope.to;
    const row = rows.get(nameIn(address));
    if (row?.type !== 'answer' || options.receiver() === undefined) return;
    void answerLate(options, () => act(acts, mail, row.answer, address));
  };
}

async function answerLate(
  { afterMs, onError }: LateAnswersOptions,
  answer: () => Promise<string>,
): Promise<void> {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    await delay(afterMs * attempt, undefined, { ref: false });
    try {
      await answer();
      return;
    } catch (error) {
      if (attempt === tries) onError(error);
    }
  }
}

function act(
  acts: MailActs,
  mail: MailboxMessage,
  answer: LateAnswer,
  address: string,
): Promise<string> {
  switch (answer.type) {
    case 'bounce':
      return acts.bounce(mail, answer.status);
    case 'complain':
      return acts.complain(mail);
    case 'reply':
      return acts.reply(mail, answer.text);
    case 'away':
      return acts.away(mail, awayUntil(address, mail.receivedAt));
  }
}

function awayUntil(address: string, now: number): string {
  const tag = tagIn(address) ?? '';
  if (/^\d{4}-\d{2}-\d{2}$/.test(tag)) return tag;
  return new Date(now + 7 * dayMs).toISOString().slice(0, 10);
}

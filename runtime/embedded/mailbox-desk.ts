/**
 * The development mailbox as its page sees it: the mails, the addresses that misbehave, a trouble of the
 * whole server, and the buttons, with a memory of what was pressed and what came back.
 *
 * A person needs some seconds to find and open a mail, and whoever follows a link sooner counts as a
 * machine; so a click that is pressed too soon waits until a person could have done it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createMailActs, type Answered, type MailActs, type MailActsOptions } from './mail-acts.ts';
import type { MailboxMessage } from './mailbox-message.ts';
import { createMailboxReader, type MailboxReader } from './mailbox-reader.ts';
import { misbehaviours } from './misbehaviour.ts';
import { outageKinds, outageNow, setOutage, type OutageKind } from './outage.ts';

export type MailAct =
  | { readonly type: 'bounce'; readonly status: string }
  | { readonly type: 'report'; readonly action: 'delayed' | 'delivered' }
  | { readonly type: 'complain' }
  | { readonly type: 'reply'; readonly text: string }
  | { readonly type: 'away'; readonly until: string }
  | { readonly type: 'unsubscribe-by-mail' }
  | { readonly type: 'one-click' }
  | { readonly type: 'click'; readonly link: number }
  | { readonly type: 'open' }
  | { readonly type: 'scan' };

export interface Pressed {
  readonly at: number;
  readonly act: MailAct;
  readonly state: 'waits' | 'done' | 'failed';
  /** The words of the server; while it waits, nothing. */
  readonly answer: string;
  /** When a click that waits is due. */
  readonly dueAt?: number;
}

export interface MailboxDesk extends MailboxReader {
  /** Whether bounces and replies have somewhere to go. */
  readonly takesMail: () => boolean;
  readonly addresses: readonly { readonly name: string; readonly does: string }[];
  readonly outages: readonly { readonly kind: string; readonly title: string }[];
  /** Resolves when the answer is there, or when it is planned. */
  press(mail: MailboxMessage, act: MailAct): Promise<void>;
  /** Newest first; since this process started. */
  pressed(mailId: string): readonly Pressed[];
  outage(): { readonly title: string; readonly untilMs: number } | undefined;
  /** Undefined ends it. */
  setOutage(outage: { readonly kind: string; readonly untilMs: number } | undefined): Promise<void>;
}

export interface DeskOptions extends MailActsOptions {
  readonly now: () => number;
  readonly slowMs?: number;
}

/** What tracking takes for a machine (10 s after delivery), and a little more. */
const personAfterMs = 11_000;
const rememberedMails = 500;
const rememberedEach = 20;

export function createMailboxDesk(dir: string, options: DeskOptions): MailboxDesk {
  const { now, slowMs = 3_000 } = options;
  const acts = createMailActs(options);
  const memory = new Map<string, readonly Pressed[]>();
  const note = (mailId: string, pressed: Pressed, instead?: Pressed): void => {
    const before = (memory.get(mailId) ?? []).filter((one) => one !== instead);
    memory.delete(mailId);
    memory.set(mailId, [pressed, ...before].slice(0, rememberedEach));
    const [oldest] = memory.keys();
    if (memory.size > rememberedMails && oldest !== undefined) memory.delete(oldest);
  };
  const carryOut = async (mail: MailboxMessage, act: MailAct, planned?: Pressed): Promise<void> => {
    const outcome = await perform(acts, mail, act).then(
      (answer) => ({ state: 'done', answer }) as const,
      (error: unknown) => ({ state: 'failed', answer: sentence(error) }) as const,
    );
    note(mail.id, { at: now(), act, ...outcome }, planned);
  };
  return {
    ...createMailboxReader(dir),
    takesMail: () => options.receiver?.() !== undefined,
    addresses: misbehaviours({ slowMs }).map(({ name, does }) => ({ name, does })),
    outages: Object.entries(outageKinds).map(([kind, { title }]) => ({ kind, title })),
    press: async (mail, act) => {
      const dueAt = mail.receivedAt + personAfterMs;
      const waitMs = act.type === 'click' || act.type === 'open' ? dueAt - now() : 0;
      if (waitMs <= 0) return carryOut(mail, act);
      const planned: Pressed = { at: now(), act, state: 'waits', answer: '', dueAt };
      note(mail.id, planned);
      void delay(waitMs, undefined, { ref: false }).then(() => carryOut(mail, act, planned));
    },
    pressed: (mailId) => memory.get(mailId) ?? [],
    outage: () => {
      const outage = outageNow(dir, now());
      return outage && { title: outageKinds[outage.kind].title, untilMs: outage.untilMs };
    },
    setOutage: async (outage) => {
      if (outage === undefined) return setOutage(dir, undefined);
      if (!isKind(outage.kind)) throw new Error(`There is no trouble called "${outage.kind}".`);
      await setOutage(dir, { kind: outage.kind, untilMs: outage.untilMs });
    },
  };
}

function perform(acts: MailActs, mail: MailboxMessage, act: MailAct): Promise<string> {
  switch (act.type) {
    case 'bounce':
      return acts.bounce(mail, act.status);
    case 'report':
      return acts.report(mail, act.action);
    case 'complain':
      return acts.complain(mail);
    case 'reply':
      return acts.reply(mail, act.text);
    case 'away':
      return acts.away(mail, act.until);
    case 'unsubscribe-by-mail':
      return acts.unsubscribeByMail(mail);
    case 'one-click':
      return acts.oneClickUnsubscribe(mail).then(inWords);
    case 'click':
      return acts.click(mail, act.link).then(inWords);
    case 'open':
      return acts.open(mail).then(allInWords);
    case 'scan':
      return acts.scan(mail).then(allInWords);
  }
}

function inWords({ status, location }: Answered): string {
  return location === undefined ? String(status) : `${status}, on to ${location}`;
}

function allInWords(answers: readonly Answered[]): string {
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(([status, count]) => `${count} × ${status}`);
  return parts.length === 0 ? 'There was nothing to ask for' : parts.join(', ');
}

function isKind(kind: string): kind is OutageKind {
  return Object.hasOwn(outageKinds, kind);
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/**
 * An email as it goes to the transport, and the last check before it does: one recipient in normal
 * form, sender addresses that parse, strings as bodies, no line break in any header. What a lead's
 * data can cause comes back as a value; what only a defect of ours can cause is thrown.
 */
import { parseAddress } from '../core/sending/address.ts';
import type { SendMailOptions } from 'nodemailer';
import type { MessageHeaders } from './headers.ts';
import type { FailedDelivery } from './smtp-error.ts';

export interface Mailbox {
  readonly name?: string;
  readonly address: string;
}
export interface OutgoingEmail {
  /** With angle brackets, from `messageIdOf`. */
  readonly messageId: string;
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly replyTo?: Mailbox;
  /** Where bounces go; the From address when left out. */
  readonly envelopeFrom?: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: MessageHeaders;
  /** Where tracked links lead that are another for each lead; kept with the mail, never sent. */
  readonly linkTargets?: { readonly [link: string]: string };
}
/** Addresses go as objects: in a text, nodemailer makes every comma a further recipient. */
export function mailOptions(message: OutgoingEmail): SendMailOptions {
  const { address } = message.to;
  return {
    messageId: message.messageId,
    from: mailbox(message.from),
    to: [mailbox(message.to)],
    ...(message.replyTo === undefined ? {} : { replyTo: mailbox(message.replyTo) }),
    envelope: { from: message.envelopeFrom ?? message.from.address, to: [address] },
    subject: message.subject,
    html: message.html,
    text: message.text,
    textEncoding: 'quoted-printable',
    maxRecipients: 1,
    // Set on every mail: nodemailer forgets the pool's own options when the pool is handed to it.
    disableFileAccess: true,
    disableUrlAccess: true,
    headers: { ...message.headers },
  };
}

function mailbox({ name, address }: Mailbox): { name: string; address: string } {
  return { name: (name ?? '').replace(/[\p{Cc}\s]+/gu, ' ').trim(), address };
}

/** A lead's bad address is a fact about the lead; anything else malformed is our own defect. */
export function refusalOf(message: OutgoingEmail): FailedDelivery | undefined {
  for (const body of [message.html, message.text, message.subject] as readonly unknown[]) {
    if (typeof body !== 'string')
      throw new Error('subject, html and text are strings, nothing else');
  }
  for (const [name, header] of Object.entries(message.headers)) {
    const value = typeof header === 'string' ? header : header.value;
    if (/[\r\n]/.test(name + value)) throw new Error(`header ${name} holds a line break`);
  }
  if (/[\r\n]/.test(message.subject)) throw new Error('the subject holds a line break');
  if (!/^<[^\s<>@]+@[^\s<>@]+>$/.test(message.messageId)) {
    throw new Error(`"${message.messageId}" is no Message-ID`);
  }
  const sender = message.envelopeFrom ?? message.from.address;
  for (const own of [sender, message.from.address, message.replyTo?.address ?? sender]) {
    const parsed = parseAddress(own);
    if (!parsed.ok) return notTaken('config', `sender address "${own}": ${parsed.problem}`);
  }
  const to = parseAddress(message.to.address);
  if (!to.ok) return notTaken('address', to.problem);
  // Whoever stored it must have parsed it; a difference means that a door was left open.
  return to.address === message.to.address
    ? undefined
    : notTaken('address', 'the address is not in its normal form');
}

export function notTaken(kind: 'address' | 'config' | 'infra', response: string): FailedDelivery {
  return { type: 'not-taken', transient: kind === 'infra', class: kind, response };
}

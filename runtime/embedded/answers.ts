/**
 * What the world answers to an email, as mail: a bounce, a complaint, a reply, an absence, a wish to be
 * left alone. The development mailbox and the tests send these to the real receiver, so that a button
 * there goes the same way as a server's report. Each answers the mail as it stood in the mailbox, by
 * its envelope and headers and nothing else; none of it runs in production.
 */
import { randomUUID } from 'node:crypto';
import nodemailer from 'nodemailer';
import type { MailboxMessage } from './mailbox-message.ts';

export type AnsweredMail = Pick<MailboxMessage, 'envelope' | 'headers' | 'raw' | 'subject'>;

/** RFC 5322 bytes and the envelope they travel in. */
export interface AnswerMail {
  /** Empty for what must not be answered. */
  readonly from: string;
  readonly to: string;
  readonly raw: Buffer;
}

/** A report of RFC 3464. `status` such as `5.1.1`; 4.x.x with `delayed` for a delay. */
export function bounceOf(
  mail: AnsweredMail,
  status: string,
  options: { readonly action?: 'failed' | 'delayed' | 'delivered'; readonly text?: string } = {},
): AnswerMail {
  const { action = 'failed', text = textsOf[status] ?? 'Refused by the receiving server' } =
    options;
  const recipient = recipientOf(mail);
  const reply = status.startsWith('4') ? '450' : '550';
  const fields = [
    'Reporting-MTA: dns; mx.receiver.example',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${reply} ${status} ${text}`,
  ];
  return report(mail, {
    subject: action === 'failed' ? 'Undelivered Mail Returned to Sender' : `Delivery ${action}`,
    type: 'delivery-status',
    words: `<${recipient}>: ${reply} ${status} ${text}`,
    fields,
    from: 'MAILER-DAEMON@mx.receiver.example',
    to: mail.envelope.from,
  });
}

const textsOf: { readonly [status: string]: string } = {
  '5.1.1': 'The email account that you tried to reach does not exist',
  '5.2.2': 'The mailbox of the recipient is full',
  '5.7.1': 'Message rejected by policy: sender blocked',
  '4.4.1': 'Connection timed out',
};

/** A report of RFC 5965, without the address of who complained, as providers send it. */
export function complaintOf(mail: AnsweredMail): AnswerMail {
  const fields = [
    'Feedback-Type: abuse',
    'User-Agent: Receiver/1.0',
    'Version: 1',
    `Original-Mail-From: <${mail.envelope.from}>`,
  ];
  return report(mail, {
    subject: `complaint about message from ${domainOf(mail.envelope.from)}`,
    type: 'feedback-report',
    words: 'This is an email abuse report for an email message received by us.',
    fields,
    from: 'feedback@receiver.example',
    to: mail.envelope.from,
  });
}

/** An answer written by the person, above the quoted mail. */
export function replyTo(mail: AnsweredMail, text: string): AnswerMail {
  return written(mail, { subject: `Re: ${mail.subject}`, text, more: [] });
}

/** An out-of-office notice, as Exchange writes it. */
export function awayReplyTo(mail: AnsweredMail, text: string): AnswerMail {
  const more = ['Auto-Submitted: auto-replied', 'X-Auto-Response-Suppress: All'];
  const answer = written(mail, { subject: `Automatic reply: ${mail.subject}`, text, more });
  return { ...answer, from: '' };
}

/** The mail that a mail program writes for the `mailto:` of List-Unsubscribe; undefined without one. */
export function unsubscribeMailOf(mail: AnsweredMail): AnswerMail | undefined {
  const [, to] = /<mailto:([^?>]+)/.exec(headerOf(mail, 'list-unsubscribe')) ?? [];
  if (to === undefined) return undefined;
  return { ...written(mail, { subject: 'unsubscribe', text: '', more: [] }), to };
}

/** Hands it to a receiver as a server would; rejects with the answer when it is refused. */
export async function deliverAnswer(
  receiver: { readonly host: string; readonly port: number },
  { from, to, raw }: AnswerMail,
): Promise<string> {
  const { host, port } = receiver;
  const mailer = nodemailer.createTransport({ host, port, ignoreTLS: true });
  const info: { readonly response: string } = await mailer.sendMail({
    envelope: { from, to },
    raw,
  });
  return info.response;
}

interface Report {
  readonly subject: string;
  readonly type: 'delivery-status' | 'feedback-report';
  readonly words: string;
  readonly fields: readonly string[];
  readonly from: string;
  readonly to: string;
}

function report(
  mail: AnsweredMail,
  { subject, type, words, fields, from, to }: Report,
): AnswerMail {
  const boundary = `=_${randomUUID()}`;
  const part = (contentType: string, lines: readonly string[]): readonly string[] => [
    `--${boundary}`,
    `Content-Type: ${contentType}`,
    '',
    ...lines,
    '',
  ];
  const raw = [
    ...headerLines({ from, to, subject }),
    `Content-Type: multipart/report; report-type=${type}; boundary="${boundary}"`,
    '',
    ...part('text/plain; charset=utf-8', [words]),
    ...part(`message/${type}`, fields),
    ...part('text/rfc822-headers', [headersOf(mail)]),
    `--${boundary}--`,
    '',
  ].join('\r\n');
  return { from: '', to, raw: Buffer.from(raw) };
}

function written(
  mail: AnsweredMail,
  {
    subject,
    text,
    more,
  }: { readonly subject: string; readonly text: string; readonly more: readonly string[] },
): AnswerMail {
  const from = recipientOf(mail);
  const to = addressIn(headerOf(mail, 'reply-to')) ?? addressIn(headerOf(mail, 'from')) ?? '';
  const raw = [
    ...headerLines({ from, to, subject }),
    `In-Reply-To: ${headerOf(mail, 'message-id')}`,
    ...more,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    text,
    '',
    `On ${new Date().toUTCString()}, ${addressIn(headerOf(mail, 'from')) ?? 'you'} wrote:`,
    `> ${mail.subject}`,
    '',
  ].join('\r\n');
  return { from, to, raw: Buffer.from(raw) };
}

function headerLines(mail: {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
}): readonly string[] {
  return [
    `From: <${mail.from}>`,
    `To: <${mail.to}>`,
    `Subject: =?utf-8?B?${Buffer.from(mail.subject).toString('base64')}?=`,
    `Date: ${new Date().toUTCString()}`,
    `Message-ID: <${randomUUID()}@receiver.example>`,
    'MIME-Version: 1.0',
  ];
}

function headersOf({ raw }: AnsweredMail): string {
  const text = raw.toString('utf8');
  const end = text.indexOf('\r\n\r\n');
  return end < 0 ? text : text.slice(0, end);
}

function headerOf({ headers }: AnsweredMail, name: string): string {
  return headers.find((header) => header.name === name)?.value ?? '';
}

function recipientOf({ envelope }: AnsweredMail): string {
  return envelope.to[0] ?? '';
}

function addressIn(value: string): string | undefined {
  return /([^\s<>,;"]+@[^\s<>,;"]+)/.exec(value)?.[1];
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

// One mail of the development mailbox: the envelope and bytes as they came over the wire, and
// what a mail client would make of them. Reading never fails: a mail that cannot be parsed is
// still a mail that was accepted.
import { randomUUID } from 'node:crypto';
import { Parser } from 'htmlparser2';
import PostalMime from 'postal-mime';
import type { AcceptedMail } from './smtp-sink.ts';

export interface MailboxMessage {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** What was said in MAIL FROM and RCPT TO: who really gets it. */
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly messageId?: string;
  readonly subject: string;
  /** As shown to the reader. */
  readonly from: { readonly name: string; readonly address: string };
  /** In their order, names in lower case; a name may occur more than once. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly html?: string;
  readonly text?: string;
  /** Targets of the links in the HTML part, or the URLs in the text when there is no HTML. */
  readonly links: readonly string[];
  readonly raw: Buffer;
}

/** `id` is given when the mail is read back from a store. */
export async function readMail(
  mail: AcceptedMail,
  id: string = randomUUID(),
): Promise<MailboxMessage> {
  const email = await PostalMime.parse(mail.raw);
  const { html, text, messageId } = email;
  return {
    id,
    receivedAt: mail.receivedAt,
    envelope: mail.envelope,
    ...(messageId === undefined ? {} : { messageId }),
    subject: email.subject ?? '',
    from: { name: email.from?.name ?? '', address: email.from?.address ?? mail.envelope.from },
    headers: email.headers.map(({ key, value }) => ({ name: key, value })),
    ...(html === undefined ? {} : { html }),
    ...(text === undefined ? {} : { text }),
    links: html === undefined ? linksOfText(text ?? '') : linksOfHtml(html),
    raw: mail.raw,
  };
}

function linksOfHtml(html: string): readonly string[] {
  const links: string[] = [];
  const parser = new Parser({
    onopentag: (name, { href }) => {
      if (name === 'a' && href) links.push(href);
    },
  });
  parser.end(html);
  return links;
}

function linksOfText(text: string): readonly string[] {
  return text.match(/https?:\/\/[^\s<>"')\]]+/g) ?? [];
}

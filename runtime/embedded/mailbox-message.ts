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
  /** The same links with what people press, in the same order. */
  readonly anchors: readonly Anchor[];
  /** Sources of the images in the HTML part. */
  readonly images: readonly string[];
  readonly raw: Buffer;
}
export interface Anchor {
  readonly href: string;
  /** Its words, or what is said instead of its picture; empty for a bare URL. */
  readonly words: string;
}

/** `id` is given when the mail is read back from a store. */
export async function readMail(
  mail: AcceptedMail,
  id: string = randomUUID(),
): Promise<MailboxMessage> {
  const email = await PostalMime.parse(mail.raw);
  const { html, text, messageId } = email;
  const { anchors, images } = html === undefined ? inText(text ?? '') : inHtml(html);
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
    links: anchors.map(({ href }) => href),
    anchors,
    images,
    raw: mail.raw,
  };
}

interface Found {
  readonly anchors: readonly Anchor[];
  readonly images: readonly string[];
}

function inHtml(html: string): Found {
  const anchors: { href: string; words: string }[] = [];
  const images: string[] = [];
  let open: { href: string; words: string } | undefined;
  const parser = new Parser({
    onopentag: (name, { href, src, alt }) => {
      if (name === 'a') open = undefined;
      if (name === 'a' && href) {
        open = { href, words: '' };
        anchors.push(open);
      }
      if (name === 'img' && src) images.push(src);
      if (name === 'img' && open !== undefined) open.words += ` ${alt ?? ''} `;
    },
    ontext: (text) => {
      if (open !== undefined) open.words += text;
    },
    onclosetag: (name) => {
      if (name === 'a') open = undefined;
    },
  });
  parser.end(html);
  const tidy = ({ href, words }: Anchor) => ({ href, words: words.replace(/\s+/g, ' ').trim() });
  return { anchors: anchors.map(tidy), images };
}

function inText(text: string): Found {
  const links = text.match(/https?:\/\/[^\s<>"')\]]+/g) ?? [];
  return { anchors: links.map((href) => ({ href, words: '' })), images: [] };
}

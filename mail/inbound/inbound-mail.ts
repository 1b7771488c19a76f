/**
 * A mail that came in, taken apart far enough to be understood: its headers, what it says as text, and
 * the machine-readable parts of reports. It judges nothing. Reading fails only for what is no mail at
 * all; a mail cut off at the end is read as far as it goes.
 */
import { compile } from 'html-to-text';
import PostalMime, { type Email } from 'postal-mime';

export interface InboundMail {
  /** MAIL FROM; empty for reports and other mail that must not be answered. */
  readonly envelopeFrom: string;
  readonly from: string;
  readonly subject: string;
  readonly messageId?: string;
  /** The Date header. */
  readonly sentAt?: number;
  /** Names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The text part, or the HTML part as text. */
  readonly text: string;
  /** Parts of reports and returned mails, in their order. */
  readonly parts: readonly InboundPart[];
}
export interface InboundPart {
  /** `message/delivery-status`, `message/feedback-report`, `message/rfc822` … */
  readonly type: string;
  readonly text: string;
}

/** Far above what mail programs write; work on addresses grows with the square of a header. */
const headerBytesMax = 256 * 1024;
/** What somebody wrote stands at the top. Work on nested markup grows with the square of its depth. */
const htmlCharactersMax = 100_000;

export async function readInbound(raw: Buffer, envelopeFrom: string): Promise<InboundMail> {
  const email = await PostalMime.parse(raw, {
    forceRfc822Attachments: true,
    maxHeadersSize: headerBytesMax,
  });
  const sentAt = Date.parse(email.date ?? '');
  const { messageId } = email;
  return {
    envelopeFrom,
    from: email.from?.address ?? '',
    subject: email.subject ?? '',
    ...(messageId === undefined ? {} : { messageId }),
    ...(Number.isNaN(sentAt) ? {} : { sentAt }),
    headers: email.headers.map(({ key, value }) => ({ name: key.toLowerCase(), value })),
    text: textOf(email),
    parts: email.attachments.flatMap(({ mimeType, content }) =>
      isReportPart(mimeType) ? [{ type: mimeType, text: decoded(content) }] : [],
    ),
  };
}

/** Of several headers of one name, all of them. */
export function headerOf(mail: Pick<InboundMail, 'headers'>, name: string): string {
  return mail.headers
    .filter((header) => header.name === name)
    .map(({ value }) => value)
    .join(', ');
}

function textOf({ text, html }: Email): string {
  if (text !== undefined && text.trim() !== '') return text;
  return html === undefined ? '' : toText(html.slice(0, htmlCharactersMax));
}

/** What was quoted is marked up as such; made text of, it could not be told from the answer. */
const toText = compile({
  wordwrap: false,
  selectors: [
    ...['blockquote', 'div.gmail_quote', 'div#divRplyFwdMsg', 'div#appendonsend', 'img'].map(
      (selector) => ({ selector, format: 'skip' }),
    ),
    { selector: 'a', options: { ignoreHref: true } },
  ],
});

function isReportPart(type: string): boolean {
  return type.startsWith('message/') || type === 'text/rfc822-headers';
}

function decoded(content: ArrayBuffer | Uint8Array | string): string {
  if (typeof content === 'string') return content;
  return Buffer.from(content instanceof Uint8Array ? content : new Uint8Array(content)).toString(
    'utf8',
  );
}

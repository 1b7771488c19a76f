/**
 * Checks a DKIM signature as a receiver does (RFC 6376, rsa-sha256, relaxed/relaxed), with the public key
 * given instead of asked for: what our own mails carry, before one leaves. It knows no other algorithm,
 * because we sign with no other. Pure.
 */
import { createHash, createPublicKey, createVerify } from 'node:crypto';

export type SignatureCheck =
  | { readonly type: 'valid'; readonly headers: readonly string[] }
  | { readonly type: 'invalid'; readonly because: string };

interface Header {
  /** In lower case. */
  readonly name: string;
  /** With its line breaks, after the colon. */
  readonly value: string;
}

/** `raw`: the message with CRLF, a character for each byte; `publicKey`: SPKI in base64. */
export function checkSignature(raw: string, publicKey: string): SignatureCheck {
  const cut = raw.indexOf('\r\n\r\n');
  if (cut < 0) return invalid('the message has no body');
  const headers = headersOf(raw.slice(0, cut));
  const signature = headers.find(({ name }) => name === 'dkim-signature');
  if (signature === undefined) return invalid('the message has no DKIM-Signature');
  const tags = tagsOf(signature.value);
  if (tags['a'] !== 'rsa-sha256' || tags['c'] !== 'relaxed/relaxed') {
    return invalid(`it is signed with ${tags['a'] ?? '?'}, ${tags['c'] ?? '?'}`);
  }
  if (bodyHash(raw.slice(cut + 4)) !== tags['bh'])
    return invalid('the body is not what was signed');
  const names = (tags['h'] ?? '').split(':').map((name) => name.trim().toLowerCase());
  const verify = createVerify('RSA-SHA256');
  verify.update(signedText(headers, names, signature), 'latin1');
  const key = createPublicKey({
    key: Buffer.from(publicKey, 'base64'),
    ...{ type: 'spki', format: 'der' },
  });
  return verify.verify(key, tags['b'] ?? '', 'base64')
    ? { type: 'valid', headers: names }
    : invalid('the headers are not what was signed');
}

function headersOf(head: string): readonly Header[] {
  return head
    .replace(/\r\n(?=[ \t])/g, '\0')
    .split('\r\n')
    .map((line) => {
      const colon = line.indexOf(':');
      const value = line.slice(colon + 1).replaceAll('\0', '\r\n');
      return { name: line.slice(0, colon).trim().toLowerCase(), value };
    });
}

function tagsOf(value: string): { readonly [tag: string]: string } {
  const pairs = value.split(';').map((pair) => {
    const cut = pair.indexOf('=');
    return [pair.slice(0, cut).trim(), pair.slice(cut + 1).replace(/\s/g, '')] as const;
  });
  return Object.fromEntries(pairs);
}

/** RFC 6376 3.4.4: blanks run together, none at the end of a line, no empty lines at the end. */
function bodyHash(body: string): string {
  const relaxed = body
    .replace(/[ \t]+(?=\r\n|$)/g, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/(\r\n)*$/, '');
  const text = relaxed === '' ? '' : `${relaxed}\r\n`;
  return createHash('sha256').update(text, 'latin1').digest('base64');
}

/** RFC 6376 5.4.2: of headers that occur more than once the last one counts first. */
function signedText(
  headers: readonly Header[],
  names: readonly string[],
  signature: Header,
): string {
  const left = [...headers];
  const lines = names.flatMap((name) => {
    const at = left.findLastIndex((header) => header.name === name);
    if (at < 0) return [];
    const [found] = left.splice(at, 1);
    return found === undefined ? [] : [`${relaxedHeader(found)}\r\n`];
  });
  const unsigned = { ...signature, value: signature.value.replace(/([;\s]b=)[^;]*/, '$1') };
  return lines.join('') + relaxedHeader(unsigned);
}

function relaxedHeader({ name, value }: Header): string {
  return `${name}:${value
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()}`;
}

function invalid(because: string): SignatureCheck {
  return { type: 'invalid', because };
}

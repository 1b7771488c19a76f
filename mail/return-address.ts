/**
 * Addresses of ours that name one email: where it bounces to (VERP, the envelope sender), where it is
 * answered, and where it is unsubscribed from by mail. Signed, so that nobody can make up a bounce of
 * somebody else's mail; without personal data; 44 characters before the @, where 64 are allowed.
 *
 * Base32 in lower case, because servers on the way back change the case of what they do not know.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export type ReturnPurpose = 'bounce' | 'reply' | 'unsubscribe';

export interface ReturnedMail {
  readonly purpose: ReturnPurpose;
  /** Id of the ledger row. */
  readonly send: string;
}

const letters: Readonly<Record<ReturnPurpose, string>> = {
  bounce: 'b',
  reply: 'r',
  unsubscribe: 'u',
};
/** 80 bits: out of reach for guessing over SMTP, and what fits beside a UUID. */
const signatureBytes = 10;
const idBytes = 16;
/** Signed together with the purpose, so that a reply address is never a bounce address. */
const version = '1';

/** `b+<token>@bounces.example.com` */
export function returnAddress(
  secret: string,
  purpose: ReturnPurpose,
  sendId: string,
  domain: string,
): string {
  const id = Buffer.from(sendId.replaceAll('-', ''), 'hex');
  if (id.length !== idBytes) throw new Error(`"${sendId}" is no id of a ledger row`);
  const token = toBase32(Buffer.concat([id, signature(secret, purpose, id)]));
  return `${letters[purpose]}+${token}@${domain}`;
}

/** Undefined when it is not one of ours, whatever is wrong with it. The domain is the caller's to check. */
export function readReturnAddress(secret: string, address: string): ReturnedMail | undefined {
  const match = /^([bru])\+([a-z2-7]{42})@/.exec(address.toLowerCase());
  const [, letter, token = ''] = match ?? [];
  const purpose = purposes.find((one) => letters[one] === letter);
  if (purpose === undefined) return undefined;
  const bytes = fromBase32(token);
  const [id, signed] = [bytes.subarray(0, idBytes), bytes.subarray(idBytes)];
  // The text is compared too: the last character has bits that stand for nothing.
  if (!timingSafeEqual(signature(secret, purpose, id), signed) || toBase32(bytes) !== token) {
    return undefined;
  }
  return { purpose, send: formatted(id) };
}

const purposes: readonly ReturnPurpose[] = ['bounce', 'reply', 'unsubscribe'];

function signature(secret: string, purpose: ReturnPurpose, id: Buffer): Buffer {
  if (secret.length < 16) throw new Error('the token secret needs at least 16 characters');
  const said = Buffer.concat([Buffer.from(`${version}${letters[purpose]}@`), id]);
  return createHmac('sha256', secret).update(said).digest().subarray(0, signatureBytes);
}

function formatted(id: Buffer): string {
  const hex = id.toString('hex');
  const cuts = [0, 8, 12, 16, 20, 32];
  return cuts
    .slice(1)
    .map((end, index) => hex.slice(cuts[index], end))
    .join('-');
}

/** RFC 4648, without padding. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => alphabet.charAt(parseInt(group.padEnd(5, '0'), 2))).join('');
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((one) => alphabet.indexOf(one).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => parseInt(byte, 2)));
}

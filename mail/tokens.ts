/**
 * Signed tokens for links that act without a login: unsubscribe, preferences, the confirmation of a
 * subscription, and a rep's verdict on a handoff.
 * A token names its purpose and version inside what is signed, so one made for a mail footer never
 * opens a handoff. It carries ids only, no personal data, and does not expire by itself: whether the
 * thing it points at is still open is for the reader to decide.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export type TokenPurpose = 'unsubscribe' | 'preferences' | 'confirm' | 'click' | 'open' | 'handoff';

export type ReadToken =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly problem: string };

const version = '1';
const purposeLetters: Readonly<Record<TokenPurpose, string>> = {
  unsubscribe: 'u',
  preferences: 'p',
  confirm: 'k',
  click: 'c',
  open: 'o',
  handoff: 'h',
};
/** 128 bits: more than the 96 that put guessing out of reach, still short in a link. */
const signatureBytes = 16;
/** Bounds the work that an attacker's link can cause. */
const tokenCharactersMax = 400;

/** `1u.<payload>.<signature>`; base64url, so it needs no escaping in a path or a header. */
export function signToken(secret: string, purpose: TokenPurpose, payload: string): string {
  requireSecret(secret);
  const head = `${version}${purposeLetters[purpose]}.${Buffer.from(payload).toString('base64url')}`;
  const token = `${head}.${signature(secret, head).toString('base64url')}`;
  if (token.length > tokenCharactersMax) {
    throw new Error(`a token holds an id, not ${payload.length} characters`);
  }
  return token;
}

export function readToken(secret: string, purpose: TokenPurpose, token: unknown): ReadToken {
  requireSecret(secret);
  if (typeof token !== 'string' || token.length > tokenCharactersMax) return refused('not a token');
  const parts = token.split('.');
  const [kind, body, signed] = parts;
  if (parts.length !== 3 || body === undefined || signed === undefined)
    return refused('not a token');
  const expected = signature(secret, `${kind ?? ''}.${body}`);
  const given = Buffer.from(signed, 'base64url');
  // The text is compared too: base64url has several spellings of the same bytes.
  const isSame = given.length === expected.length && timingSafeEqual(given, expected);
  if (!isSame || given.toString('base64url') !== signed) return refused('the signature is wrong');
  if (kind !== `${version}${purposeLetters[purpose]}`) return refused('made for another purpose');
  return { ok: true, payload: Buffer.from(body, 'base64url').toString('utf8') };
}

/** Says which address a token was made for without naming it: a lead may have another one by then. */
export function addressMark(secret: string, address: string): string {
  requireSecret(secret);
  return signature(secret, `address ${address}`).toString('base64url');
}

function signature(secret: string, head: string): Buffer {
  return createHmac('sha256', secret).update(head).digest().subarray(0, signatureBytes);
}

function requireSecret(secret: string): void {
  if (secret.length < 16) throw new Error('the token secret needs at least 16 characters');
}

function refused(problem: string): ReadToken {
  return { ok: false, problem };
}

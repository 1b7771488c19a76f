/**
 * What the signed token of a link in an email says: the ledger row and which link of it. Ids only, as
 * short as they can be: it stands in every link, and long ones are cut or mistrusted. The target is in no
 * token and no query, so nobody can make our server lead to a place of their own.
 */
import { readToken, signToken } from '../tokens.ts';

export interface LinkToken {
  readonly send: string;
  /** "en.3": the third link of the English template; "en.3.2": its second form in a loop; or the trap. */
  readonly link: string;
}

export function signLink(secret: string, { send, link }: LinkToken): string {
  return signToken(secret, 'click', `${shortened(send)}${link}`);
}

export function signOpen(secret: string, send: string): string {
  return signToken(secret, 'open', shortened(send));
}

/** Null whatever is wrong with it. */
export function readLink(secret: string, token: unknown): LinkToken | null {
  const read = readToken(secret, 'click', token);
  if (!read.ok) return null;
  const send = lengthened(read.payload.slice(0, shortLength));
  const link = read.payload.slice(shortLength);
  return send === null || link === '' ? null : { send, link };
}

export function readOpen(secret: string, token: unknown): string | null {
  const read = readToken(secret, 'open', token);
  return read.ok ? lengthened(read.payload) : null;
}

/** 16 bytes in base64url, without padding. */
const shortLength = 22;

function shortened(uuid: string): string {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16) throw new Error(`"${uuid}" is no id of a ledger row`);
  return bytes.toString('base64url');
}

function lengthened(short: string): string | null {
  const hex = Buffer.from(short, 'base64url').toString('hex');
  if (short.length !== shortLength || hex.length !== 32) return null;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

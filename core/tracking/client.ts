/**
 * Which machine asks, as a word that says so for one day and nothing more: the address and what the
 * browser calls itself, hashed with a key that is another one each day. Neither of the two is kept.
 */
import { createHmac } from 'node:crypto';

export interface Asker {
  readonly address: string;
  readonly userAgent: string;
  /** Where addresses cannot be told apart (a proxy that is not known), within one email only. */
  readonly within: string;
}

export function clientOf(secret: string, at: number, asker: Asker): string {
  const day = new Date(at).toISOString().slice(0, 10);
  const key = createHmac('sha256', secret).update(`clients of ${day}`).digest();
  const text = [asker.address, asker.userAgent, asker.within].join('\n');
  return createHmac('sha256', key).update(text).digest().subarray(0, 12).toString('base64url');
}

/** The address that the outermost proxy of ours saw; only so many are ours, the others are hearsay. */
export function addressOf(peer: string, forwardedFor: string | undefined, proxies: number): string {
  if (proxies === 0 || forwardedFor === undefined) return peer;
  const said = forwardedFor.split(',').map((address) => address.trim());
  return said.at(-Math.min(proxies, said.length)) ?? peer;
}

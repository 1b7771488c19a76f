/**
 * Ids. `uuidV5` derives one from what it stands for, wherever a retry has to find the same row again;
 * `uuidV7` makes a new one that sorts by time, so that b-trees grow at their right edge.
 *
 * Pure: the instant and the random bytes come from the caller.
 */
import { createHash } from 'node:crypto';

/** The namespace of every id that Perennial derives. It is part of the stored data: never change it. */
const namespace = Buffer.from('6f1d5b0a9d1c4f0e8a57c3b2e4d79610', 'hex');

/** RFC 9562 5.5. The parts are joined by a unit separator, so ("a", "bc") and ("ab", "c") differ. */
export function uuidV5(...parts: readonly (string | number)[]): string {
  const hash = createHash('sha1').update(namespace).update(parts.join('\u001f')).digest();
  return format(hash.toString('hex'), '5');
}

/** RFC 9562 5.7: 48 bits of time, 74 of the given 10 random bytes. */
export function uuidV7(now: number, random: Uint8Array): string {
  const time = Math.trunc(now).toString(16).padStart(12, '0');
  return format(`${time}${Buffer.from(random.subarray(0, 10)).toString('hex')}`, '7');
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

function format(hex: string, version: '5' | '7'): string {
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

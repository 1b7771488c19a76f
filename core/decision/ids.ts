/**
 * Every id that a retry has to find again, derived from what it names (RFC 9562 UUID version 5), and
 * the maker of ids that only have to be new (version 7).
 *
 * Nothing here reads a clock or draws a random number: both arrive as arguments, so the same input
 * gives the same ids in ingest, in the simulator and on the second attempt.
 */
import { createHash } from 'node:crypto';

/** One name space for all derived ids; changing it would make every retry a stranger. */
const NAME_SPACE = Buffer.from('b1c0a7f25d3e5f7c9a442f6d0c1e8a93', 'hex');

export function eventId(source: string, messageId: string): string {
  return derivedId('event', source, messageId);
}
export function enrolmentId(
  leadId: string,
  journey: string,
  onceKey: string,
  entryNumber: number,
): string {
  return derivedId('enrolment', leadId, journey, onceKey, String(entryNumber));
}
/** `seq` is that of the event that changed the stage: one handoff per lead, stage and change. */
export function handoffId(leadId: string, stage: string, seq: number): string {
  return derivedId('handoff', leadId, stage, String(seq));
}
export function sendId(commandId: string): string {
  return derivedId('send', commandId);
}

/** Parts are length-prefixed, so that ("a", "bc") and ("ab", "c") never meet. */
export function derivedId(...parts: readonly string[]): string {
  const name = parts.map((part) => `${part.length}:${part}`).join('');
  const bytes = createHash('sha1').update(NAME_SPACE).update(name, 'utf8').digest().subarray(0, 16);
  return formatted(bytes, 5);
}

/** `randomness` has at least ten bytes; the first 48 bits are the instant, so ids sort by birth. */
export function newId(now: number, randomness: Uint8Array): string {
  if (randomness.length < 10) {
    throw new Error(`A new id needs 10 random bytes, found ${randomness.length}.`);
  }
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes.set(randomness.subarray(0, 10), 6);
  return formatted(bytes, 7);
}

function formatted(source: Buffer, version: 5 | 7): string {
  const bytes = Buffer.from(source);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

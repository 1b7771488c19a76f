/**
 * Which arm of a split a lead gets: always the same one for the same lead, journey and split, on any
 * machine and in any year. The hash is MurmurHash3 (x86, 32 bits), written here because changing the
 * implementation would move leads between arms. It spreads evenly; it protects nothing.
 */
import type { ArmId } from './flow.ts';
import type { SplitArm } from './plan.ts';
import { invariant } from './state.ts';

export function splitArm(
  arms: readonly SplitArm[],
  splitKey: string,
  journey: string,
  splitId: string,
): ArmId {
  const total = arms.reduce((sum, arm) => sum + arm.share, 0);
  invariant(total > 0, `split "${splitId}" of journey "${journey}" has no share to give`);
  // Ids hold no line breaks, so no two triples share a key.
  const point = (murmur3([splitKey, journey, splitId].join('\n')) / 2 ** 32) * total;
  let reached = 0;
  for (const arm of arms) {
    reached += arm.share;
    if (point < reached) return arm.id;
  }
  // Fractional shares may add up to a hair less than their sum.
  const last = arms.findLast((arm) => arm.share > 0);
  invariant(last !== undefined, `split "${splitId}" has no arm with a share`);
  return last.id;
}

/** MurmurHash3_x86_32 of the UTF-8 bytes of `text`, as an unsigned integer. */
export function murmur3(text: string, seed = 0): number {
  const bytes = new TextEncoder().encode(text);
  const blocksEnd = bytes.length - (bytes.length % 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let hash = seed | 0;
  for (let i = 0; i < blocksEnd; i += 4) {
    hash ^= scramble(view.getUint32(i, true));
    hash = Math.imul(rotateLeft(hash, 13), 5) + 0xe6546b64;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= blocksEnd; i -= 1) tail = (tail << 8) | (bytes[i] ?? 0);
  if (blocksEnd < bytes.length) hash ^= scramble(tail);
  return finish(hash ^ bytes.length);
}

function scramble(block: number): number {
  return Math.imul(rotateLeft(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finish(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

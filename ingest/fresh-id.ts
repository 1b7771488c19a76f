/**
 * New ids that sort in the order in which this process made them, also within a millisecond: the
 * decisions of one event are read back in the order they were made. Twelve bits count, the rest is random.
 */
import { randomFillSync } from 'node:crypto';
import { newId } from '../core/decision/ids.ts';

let lastMs = 0;
let count = 0;

export function freshId(): string {
  const now = Date.now();
  // More than 4,096 in one millisecond, or a clock set back: go on from the last instant.
  if (now > lastMs) [lastMs, count] = [now, 0];
  else if (count < 0xfff) count += 1;
  else [lastMs, count] = [lastMs + 1, 0];
  const random = tenBytes();
  random.writeUInt16BE(count, 0);
  return newId(lastMs, random);
}

/** Drawn for many ids at a time: each draw is a call into the system. */
const drawn = Buffer.alloc(10 * 256);
let used = drawn.length;

function tenBytes(): Buffer {
  if (used >= drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += 10;
  return drawn.subarray(used - 10, used);
}

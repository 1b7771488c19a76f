/**
 * When a mail that a server did not take is tried again, and when it is given up.
 *
 * The class of the refusal says whose trouble it is, and that decides the pace. An outage passes in
 * minutes, a greylisting in a quarter of an hour, a full mailbox and a bad reputation in hours or days,
 * a wrong password when somebody mends it. Waiting as long as has passed already doubles the pauses
 * without counting tries. Pure: the caller says how long the server has been refusing.
 */
import type { RefusalClass } from '../feedback/classify.ts';

export interface Refused {
  readonly class: RefusalClass;
  /** What the server itself asked for. */
  readonly retryAfterMs?: number;
}
export interface Patience {
  /** Since the first refusal in a row. */
  readonly refusedForMs: number;
  /** Of the journey; 0 where it says nothing. */
  readonly holdAtMostMs: number;
}
export type NextTry =
  | { readonly type: 'give-up' }
  /** `soon`: a few quick tries come first. */
  | { readonly type: 'again'; readonly soon: boolean; readonly laterMs: number };

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

interface Pace {
  readonly soon: boolean;
  /** The first pause, and the longest: each is as long as the time that has passed. */
  readonly fromMs: number;
  readonly toMs: number;
}
const paces: { readonly [kind in Exclude<RefusalClass, 'address'>]: Pace } = {
  // Nobody is to blame and nobody is bothered: all is sent within minutes of the relay's return.
  infra: { soon: true, fromMs: 5 * minute, toMs: 5 * minute },
  // Greylists want 5 to 15 minutes; receivers ask for at most a day between tries.
  transient: { soon: true, fromMs: 15 * minute, toMs: day },
  // A login that is tried too often gets locked.
  config: { soon: false, fromMs: 5 * minute, toMs: hour },
  // People empty a mailbox in hours, not in minutes.
  mailbox: { soon: false, fromMs: 4 * hour, toMs: day },
  // A block is lifted, or a sender paused, by a person.
  policy: { soon: false, fromMs: hour, toMs: 12 * hour },
};

/** RFC 5321 4.5.4.1: a sender gives up after four to five days. */
const transientAtMostMs = 5 * day;
const usualAtMostMs = 3 * day;
/** A server that names a moment is believed between these. */
const hintMs = { least: 1_000, most: day };

export function nextTry(refusal: Refused, { refusedForMs, holdAtMostMs }: Patience): NextTry {
  const { class: kind, retryAfterMs } = refusal;
  if (kind === 'address') return { type: 'give-up' };
  if (refusedForMs >= longest(kind, holdAtMostMs)) return { type: 'give-up' };
  const { soon, fromMs, toMs } = paces[kind];
  if (retryAfterMs !== undefined) {
    const laterMs = Math.min(Math.max(retryAfterMs, hintMs.least), hintMs.most);
    return { type: 'again', soon: false, laterMs };
  }
  return { type: 'again', soon, laterMs: Math.min(Math.max(refusedForMs, fromMs), toMs) };
}

/** What is our own trouble waits for as long as it lasts. */
function longest(kind: RefusalClass, holdAtMostMs: number): number {
  if (kind === 'infra' || kind === 'config') return Infinity;
  if (kind === 'transient') return transientAtMostMs;
  return holdAtMostMs > 0 ? holdAtMostMs : usualAtMostMs;
}

/**
 * Frequency caps: how many mails of a class a lead may get, and when the next one fits.
 *
 * The ledger gives the instants of the rows that count; this file only counts them. A `day` is the
 * calendar day in the lead's zone, any other period rolls. It never looks at the row being decided.
 */
import type { MessageClass } from '../journey/plan.ts';
import { dayOf } from './calendar.ts';
import type { Cap, FewerCap, SendingPolicy } from './model.ts';

export interface CountedSend {
  readonly class: string;
  readonly countedAt: number;
}
export interface CapState {
  readonly cap: Pick<Cap, 'id' | 'max' | 'per'>;
  readonly counted: number;
  /** When the next mail fits if nothing else is sent; `now` when it fits already. */
  readonly freeAt: number;
}

export function capStates(
  caps: readonly Cap[],
  messageClass: MessageClass,
  sends: readonly CountedSend[],
  now: number,
  zone: string,
): readonly CapState[] {
  const ofClass = caps.filter((cap) => cap.class === messageClass);
  return ofClass.map((cap) =>
    capState(
      cap,
      sends.filter((send) => send.class === cap.class),
      now,
      zone,
    ),
  );
}

/** Of somebody who asked for fewer emails: whatever is not transactional counts together. */
export function fewerState(
  fewer: FewerCap,
  sends: readonly CountedSend[],
  now: number,
  zone: string,
): CapState {
  const asked = sends.filter((send) => send.class === 'marketing' || send.class === 'outbound');
  return capState({ ...fewer, id: 'fewer' }, asked, now, zone);
}

/** How far back a ledger has to look for all caps of a workspace. */
export function capHorizonMs({ caps, fewer }: Pick<SendingPolicy, 'caps' | 'fewer'>): number {
  const all = fewer === undefined ? caps : [...caps, fewer];
  // A calendar day is at most 25 hours long; 26 leaves an hour of slack.
  return Math.max(0, ...all.map(({ per }) => (per.type === 'day' ? 26 * 3_600_000 : per.ms)));
}

function capState(
  cap: CapState['cap'],
  sends: readonly CountedSend[],
  now: number,
  zone: string,
): CapState {
  const from = cap.per.type === 'day' ? dayOf(now, zone).from : now - cap.per.ms + 1;
  const counted = sends
    .filter((send) => send.countedAt >= from)
    .map((send) => send.countedAt)
    .sort((left, right) => left - right);
  if (counted.length < cap.max) return { cap, counted: counted.length, freeAt: now };
  return { cap, counted: counted.length, freeAt: freeAt(cap, counted, now, zone) };
}

/** Room comes when all but `max - 1` of the counted sends have left the period. */
function freeAt(
  cap: CapState['cap'],
  counted: readonly number[],
  now: number,
  zone: string,
): number {
  if (cap.per.type === 'day') return dayOf(now, zone).to;
  const leaving = counted[counted.length - cap.max];
  return leaving === undefined ? now + cap.per.ms : leaving + cap.per.ms;
}

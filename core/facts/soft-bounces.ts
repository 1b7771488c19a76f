/**
 * Mails that came back softly (a full mailbox, a server in trouble): three within 14 days without any
 * sign that mail arrives rest the address for 90 days. Never for good.
 *
 * A function of the set of events and the instant: whatever order they arrive in, the answer is the
 * same. A new address begins anew, because a bounce names the address it came from.
 */
import { eventsByName } from './event-index.ts';
import type { Lead, LeadEvent } from './lead.ts';

const DAY_MS = 86_400_000;
const BOUNCES = 3;
const WITHIN_MS = 14 * DAY_MS;
const RESTS_FOR_MS = 90 * DAY_MS;
/** How far back an event can still rest an address. */
export const SOFT_REACH_MS = WITHIN_MS + RESTS_FOR_MS;

/** Mail got through, or the person told us the address once more. */
const arrivals = [
  ...['Email Delivered', 'Email Opened', 'Email Clicked', 'Email Replied', 'Email Auto Replied'],
  ...['Form Submitted', 'Consent Confirmed'],
];

export interface Resting {
  /** Of the last bounce. */
  readonly at: number;
  readonly until: number;
  readonly count: number;
}

export function restingAddress(lead: Lead, now: number): Resting | undefined {
  const since = Math.max(0, ...arrivals.map((name) => lead.counts[name]?.lastAt ?? 0));
  const times = softBounces(lead)
    .map(({ occurredAt }) => occurredAt)
    .filter((at) => at > since && at <= now);
  const last = times.findLastIndex((at, index) => {
    const first = times[index - BOUNCES + 1];
    return first !== undefined && at - first <= WITHIN_MS;
  });
  const at = times[last];
  if (at === undefined || at + RESTS_FOR_MS <= now) return undefined;
  const count = times.filter((one) => one <= at && at - one <= WITHIN_MS).length;
  return { at, until: at + RESTS_FOR_MS, count };
}

function softBounces(lead: Lead): readonly LeadEvent[] {
  const bounced = eventsByName(lead.events).get('Email Bounced') ?? [];
  return bounced.filter(
    ({ properties }) =>
      properties['kind'] === 'soft' &&
      (properties['address'] === undefined || properties['address'] === lead.address),
  );
}

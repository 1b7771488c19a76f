/**
 * Silence: somebody who got many marketing mails and did nothing for very long gets no more, until
 * there is a sign of life. That lifts it by itself, unlike what the person said.
 *
 * Mails are counted within the time that `after` names, so nobody is judged by mails of long ago.
 */
import type { Release } from '../definitions/release.ts';
import { eventsByName } from '../facts/event-index.ts';
import type { Lead } from '../facts/lead.ts';
import { marketingMails } from '../facts/marketing-mails.ts';

/** Not activity, but words of a person all the same. */
const words = [
  ...['Consent Given', 'Consent Confirmed', 'Subscription Requested', 'Preferences Changed'],
];

function lastSignOfLife(lead: Lead): number {
  const opens = eventsByName(lead.events).get('Email Opened') ?? [];
  const opened = opens.findLast(({ trust }) => trust === 'human')?.occurredAt ?? 0;
  const said = words.map((name) => lead.counts[name]?.lastAt ?? 0);
  return Math.max(lead.lastActivityAt ?? lead.bornAt, opened, ...said);
}

/** How many mails went unanswered, where that ends them at this instant. */
export function silentFor(release: Release, lead: Lead, now: number): number | undefined {
  const { sunset } = release.sending;
  if (sunset === undefined) return undefined;
  const alive = lastSignOfLife(lead);
  if (alive + sunset.afterMs > now) return undefined;
  const { length } = marketingMails(release, lead, now - sunset.afterMs, now);
  return length >= sunset.emails ? length : undefined;
}

/** Whether silence that began to count at `since` is still silence. */
export function isStillSilent({ sending }: Release, lead: Lead, since: number): boolean {
  const { sunset } = sending;
  return sunset !== undefined && lastSignOfLife(lead) + sunset.afterMs <= since;
}

/** When it ends their mails if nothing happens; with the mails of today, since more are events. */
export function sunsetAt(release: Release, lead: Lead, now: number): number | undefined {
  const { sunset } = release.sending;
  if (sunset === undefined) return undefined;
  const alive = lastSignOfLife(lead);
  const at = alive + sunset.afterMs;
  if (at <= now) return undefined;
  return marketingMails(release, lead, alive, now).length >= sunset.emails ? at : undefined;
}

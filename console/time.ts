/** Instants as people read them, in the zone of whoever reads. Pure: `now` is a parameter. */
import { durationInWords } from '../core/rules/duration.ts';
import { html, type Html } from './html.ts';

/** "Mon 23 Nov, 09:05". */
export function instantInZone(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);
}

/** "3 hours ago", "in 2 days", "just now". */
export function fromNow(at: number, now: number): string {
  const span = Math.abs(at - now);
  if (span < 60_000) return at > now ? 'in under a minute' : 'just now';
  return at > now ? `in ${durationInWords(span)}` : `${durationInWords(span)} ago`;
}

/** How long ago, with the exact instant for machines and for those who point at it. */
export function timeTag(at: number, now: number, zone: string): Html {
  return html`<time datetime="${new Date(at).toISOString()}" title="${instantInZone(at, zone)}">${fromNow(at, now)}</time>`;
}

/** The instant itself; what it is for people who need the clock, as in a history. */
export function clockTag(at: number, zone: string): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${instantInZone(at, zone)}</time>`;
}

/**
 * A later verdict on an event that is known already: "that click was a robot", or "it was a person
 * after all". It changes the trust of that event for every fact from then on; what was decided stays.
 *
 * Facts come out as if the event had arrived with this trust: of several verdicts the latest counts, in
 * whatever order they come. Whoever loads the lead for a verdict loads what is needed for that
 * (`store/judged.ts`). Which stage rested on the event is the business of `core/qualification`.
 */
import type { Release } from '../definitions/release.ts';
import { eventsByName } from '../facts/event-index.ts';
import type { EventCount, Lead, LeadEvent, Trust } from '../facts/lead.ts';
import { isActivity } from './activity.ts';
import type { IncomingEvent } from './decision.ts';
import { textOf } from './properties.ts';

export const EVENT_JUDGED = 'Event Judged';

export interface Judged {
  /** As it was. */
  readonly event: LeadEvent;
  readonly trust: Trust;
}

const leastTrusted: readonly Trust[] = ['likely-robot', 'unknown', 'human'];

/** What a verdict changes, if anything: not of an unknown event, nor where a later verdict is known. */
export function judgedBy(lead: Lead, event: IncomingEvent): Judged | undefined {
  if (event.name !== EVENT_JUDGED) return undefined;
  const about = textOf(event.properties['event']);
  const trust = leastTrusted.find((one) => one === event.properties['trust']);
  const judged = lead.events.find(({ id }) => id === about);
  if (trust === undefined || judged === undefined || judged.trust === trust) return undefined;
  const isOutdated = lead.events.some(
    ({ id, name, occurredAt, properties }) =>
      name === EVENT_JUDGED &&
      properties['event'] === about &&
      (occurredAt > event.occurredAt || (occurredAt === event.occurredAt && id > event.id)),
  );
  return isOutdated ? undefined : { event: judged, trust };
}

/** Whether a verdict takes evidence away; else it gives some. */
export function takesBack({ event, trust }: Judged): boolean {
  return leastTrusted.indexOf(trust) < leastTrusted.indexOf(event.trust);
}

/** The lead with one event trusted otherwise: counts, activity and what is derived from the events. */
export function withTrust(lead: Lead, { event, trust }: Judged, release: Release): Lead {
  const events = lead.events.map((one) => (one.id === event.id ? { ...one, trust } : one));
  const { lastActivityAt: _activity, lastSeenAt: _seen, ...rest } = lead;
  const isLife = (one: Pick<LeadEvent, 'name' | 'trust'>) =>
    isActivity(release, one.name, one.trust);
  const isSeen = (one: Pick<LeadEvent, 'name' | 'trust'>) => isOwnDoing(one.name) || isLife(one);
  const lastActivityAt = latestWhere(isLife, events, lead.lastActivityAt, event);
  const lastSeenAt = latestWhere(isSeen, events, lead.lastSeenAt, event);
  return {
    ...rest,
    events,
    counts: countsAfter(lead, events, event),
    ...(lastActivityAt === undefined ? {} : { lastActivityAt }),
    ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
  };
}

/** What a lead says of itself or looks at, whoever it was: it was heard of. */
export function isOwnDoing(name: string): boolean {
  return name === '' || name === 'Page Viewed' || name === 'Screen Viewed';
}

/** Only an event at the very end can move an instant back; before it the known one stands. */
function latestWhere(
  counts: (event: LeadEvent) => boolean,
  events: readonly LeadEvent[],
  known: number | undefined,
  { id, occurredAt }: LeadEvent,
): number | undefined {
  const isCounted = events.some((one) => one.id === id && counts(one));
  if (known === undefined) return isCounted ? occurredAt : undefined;
  if (isCounted) return Math.max(known, occurredAt);
  if (occurredAt < known) return known;
  const left = events.filter(counts).map((one) => one.occurredAt);
  return left.length === 0 ? undefined : left.reduce((a, b) => Math.max(a, b));
}

function countsAfter(
  { counts }: Lead,
  events: readonly LeadEvent[],
  { id, name, trust: before }: LeadEvent,
): Lead['counts'] {
  const trust = events.find((one) => one.id === id)?.trust;
  const [was, is] = [before !== 'likely-robot', trust !== 'likely-robot'];
  // What brings traits alone has no name, and is not counted.
  if (was === is || name === '') return counts;
  const { [name]: known, ...others } = counts;
  const count = (known?.count ?? 0) + (is ? 1 : -1);
  const left = eventsByName(events).get(name) ?? [];
  const [first, last] = [left[0], left.at(-1)];
  if (count <= 0 || first === undefined || last === undefined) return others;
  const edges = (one: EventCount | undefined): Omit<EventCount, 'count'> => ({
    firstAt: is ? Math.min(one?.firstAt ?? first.occurredAt, first.occurredAt) : first.occurredAt,
    lastAt: is ? Math.max(one?.lastAt ?? last.occurredAt, last.occurredAt) : last.occurredAt,
  });
  return { ...others, [name]: { count, ...edges(known) } };
}

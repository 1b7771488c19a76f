/**
 * Facts about what a lead did: how often, how much, how many different, on how many days, when first
 * and last.
 *
 * Functions of the set of events and the instant: events dated ahead of it do not count yet, order of
 * arrival never shows. Over all time and without a condition they come from the lead's own counts,
 * else from the events themselves, which `needs.ts` has loaded.
 */
import type { EventMatch, FactValue, JsonObject } from '../rules/condition.ts';
import { durationOf } from '../rules/duration.ts';
import { isKnown, numberOf } from '../rules/operators.ts';
import { valueAt } from '../rules/path.ts';
import { wallTime, zoneOfLead } from '../sending/zone.ts';
import { eventsByName } from './event-index.ts';
import type { EventCount, LeadEvent } from './lead.ts';
import { marketingMails } from './marketing-mails.ts';
import { matchesEvent } from './match-event.ts';
import type { Answers, Reading } from './reading.ts';

export const eventFacts: Answers = {
  eventCount: (reading, params) => {
    const known = countedOf(reading, params);
    return known === undefined ? matched(reading, params)?.length : known.count;
  },
  eventSum: (reading, params) =>
    matched(reading, params)?.reduce(
      (sum, event) => sum + (numberOf(propertyOf(event, params['property'])) ?? 0),
      0,
    ),
  eventDistinct: (reading, params) => {
    const values = matched(reading, params)?.map((one) => propertyOf(one, params['property']));
    return values === undefined
      ? undefined
      : new Set(values.filter(isKnown).map((value) => JSON.stringify(value))).size;
  },
  activeDays,
  firstEvent: (reading, params) =>
    known(countedOf(reading, params)?.firstAt) ?? matched(reading, params)?.at(0)?.occurredAt,
  lastEvent: (reading, params) =>
    known(countedOf(reading, params)?.lastAt) ?? matched(reading, params)?.at(-1)?.occurredAt,
  lastSeen: ({ lead }) => lead.lastSeenAt,
  daysSinceActivity: ({ lead, now }) =>
    Math.max(0, Math.floor((now - (lead.lastActivityAt ?? lead.bornAt)) / DAY_MS)),
  emailsSinceActivity: ({ lead, release, now }) =>
    marketingMails(release, lead, lead.lastActivityAt ?? lead.bornAt, now).length,
};

const DAY_MS = 86_400_000;
const never: EventCount = { count: 0, firstAt: 0, lastAt: 0 };

/** Counts over all time are kept with the lead; anything narrower needs the events. */
export function needsEvents({ where, within, trust, property }: JsonObject): boolean {
  return [where, within, trust, property].some((param) => param !== undefined);
}

function countedOf({ lead }: Reading, params: JsonObject): EventCount | undefined {
  const { event } = params;
  if (typeof event !== 'string' || needsEvents(params)) return undefined;
  return Object.hasOwn(lead.counts, event) ? lead.counts[event] : never;
}

function known(instant: number | undefined): number | undefined {
  return instant === 0 ? undefined : instant;
}

/** Oldest first; `undefined` when the parameters name no event. */
function matched(
  { lead, release, now }: Reading,
  params: JsonObject,
): readonly LeadEvent[] | undefined {
  const { event, within } = params;
  if (typeof event !== 'string') return undefined;
  const withinMs = within === undefined ? Infinity : (durationOf(within) ?? 0);
  // The parameters of a leaf live as long as its release, so their `where` is compiled once.
  const match = params as unknown as EventMatch;
  const context = { segments: release.segments, now };
  const events = eventsByName(lead.events).get(event);
  if (events === undefined) return none;
  return events.filter(
    (one) =>
      one.occurredAt <= now && now - one.occurredAt < withinMs && matchesEvent(match, one, context),
  );
}

const none: readonly LeadEvent[] = [];

export function propertyOf({ properties }: LeadEvent, property: FactValue): FactValue {
  if (typeof property !== 'string') return undefined;
  return Object.hasOwn(properties, property) ? properties[property] : valueAt(properties, property);
}

/** Days of the calendar on the lead's wall, so that two visits around midnight are two days. */
function activeDays(reading: Reading, { event, within }: JsonObject): FactValue {
  const { lead, release, now, read } = reading;
  const withinMs = durationOf(within);
  if (withinMs === undefined) return undefined;
  const names = typeof event === 'string' ? [event] : activityEvents(release.events);
  const where = { timezone: read('timezone'), country: read('country') };
  const zone = zoneOfLead(where, release.sending.zoneIfUnknown);
  const days = new Set<number>();
  for (const name of names) {
    for (const { occurredAt, trust } of eventsByName(lead.events).get(name) ?? []) {
      const counts = occurredAt <= now && now - occurredAt < withinMs && trust !== 'likely-robot';
      if (counts) days.add(wallTime(occurredAt, zone).day);
    }
  }
  return days.size;
}

/** The events that are a sign of life. */
export function activityEvents(events: Reading['release']['events']): readonly string[] {
  return Object.values(events)
    .filter(({ activity }) => activity)
    .map(({ event }) => event);
}

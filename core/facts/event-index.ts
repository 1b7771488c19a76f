/**
 * A lead's events by name, oldest first, each once; what likely was a robot is none of the lead's.
 *
 * Scores and counts are functions of the *set* of events: sorting by instant and id and dropping
 * repeats here is what makes the order of arrival invisible to them, down to the last bit of a sum.
 */
import type { LeadEvent } from './lead.ts';

export type EventIndex = ReadonlyMap<string, readonly LeadEvent[]>;

export function eventsByName(events: readonly LeadEvent[]): EventIndex {
  return known(events) ?? remember(events, indexOf(events));
}

interface Indexed {
  readonly events: readonly LeadEvent[];
  readonly length: number;
  readonly index: EventIndex;
}

/** A shorter history is put in order faster than it is remembered. */
const REMEMBERED_FROM = 32;
const indexes = new WeakMap<readonly LeadEvent[], Indexed>();
/** Rules ask about one lead again and again before they come to the next. */
let last: Indexed = { events: [], length: 0, index: new Map() };

function known(events: readonly LeadEvent[]): EventIndex | undefined {
  const { length } = events;
  if (last.events === events && last.length === length) return last.index;
  if (length < REMEMBERED_FROM) return undefined;
  const found = indexes.get(events);
  if (found?.length !== length) return undefined;
  last = found;
  return found.index;
}

function remember(events: readonly LeadEvent[], index: EventIndex): EventIndex {
  last = { events, length: events.length, index };
  if (events.length >= REMEMBERED_FROM) indexes.set(events, last);
  return index;
}

/**
 * The same events with one more at its place in the list. Its index grows from the one known: only
 * the events of that name are put in order again.
 */
export function withEvent(
  events: readonly LeadEvent[],
  event: LeadEvent,
  place: number,
): readonly LeadEvent[] {
  const more = events.toSpliced(place, 0, event);
  const index = known(events);
  if (index !== undefined && !events.some(({ id }) => id === event.id)) {
    remember(more, event.trust === 'likely-robot' ? index : grown(index, event));
  }
  return more;
}

function grown(known: EventIndex, event: LeadEvent): EventIndex {
  const ofName = known.get(event.name) ?? [];
  const place = ofName.findLastIndex((one) => byInstant(one, event) <= 0) + 1;
  return new Map(known).set(event.name, ofName.toSpliced(place, 0, event));
}

function indexOf(events: readonly LeadEvent[]): EventIndex {
  const index = new Map<string, LeadEvent[]>();
  for (const event of once(areInOrder(events) ? events : [...events].sort(byInstant))) {
    if (event.trust === 'likely-robot') continue;
    const ofName = index.get(event.name);
    if (ofName === undefined) index.set(event.name, [event]);
    else ofName.push(event);
  }
  return index;
}

/** Of repeats the first counts that was no robot. */
function once(events: readonly LeadEvent[]): readonly LeadEvent[] {
  if (!hasRepeats(events)) return events;
  const seen = new Set<string>();
  return events.filter(({ id, trust }) => {
    if (trust === 'likely-robot' || seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/** Up to so many, comparing each with each is faster than a set. */
const COMPARED_MAX = 16;

function hasRepeats(events: readonly LeadEvent[]): boolean {
  if (events.length > COMPARED_MAX) return new Set(events.map(({ id }) => id)).size < events.length;
  for (let at = 1; at < events.length; at += 1) {
    const id = events[at]?.id;
    for (let before = 0; before < at; before += 1) if (events[before]?.id === id) return true;
  }
  return false;
}

/** As the store gives them, but for events of one instant. */
function areInOrder(events: readonly LeadEvent[]): boolean {
  let before = events[0];
  for (const event of events) {
    if (before !== undefined && byInstant(before, event) > 0) return false;
    before = event;
  }
  return true;
}

function byInstant(a: LeadEvent, b: LeadEvent): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt - b.occurredAt;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/**
 * A lead's events by name, oldest first, each once; what likely was a robot is none of the lead's.
 *
 * Scores and counts are functions of the *set* of events: sorting by instant and id and dropping
 * repeats here is what makes the order of arrival invisible to them, down to the last bit of a sum.
 */
import type { LeadEvent } from './lead.ts';

export type EventIndex = ReadonlyMap<string, readonly LeadEvent[]>;

const indexes = new WeakMap<
  readonly LeadEvent[],
  { readonly length: number; readonly index: EventIndex }
>();

export function eventsByName(events: readonly LeadEvent[]): EventIndex {
  if (last.events === events && last.length === events.length) return last.index;
  const known = indexes.get(events);
  const { length } = events;
  const index = known?.length === length ? known.index : indexOf(events);
  if (known?.index !== index) indexes.set(events, { length, index });
  last = { events, length, index };
  return index;
}

/** Rules ask about one lead again and again before they come to the next. */
let last: {
  readonly events: readonly LeadEvent[];
  readonly length: number;
  readonly index: EventIndex;
} = { events: [], length: 0, index: new Map() };

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
  const known = indexes.get(events);
  const isRepeat = events.some(({ id }) => id === event.id);
  if (known?.length === events.length && !isRepeat) {
    const index = event.trust === 'likely-robot' ? known.index : grown(known.index, event);
    indexes.set(more, { length: more.length, index });
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
  const seen = new Set<string>();
  for (const event of areInOrder(events) ? events : [...events].sort(byInstant)) {
    if (event.trust === 'likely-robot' || seen.has(event.id)) continue;
    seen.add(event.id);
    const ofName = index.get(event.name);
    if (ofName === undefined) index.set(event.name, [event]);
    else ofName.push(event);
  }
  return index;
}

/** As the store gives them, but for events of one instant. */
function areInOrder(events: readonly LeadEvent[]): boolean {
  for (let at = 1; at < events.length; at += 1) {
    const [before, event] = [events[at - 1], events[at]];
    if (before !== undefined && event !== undefined && byInstant(before, event) > 0) return false;
  }
  return true;
}

function byInstant(a: LeadEvent, b: LeadEvent): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt - b.occurredAt;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

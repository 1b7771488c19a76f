/**
 * One folded event as the rows that keep it: the event itself, with what it said beside its properties,
 * and the count of its name. What is stored here is all that an event can ever be explained by.
 */
import type { IncomingEvent } from '../core/decision/decision.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import type { CountedEvents, SaidBeside, StoredEvent } from '../store/events.ts';
import type { Folded } from './changes.ts';

export function storedEvent(folded: Folded, releaseId: string): StoredEvent {
  const { event, lead, answer } = folded;
  const { id, source, messageId, type, name, traits, trust, occurredAt, receivedAt } = event;
  return {
    id,
    source,
    messageId,
    leadId: folded.ownId ?? lead.id,
    seq: lead.seq,
    type,
    name,
    properties: propertiesOf(folded),
    traits,
    trust,
    said: saidBeside(event),
    occurredAt,
    receivedAt,
    answer,
    releaseId,
  };
}

/** Robots are not counted. */
export function countEvent(
  counts: Map<string, CountedEvents>,
  leadId: string,
  event: IncomingEvent,
): void {
  if (event.name === '' || event.trust === 'likely-robot') return;
  const { name, occurredAt: at } = event;
  const key = `${leadId} ${name}`;
  const known = counts.get(key);
  counts.set(
    key,
    known === undefined
      ? { leadId, name, count: 1, firstAt: at, lastAt: at }
      : {
          ...known,
          count: known.count + 1,
          firstAt: Math.min(known.firstAt, at),
          lastAt: Math.max(known.lastAt, at),
        },
  );
}

/** A verdict keeps what it changed: what was decided before it can be explained by that. */
function propertiesOf({ event, effects }: Folded): JsonObject {
  const judged = effects.find((effect) => effect.type === 'judge-event');
  if (judged === undefined) return event.properties;
  const { name, trust, occurredAt } = judged.before;
  const at = new Date(occurredAt).toISOString();
  return { ...event.properties, before: trust, name, at };
}

/** Null for most events: they say nothing beside their properties. */
function saidBeside(event: IncomingEvent): SaidBeside | null {
  const { address, account, addTags, removeTags, fillOnly, historical, by, confidence } = event;
  const said: SaidBeside = {
    ...(address === undefined ? {} : { address }),
    ...(account === undefined ? {} : { accountId: account.id }),
    ...(addTags === undefined ? {} : { addTags }),
    ...(removeTags === undefined ? {} : { removeTags }),
    ...(fillOnly === true ? { fillOnly } : {}),
    ...(historical === true ? { historical } : {}),
    ...(by === undefined ? {} : { by }),
    ...(confidence === undefined ? {} : { confidence }),
  };
  return Object.keys(said).length === 0 ? null : said;
}

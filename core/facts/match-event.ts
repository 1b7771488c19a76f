/**
 * Whether an event is the one a file names: its name, its trust, `where` and `same`.
 *
 * Inside `where` the facts are the event's own properties and nothing else, so that a missing property
 * never reads a fact of the lead by accident. Compiled once per match and kept as long as it lives.
 */
import type { EventMatch, JsonObject, ReadFact } from '../rules/condition.ts';
import { compileCondition, type CompiledCondition, type Segments } from '../rules/compile.ts';
import { isKnown } from '../rules/operators.ts';
import { valueAt } from '../rules/path.ts';
import type { LeadEvent } from './lead.ts';

export interface MatchContext {
  readonly segments: Segments;
  readonly now: number;
  /** Properties of the entry event, for `same`; without them `same` never matches. */
  readonly entry?: JsonObject | undefined;
}

export function matchesEvent(match: EventMatch, event: LeadEvent, context: MatchContext): boolean {
  if (match.event !== event.name) return false;
  if (match.trust === 'human' && event.trust !== 'human') return false;
  if (match.same !== undefined && !isSame(match.same, event, context.entry)) return false;
  const where = whereOf(match, context.segments);
  return where === undefined || where.holds(eventFacts(event), context.now);
}

/** The properties of an event as facts. */
export function eventFacts(event: LeadEvent): ReadFact {
  return (fact) => {
    const { properties } = event;
    return Object.hasOwn(properties, fact) ? properties[fact] : valueAt(properties, fact);
  };
}

function isSame(property: string, event: LeadEvent, entry: JsonObject | undefined): boolean {
  const value = valueAt(event.properties, property);
  return isKnown(value) && entry !== undefined && value === valueAt(entry, property);
}

const compiled = new WeakMap<Segments, WeakMap<EventMatch, CompiledCondition>>();

function whereOf(match: EventMatch, segments: Segments): CompiledCondition | undefined {
  if (match.where === undefined) return undefined;
  const ofSegments = compiled.get(segments) ?? new WeakMap<EventMatch, CompiledCondition>();
  compiled.set(segments, ofSegments);
  const known = ofSegments.get(match);
  if (known !== undefined) return known;
  const where = compileCondition(match.where, segments);
  ofSegments.set(match, where);
  return where;
}

/**
 * Whether an event is the one a file names: its name, its trust, `where` and `same`.
 *
 * Inside `where` the facts are the event's own properties and nothing else, so that a missing property
 * never reads a fact of the lead by accident. Compiled once per match and kept as long as it lives.
 */
import type { EventMatch, JsonObject, ReadFact } from '../rules/condition.ts';
import { compileCondition, type CompiledCondition, type Segments } from '../rules/compile.ts';
import { isKnown, operators } from '../rules/operators.ts';
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
  return where === undefined || holdsFor(where, event, context.now);
}

/**
 * Properties never change, so what a condition says of an event is asked once as long as the event is
 * remembered; only an age has to be looked at again.
 */
function holdsFor({ condition, hangsOnClock, answers }: Where, event: LeadEvent, now: number) {
  if (hangsOnClock) return condition.holds(eventFacts(event), now);
  const known = answers.get(event);
  if (known !== undefined) return known;
  const holds = condition.holds(eventFacts(event), now);
  answers.set(event, holds);
  return holds;
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

interface Where {
  readonly condition: CompiledCondition;
  readonly hangsOnClock: boolean;
  readonly answers: WeakMap<LeadEvent, boolean>;
}

const compiled = new WeakMap<Segments, WeakMap<EventMatch, Where>>();

function whereOf(match: EventMatch, segments: Segments): Where | undefined {
  if (match.where === undefined) return undefined;
  const ofSegments = compiled.get(segments) ?? new WeakMap<EventMatch, Where>();
  compiled.set(segments, ofSegments);
  const known = ofSegments.get(match);
  if (known !== undefined) return known;
  const condition = compileCondition(match.where, segments);
  const hangsOnClock = condition.leaves.some(({ operator }) => looksAtClock(operator));
  const where = { condition, hangsOnClock, answers: new WeakMap<LeadEvent, boolean>() };
  ofSegments.set(match, where);
  return where;
}

/** `withinLast` and `olderThan`, decorated or not: what is compared with a span of time. */
function looksAtClock(operator: string): boolean {
  return operators.get(operator.slice(operator.lastIndexOf(':') + 1))?.value === 'duration';
}

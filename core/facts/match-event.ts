/**
 * Whether an event is the one a file names: its name, its trust, `where` and `same`.
 *
 * Inside `where` the facts are the event's own properties and nothing else, so that a missing property
 * never reads a fact of the lead by accident. Compiled once per match and kept as long as it lives.
 */
import { ageChanges, isAboutAge } from '../rules/age.ts';
import { compileCondition, type CompiledCondition, type Segments } from '../rules/compile.ts';
import type { EventMatch, JsonObject, Leaf, ReadFact } from '../rules/condition.ts';
import { isKnown } from '../rules/operators.ts';
import { factAtPath, valueAt } from '../rules/path.ts';
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

export type Matcher = (event: LeadEvent, now: number) => boolean;

/**
 * `matchesEvent` for one match, of events that have its name and where nobody entered; `undefined`
 * where each of them matches. One look at properties takes less than remembering what was seen.
 */
export function matcherOf(match: EventMatch, segments: Segments): Matcher | undefined {
  if (match.same !== undefined) return () => false;
  const isHumanOnly = match.trust === 'human';
  if (match.where === undefined) {
    return isHumanOnly ? ({ trust }) => trust === 'human' : undefined;
  }
  // Compiled when it is first asked for, as `matchesEvent` does.
  let condition: CompiledCondition | undefined;
  return (event, now) => {
    if (isHumanOnly && event.trust !== 'human') return false;
    condition ??= whereOf(match, segments)?.condition;
    return condition?.holds(eventFacts(event), now) ?? true;
  };
}

/**
 * Properties never change, so what a condition says of an event is asked once as long as the event is
 * remembered; only an age has to be looked at again.
 */
function holdsFor({ condition, ages, answers }: Where, event: LeadEvent, now: number) {
  if (ages.length > 0) return condition.holds(eventFacts(event), now);
  const known = answers.get(event);
  if (known !== undefined) return known;
  const holds = condition.holds(eventFacts(event), now);
  answers.set(event, holds);
  return holds;
}

/** When events may begin or cease to be the ones named, although nothing happens: ages inside `where`. */
export function matchChanges(
  match: EventMatch,
  events: readonly LeadEvent[],
  segments: Segments,
): readonly number[] {
  const ages = whereOf(match, segments)?.ages ?? [];
  if (ages.length === 0) return [];
  return events
    .filter(({ name }) => name === match.event)
    .flatMap((event) =>
      ages.flatMap(({ fact, path, value }) =>
        ageChanges(factAtPath(eventFacts(event)(fact), path), value),
      ),
    );
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
  /** What it says of ages: asked anew at each instant. */
  readonly ages: readonly Leaf[];
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
  const ages = condition.leaves.filter(({ operator }) => isAboutAge(operator));
  const where = { condition, ages, answers: new WeakMap<LeadEvent, boolean>() };
  ofSegments.set(match, where);
  return where;
}

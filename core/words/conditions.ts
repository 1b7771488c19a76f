/**
 * Conditions and named events in plain words: "seniority is director, vp or c-level".
 *
 * The counterpart of `core/explain`, which says why a condition held for one lead. Nested parts stand
 * in brackets, so that two different conditions never read the same.
 */
import type { Condition, Json, JsonObject, Leaf } from '../rules/condition.ts';
import { durationOf } from '../rules/duration.ts';
import { eventWords, factWords, labelOfEvent, lowered, stageWords, topicWords } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import {
  dayWords,
  fieldsWords,
  isList,
  listed,
  quoted,
  span,
  times,
  valueWords,
} from './values.ts';

export interface EventSource {
  readonly event: string;
  readonly where?: Condition | undefined;
  readonly same?: string | undefined;
  readonly trust?: 'human' | undefined;
}

export function conditionWords(condition: Condition, lexicon: Lexicon): string {
  if ('fact' in condition) return named(condition, leafWords(condition, lexicon));
  if ('condition' in condition) {
    return named(condition, `it belongs to the segment ${quoted(condition.condition)}`);
  }
  if ('not' in condition) {
    return named(condition, `not (${conditionWords(condition.not, lexicon)})`);
  }
  const [parts, joint] =
    'all' in condition ? [condition.all, 'and' as const] : [condition.any, 'or' as const];
  if (parts.length < 2) {
    const only = parts.map((part) => conditionWords(part, lexicon)).join('');
    return named(condition, `${joint === 'and' ? 'all of' : 'any of'} (${only || 'nothing'})`);
  }
  const inside = parts.map((part) => bracketed(part, lexicon));
  const words = inside.join(`, ${joint} `);
  const isNamed = condition.name !== undefined || condition.priority !== undefined;
  return named(condition, isNamed ? `(${words})` : words);
}

/** “Looked at a page” where path starts with /jobs, by people only. */
export function eventMatchWords(match: EventSource, lexicon: Lexicon): string {
  const { event, where, same, trust } = match;
  const parts = [
    eventWords(event, lexicon),
    ...(where === undefined ? [] : [`where ${bracketed(where, eventScope(lexicon))}`]),
    ...(same === undefined ? [] : [`with the ${same} of the entry`]),
    ...(trust === undefined ? [] : ['(clicks of robots left out)']),
  ];
  return parts.join(' ');
}

/** An event, or a condition that comes true. */
export function watchWords(
  watch: EventSource | { readonly when: Condition } | Condition,
  lexicon: Lexicon,
): string {
  if ('event' in watch) return eventMatchWords(watch, lexicon);
  return conditionWords('when' in watch ? watch.when : watch, lexicon);
}

/** A value that is written as a condition. */
export function conditionIn(value: Json | undefined): Condition | undefined {
  if (typeof value !== 'object' || value === null || isList(value)) return undefined;
  const isOne = ['fact', 'all', 'any', 'not', 'condition'].some((key) => Object.hasOwn(value, key));
  return isOne ? (value as unknown as Condition) : undefined;
}

function paramCondition(where: Json, lexicon: Lexicon): string {
  const condition = conditionIn(where);
  return condition === undefined ? valueWords(where) : bracketed(condition, eventScope(lexicon));
}

/** Properties of an event are called by their own names: no fact is meant. */
function eventScope(lexicon: Lexicon): Lexicon {
  return { ...lexicon, areProperties: true };
}

function bracketed(condition: Condition, lexicon: Lexicon): string {
  const words = conditionWords(condition, lexicon);
  return 'all' in condition || 'any' in condition ? `(${words})` : words;
}

function named(
  { name, priority }: { readonly name?: string; readonly priority?: number },
  words: string,
): string {
  const notes = [
    ...(name === undefined ? [] : [`called ${quoted(name)}`]),
    ...(priority === undefined ? [] : [`priority ${priority}`]),
  ];
  return notes.length === 0 ? words : `${words} [${notes.join(', ')}]`;
}

function leafWords(leaf: Leaf, lexicon: Lexicon): string {
  return countWords(leaf, lexicon) ?? setPhrase(leaf) ?? comparison(leaf, lexicon);
}

/** Facts that read as a phrase of their own. Only where nothing but fact, operator and value is said. */
function setPhrase({ fact, operator, value, params, path }: Leaf): string | undefined {
  if (params !== undefined || path !== undefined) return undefined;
  if (fact === 'daysSinceActivity' && operator === 'atLeast' && typeof value === 'number') {
    return `nothing was heard for ${value} days or more`;
  }
  return operator === 'is' && typeof value === 'boolean'
    ? phrases[fact]?.[value ? 0 : 1]
    : undefined;
}
const phrases: { readonly [fact: string]: readonly [string, string] } = {
  withSales: ['sales has the lead', 'sales does not have the lead'],
  repAccepted: ['a rep has accepted the lead', 'no rep has accepted the lead'],
};

/** "looked at prices at least twice within 30 days". */
function countWords(leaf: Leaf, lexicon: Lexicon): string | undefined {
  const { fact, operator, value, params = {}, path } = leaf;
  const { event, within, where, trust, ...more } = params;
  const howOften = frequencies[operator];
  if (fact !== 'eventCount' || path !== undefined || Object.keys(more).length > 0) return undefined;
  if (trust !== undefined && trust !== 'human') return undefined;
  if (typeof event !== 'string' || typeof value !== 'number' || howOften === undefined) {
    return undefined;
  }
  const label = labelOfEvent(event, lexicon);
  const did = label === undefined ? quoted(event) : lowered(label);
  const filter = where === undefined ? '' : ` (where ${paramCondition(where, lexicon)})`;
  const by = trust === undefined ? '' : ' (clicks of robots left out)';
  return `${did}${filter} ${howOften} ${times(value)}${withinWords(within)}${by}`;
}
const frequencies: { readonly [operator: string]: string } = {
  atLeast: 'at least',
  atMost: 'at most',
  moreThan: 'more than',
  lessThan: 'less than',
  is: 'exactly',
};

function withinWords(within: Json | undefined): string {
  if (within === undefined) return '';
  const ms = durationOf(within);
  return ` within ${ms === undefined ? valueWords(within) : span(ms)}`;
}

function comparison(leaf: Leaf, lexicon: Lexicon): string {
  const words = subject(leaf, lexicon);
  const { operator, value } = leaf;
  const [decorator, rest] = operator.includes(':') ? operator.split(/:(.*)/s) : [];
  if (decorator !== undefined && rest !== undefined) {
    const inner = comparison({ ...leaf, operator: rest }, lexicon);
    return `${decorations[decorator] ?? decorator} (${inner})`;
  }
  const say = comparisons[operator];
  return say === undefined
    ? `${words} ${operator} ${valueWords(value)}`
    : `${words} ${say(value, (one) => factValueWords(leaf.fact, one, lexicon))}`;
}
const decorations: { readonly [decorator: string]: string } = {
  not: 'it is not so that',
  someFact: 'for some entry of it',
  everyFact: 'for every entry of it',
  someValue: 'for some of these values',
  everyValue: 'for every one of these values',
};

type Say = (value: Json, word: (value: Json) => string) => string;
const comparisons: { readonly [operator: string]: Say } = {
  is: (value, word) => `is ${word(value)}`,
  isNot: (value, word) => `is known and not ${word(value)}`,
  isOneOf: (value, word) => oneOf('is', value, word),
  isNoneOf: (value, word) => `is known and none of ${listWords(value, word)}`,
  has: (value, word) => `include ${word(value)}`,
  hasAnyOf: (value, word) => `include one of ${listWords(value, word)}`,
  hasAllOf: (value, word) => `include all of ${listWords(value, word, 'and')}`,
  atLeast: (value, word) => `is at least ${word(value)}`,
  atMost: (value, word) => `is at most ${word(value)}`,
  moreThan: (value, word) => `is more than ${word(value)}`,
  lessThan: (value, word) => `is less than ${word(value)}`,
  between: (value) => `is between ${rangeWords(value)}`,
  known: (value) =>
    value === true ? 'is known' : value === false ? 'is not known' : `known ${valueWords(value)}`,
  startsWith: (value, word) => `starts with ${word(value)}`,
  endsWith: (value, word) => `ends with ${word(value)}`,
  domainIn: (value, word) => `is of the domain ${listWords(value, word)}`,
  containsText: (value, word) => `contains ${word(value)}`,
  onList: (value, word) => `is on the list ${word(value)}`,
  withinLast: (value) => `lies within the last ${durationValue(value)}`,
  olderThan: (value) => `lies ${durationValue(value)} back or more`,
  before: (value) => `comes before ${dateValue(value)}`,
  after: (value) => `comes after ${dateValue(value)}`,
  equal: (value, word) => `equals ${word(value)}`,
  notEqual: (value, word) => `does not equal ${word(value)}, or is not known`,
  in: (value, word) => `is in the list ${word(value)}`,
  notIn: (value, word) => `is not in the list ${word(value)}`,
  contains: (value, word) => `hold the entry ${word(value)}`,
  doesNotContain: (value, word) => `do not hold the entry ${word(value)}`,
  lessThanInclusive: (value, word) => `is less than or equal to ${word(value)}`,
  greaterThan: (value, word) => `is greater than ${word(value)}`,
  greaterThanInclusive: (value, word) => `is greater than or equal to ${word(value)}`,
};

function oneOf(verb: string, value: Json, word: (value: Json) => string): string {
  if (!isList(value)) return `${verb} one of ${word(value)}`;
  const words = listed(value.map(word), 'or');
  return value.length > 1 ? `${verb} ${words}` : `${verb} one of ${words || 'nothing'}`;
}

/** "DE, AT or CH"; an empty or single list is told as the list it is. */
function listWords(value: Json, word: (value: Json) => string, joint: 'and' | 'or' = 'or'): string {
  if (!isList(value)) return word(value);
  return value.length === 0 ? 'nothing' : listed(value.map(word), joint);
}

function rangeWords(value: Json): string {
  return isList(value) && value.length === 2
    ? value.map(valueWords).join(' and ')
    : valueWords(value);
}

/** A day reads as a day; an instant stays as it is written. */
function dateValue(value: Json): string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
    ? dayWords(value)
    : valueWords(value);
}

function durationValue(value: Json): string {
  const ms = durationOf(value);
  return ms === undefined ? valueWords(value) : span(ms);
}

function factValueWords(fact: string, value: Json, lexicon: Lexicon): string {
  if (typeof value !== 'string') return valueWords(value);
  if (fact === 'stage') return valueWords(stageWords(value, lexicon));
  if (fact === 'handoff.cause')
    return labelOfEvent(value, lexicon) === undefined
      ? valueWords(value)
      : eventWords(value, lexicon);
  return valueWords(value);
}

/** "fit score in the model hr", "may be written to (topic: “Events”)". */
function subject({ fact, params, path }: Leaf, lexicon: Lexicon): string {
  const words = factWords(fact, lexicon);
  const part = path === undefined ? words : `${path} of ${words}`;
  return params === undefined ? part : `${part}${paramsWords(params, lexicon)}`;
}

function paramsWords(params: JsonObject, lexicon: Lexicon): string {
  const { score, question, interest, model, property, event, topic, ...rest } = params;
  const { within, where, trust, ...more } = rest;
  const notes = [
    ...[score, question, interest].flatMap((one) => (one === undefined ? [] : [valueWords(one)])),
    ...(property === undefined ? [] : [`of the property ${valueWords(property)}`]),
    ...(model === undefined ? [] : [`in the model ${valueWords(model)}`]),
    ...(typeof event === 'string' ? [`of ${eventWords(event, lexicon)}`] : []),
    ...(typeof topic === 'string' ? [`for the topic ${topicWords(topic, lexicon)}`] : []),
    ...(within === undefined ? [] : [withinWords(within).trim()]),
    ...(where === undefined ? [] : [`where ${paramCondition(where, lexicon)}`]),
    ...(trust === 'human' ? ['by people only'] : []),
    ...(trust === undefined || trust === 'human' ? [] : [`trust ${valueWords(trust)}`]),
    ...(Object.keys(more).length === 0 ? [] : [fieldsWords(more)]),
  ];
  return notes.length === 0 ? '' : ` (${notes.join('; ')})`;
}

/**
 * The operators of conditions, as data: the schema, the documentation, the compiled evaluator and
 * json-rules-engine all take them from here.
 *
 * The plain words are false when the fact is missing (`undefined`, `null` or an empty text); only
 * `known` with the value `false` is true then. The others are json-rules-engine's own and mean exactly
 * what they mean there, traps included, except that nothing here throws. No operator reads a clock.
 */
import type { FactValue } from './condition.ts';
import { domainOf } from './domain.ts';
import { durationOf } from './duration.ts';
import { instantOf } from './instant.ts';

/** What may stand under `value`. */
export type ValueKind =
  'any' | 'number' | 'text' | 'list' | 'boolean' | 'duration' | 'range' | 'instant';
export interface Operator {
  readonly name: string;
  readonly meaning: string;
  /** Between fact and value in a sentence: "country *is one of* DE, AT". */
  readonly words: string;
  readonly value: ValueKind;
  readonly origin: 'plain-words' | 'json-rules-engine';
  /** Reserved: refused in files until lists exist. */
  readonly later?: true;
  readonly evaluate: Evaluate;
}
export type Evaluate = (fact: FactValue, value: FactValue, now: number) => boolean;

const plainWords: readonly Operator[] = [
  plain('is', 'is', 'any', 'The fact equals the value.', (fact, value) => fact === value),
  plain(
    'isNot',
    'is not',
    'any',
    'The fact is known and differs.',
    (fact, value) => fact !== value,
  ),
  plain('isOneOf', 'is one of', 'list', 'The fact equals one of the values.', (fact, value) =>
    includes(value, fact),
  ),
  plain(
    'isNoneOf',
    'is none of',
    'list',
    'The fact is known and equals none of the values.',
    (fact, value) => isList(value) && !includes(value, fact),
  ),
  plain('has', 'has', 'any', 'The fact is a list that holds the value.', (fact, value) =>
    includes(fact, value),
  ),
  plain(
    'hasAnyOf',
    'has one of',
    'list',
    'The fact is a list that holds at least one of the values.',
    (fact, value) => isList(value) && value.some((one) => includes(fact, one)),
  ),
  plain(
    'hasAllOf',
    'has all of',
    'list',
    'The fact is a list that holds every one of the values.',
    (fact, value) => isList(fact) && isList(value) && value.every((one) => includes(fact, one)),
  ),
  plain('atLeast', 'is at least', 'number', 'The number is the value or more.', (fact, value) =>
    compares(fact, value, (a, b) => a >= b),
  ),
  plain('atMost', 'is at most', 'number', 'The number is the value or less.', (fact, value) =>
    compares(fact, value, (a, b) => a <= b),
  ),
  plain('moreThan', 'is more than', 'number', 'The number is above the value.', (fact, value) =>
    compares(fact, value, (a, b) => a > b),
  ),
  plain('lessThan', 'is less than', 'number', 'The number is below the value.', (fact, value) =>
    compares(fact, value, (a, b) => a < b),
  ),
  plain(
    'between',
    'is between',
    'range',
    'The number lies from the first to the second value, both included.',
    isBetween,
  ),
  {
    ...plain('known', 'is known', 'boolean', 'Whether the fact is known at all.', () => true),
    evaluate: (fact, value) => isKnown(fact) === value,
  },
  plain('startsWith', 'starts with', 'text', 'The text begins so, in any case.', (fact, value) =>
    texts(fact, value, (a, b) => a.startsWith(b)),
  ),
  plain('endsWith', 'ends with', 'text', 'The text ends so, in any case.', (fact, value) =>
    texts(fact, value, (a, b) => a.endsWith(b)),
  ),
  plain('containsText', 'contains', 'text', 'The text contains it, in any case.', (fact, value) =>
    texts(fact, value, (a, b) => a.includes(b)),
  ),
  plain(
    'domainIn',
    'is of the domain',
    'list',
    'The domain of the address, link or domain is one of these or lies below one: mail.acme.com lies below acme.com.',
    (fact, value) => isList(value) && value.some((one) => isOfDomain(fact, one)),
  ),
  {
    ...plain('onList', 'is on the list', 'any', 'The fact is on the named list.', (fact, value) =>
      includes(value, fact),
    ),
    later: true,
  },
  plain(
    'withinLast',
    'is within the last',
    'duration',
    'The date lies in this span before now.',
    isWithin,
  ),
  plain('olderThan', 'is older than', 'duration', 'The date lies further back than this.', isOlder),
  plain(
    'before',
    'is before',
    'instant',
    'The date comes before this one; a day without a time is that whole day in UTC.',
    isBefore,
  ),
  plain(
    'after',
    'is after',
    'instant',
    'The date comes after this one; a day without a time is that whole day in UTC.',
    isAfter,
  ),
];

const theirs: readonly Operator[] = [
  own('equal', 'equals', 'any', (fact, value) => fact === value),
  own('notEqual', 'does not equal', 'any', (fact, value) => fact !== value),
  own('in', 'is one of', 'list', isIn),
  own('notIn', 'is none of', 'list', (fact, value) => !isIn(fact, value)),
  own(
    'contains',
    'has',
    'any',
    (fact, value) => isList(fact) && fact.some((entry) => entry === value),
  ),
  own('doesNotContain', 'does not have', 'any', (fact, value) => {
    return isList(fact) && fact.every((entry) => entry !== value);
  }),
  own('lessThanInclusive', 'is at most', 'number', (fact, value) =>
    comparesAsThere(fact, value, (a, b) => a <= b),
  ),
  own('greaterThan', 'is more than', 'number', (fact, value) =>
    comparesAsThere(fact, value, (a, b) => a > b),
  ),
  own('greaterThanInclusive', 'is at least', 'number', (fact, value) =>
    comparesAsThere(fact, value, (a, b) => a >= b),
  ),
];

/** Every operator, by name. `lessThan` exists in both worlds and is the plain word here. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  [...plainWords, ...theirs].map((operator) => [operator.name, operator]),
);

/** Prefixes such as `not:in`; `swap` is refused because it reads backwards and can throw there. */
export const decorators: ReadonlyMap<string, { meaning: string; decorate: Decorate }> = new Map([
  decorator('not', 'Turns the answer round; true when the fact is missing.', (next) => {
    return (fact, value, now) => !next(fact, value, now);
  }),
  decorator('someFact', 'For some entry of a list fact.', (next) => (fact, value, now) => {
    return isList(fact) && fact.some((entry) => next(entry, value, now));
  }),
  decorator('everyFact', 'For every entry of a list fact.', (next) => (fact, value, now) => {
    return isList(fact) && fact.every((entry) => next(entry, value, now));
  }),
  decorator('someValue', 'For some entry of the value.', (next) => (fact, value, now) => {
    return isList(value) && value.some((entry) => next(fact, entry, now));
  }),
  decorator('everyValue', 'For every entry of the value.', (next) => (fact, value, now) => {
    return isList(value) && value.every((entry) => next(fact, entry, now));
  }),
]);
export type Decorate = (next: Evaluate) => Evaluate;

/** The evaluation of `in`, `not:in`, `someFact:startsWith` …, or `undefined` for an unknown name. */
export function findEvaluate(name: string): Evaluate | undefined {
  const known = operators.get(name);
  if (known !== undefined) return known.evaluate;
  const colon = name.indexOf(':');
  const decorate = decorators.get(name.slice(0, Math.max(colon, 0)))?.decorate;
  const next = decorate === undefined ? undefined : findEvaluate(name.slice(colon + 1));
  return decorate === undefined || next === undefined ? undefined : decorate(next);
}

/** The operator behind its decorators: `in` of `not:someFact:in`. */
export function undecorated(name: string): Operator | undefined {
  return operators.get(name.slice(name.lastIndexOf(':') + 1));
}

export function isKnown(fact: FactValue): boolean {
  return fact !== undefined && fact !== null && fact !== '';
}

/** A number, or a text that is wholly one: forms and lists send numbers as text. */
export function numberOf(value: FactValue): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function plain(
  name: string,
  words: string,
  value: ValueKind,
  meaning: string,
  evaluate: Evaluate,
): Operator {
  return {
    name,
    words,
    value,
    meaning,
    origin: 'plain-words',
    evaluate: (fact, expected, now) => isKnown(fact) && evaluate(fact, expected, now),
  };
}

function own(name: string, words: string, value: ValueKind, evaluate: Evaluate): Operator {
  const meaning = `json-rules-engine's \`${name}\`: the fact ${words} the value.`;
  return { name, words, value, meaning, origin: 'json-rules-engine', evaluate };
}

function decorator(name: string, meaning: string, decorate: Decorate) {
  return [name, { meaning, decorate }] as const;
}

function isList(value: FactValue): value is readonly NonNullable<FactValue>[] {
  return Array.isArray(value);
}

function includes(list: FactValue, value: FactValue): boolean {
  return isList(list) && value !== undefined && value !== null && list.includes(value);
}

/** Over there a text as value means substring and a number throws: here only lists are looked into. */
function isIn(fact: FactValue, value: FactValue): boolean {
  return fact !== undefined && isList(value) && value.some((entry) => entry === fact);
}

function compares(fact: FactValue, value: FactValue, test: (a: number, b: number) => boolean) {
  const a = numberOf(fact);
  const b = numberOf(value);
  return a !== undefined && b !== undefined && test(a, b);
}

/** Its check of numbers lets `"12abc"` and `["5"]` pass, and two texts compare as texts. */
function comparesAsThere(
  fact: FactValue,
  value: FactValue,
  test: (a: number, b: number) => boolean,
): boolean {
  if (Number.isNaN(Number.parseFloat(fact as string))) return false;
  return test(fact as number, value as number);
}

function texts(fact: FactValue, value: FactValue, test: (a: string, b: string) => boolean) {
  if (typeof fact !== 'string' || typeof value !== 'string') return false;
  return test(fact.toLowerCase(), value.toLowerCase());
}

/** Text or number, as long as both bounds are numbers. */
function isBetween(fact: FactValue, value: FactValue): boolean {
  if (!isList(value) || value.length !== 2) return false;
  const [low, high] = value;
  return compares(fact, low, (a, b) => a >= b) && compares(fact, high, (a, b) => a <= b);
}

function isOfDomain(fact: FactValue, value: FactValue): boolean {
  const domain = domainOf(fact);
  const listed = domainOf(value);
  if (domain === undefined || listed === undefined) return false;
  return domain === listed || domain.endsWith(`.${listed}`);
}

function isBefore(fact: FactValue, value: FactValue): boolean {
  const at = instantOf(fact);
  const day = instantOf(value);
  return at !== undefined && day !== undefined && at < day;
}

function isAfter(fact: FactValue, value: FactValue): boolean {
  const at = instantOf(fact);
  const day = instantOf(value);
  if (at === undefined || day === undefined) return false;
  return isWholeDay(value) ? at >= day + DAY_MS : at > day;
}

function isWholeDay(value: FactValue): boolean {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value.trim());
}

const DAY_MS = 86_400_000;

/** The edge belongs to `olderThan`, so that exactly one of the two holds for every past date. */
function isWithin(fact: FactValue, value: FactValue, now: number): boolean {
  const at = instantOf(fact);
  const span = durationOf(value);
  return at !== undefined && span !== undefined && at <= now && now - at < span;
}

function isOlder(fact: FactValue, value: FactValue, now: number): boolean {
  const at = instantOf(fact);
  const span = durationOf(value);
  return at !== undefined && span !== undefined && now - at >= span;
}

/**
 * What a provider of enrichment answered, taken apart value by value: what is used, and what is refused
 * and why.
 *
 * Nothing a provider says is believed because it said so: an answer that is none is a problem and asked
 * for again; a value that does not fit its fact is refused by itself and keeps no other from being
 * used. Only facts that were asked for are used, and an address or an owner never.
 */
import type { FactType, Release } from '../definitions/release.ts';
import { builtInFacts } from '../facts/catalogue.ts';
import { ofType } from '../facts/traits.ts';
import type { FactValue, Json, ReadFact } from '../rules/condition.ts';
import { instantOf } from '../rules/instant.ts';
import { isKnown } from '../rules/operators.ts';

export interface EnrichedValue {
  readonly value: Json;
  /** 0 to 1. */
  readonly confidence?: number;
  /** Since when the provider knows it: an instant in ISO 8601. */
  readonly at?: string;
}
export interface EnrichmentAnswer {
  readonly values: { readonly [fact: string]: EnrichedValue };
  /** Who says so: a provider, a file. */
  readonly source: string;
}

export type RefusalReason =
  | 'unknown-fact'
  | 'not-enriched'
  | 'wrong-type'
  | 'not-one-of'
  | 'out-of-range'
  | 'too-long'
  | 'odd';
export interface RefusedValue {
  readonly fact: string;
  readonly because: RefusalReason;
}
export interface SortedAnswer {
  readonly values: { readonly [fact: string]: EnrichedValue };
  readonly refused: readonly RefusedValue[];
}

/** Long enough for a name or a line of text; what is longer is a document. */
const charactersMax = 1_000;
/** A provider with more to say was asked for something else. */
const valuesMax = 500;
const sourceCharactersMax = 100;

export const refusalWords: { readonly [because in RefusalReason]: string } = {
  'unknown-fact': 'no fact has this name',
  'not-enriched': 'only the lead itself can say it',
  'wrong-type': 'it is of another type',
  'not-one-of': 'it is none of the values there are',
  'out-of-range': 'it is out of range',
  'too-long': 'it is too long',
  odd: 'it is no value with a confidence of 0 to 1 and an instant',
};

export function parseAnswer(
  answer: unknown,
): EnrichmentAnswer | null | { readonly problem: string } {
  if (answer === null) return null;
  if (!isObject(answer)) return { problem: 'expected an object with "values", or null' };
  const { values, source } = answer;
  if (!isObject(values)) return { problem: 'expected "values" to be an object' };
  if (Object.keys(values).length > valuesMax) return { problem: `more than ${valuesMax} values` };
  if (typeof source !== 'string' || source === '' || source.length > sourceCharactersMax) {
    return { problem: 'expected "source" to be a short text' };
  }
  // Each value is looked at by itself in `sortAnswer`: whatever it is, it is no reason to drop the others.
  return { values: values as EnrichmentAnswer['values'], source };
}

export function sortAnswer(
  { values }: EnrichmentAnswer,
  wanted: readonly string[],
  release: Release,
): SortedAnswer {
  const used: { [fact: string]: EnrichedValue } = {};
  const refused: RefusedValue[] = [];
  for (const [fact, said] of Object.entries(values)) {
    const found = sortValue(fact, said, release);
    if (typeof found === 'string') refused.push({ fact: fact.slice(0, 100), because: found });
    else if (wanted.includes(fact)) used[fact] = found;
  }
  return { values: used, refused };
}

/** Those of the wanted facts that are still to be found out. */
export function unknownOf(wanted: readonly string[], read: ReadFact): readonly string[] {
  return wanted.filter((fact) => !isKnown(read(fact)));
}

/** What only the person can say, or only we: never taken from a provider. */
const neverEnriched = new Set(['email', 'owner', 'firstName', 'lastName', 'source']);

export function mayBeEnriched(fact: string): boolean {
  return !neverEnriched.has(fact);
}

interface Kind {
  readonly type: FactType;
  readonly values?: readonly string[];
  readonly range?: readonly [number, number];
}

function kindOf(fact: string, release: Release): Kind | undefined {
  if (Object.hasOwn(release.facts, fact)) return release.facts[fact];
  const builtIn = Object.hasOwn(builtInFacts, fact) ? builtInFacts[fact] : undefined;
  if (builtIn?.isTrait !== true) return undefined;
  const { type } = builtIn;
  return fact === 'employees' ? { type, range: [0, 10_000_000] } : { type };
}

function sortValue(fact: string, said: unknown, release: Release): EnrichedValue | RefusalReason {
  const kind = kindOf(fact, release);
  if (kind === undefined) return 'unknown-fact';
  if (!mayBeEnriched(fact)) return 'not-enriched';
  if (!isObject(said)) return 'odd';
  const { value, confidence, at } = said;
  if (confidence !== undefined && !isShare(confidence)) return 'odd';
  if (at !== undefined && (typeof at !== 'string' || instantOf(at) === undefined)) return 'odd';
  const fits = fitsKind(value as FactValue, kind);
  if (fits !== undefined) return fits;
  return {
    value: ofType(value as FactValue, kind.type, kind.values) as Json,
    ...(confidence === undefined ? {} : { confidence }),
    ...(at === undefined ? {} : { at }),
  };
}

function fitsKind(value: FactValue, { type, values, range }: Kind): RefusalReason | undefined {
  if (JSON.stringify(value ?? null).length > charactersMax) return 'too-long';
  const read = ofType(value, type, values);
  if (!isKnown(read))
    return type === 'choice' && typeof value === 'string' ? 'not-one-of' : 'wrong-type';
  if (type === 'text' && typeof value !== 'string') return 'wrong-type';
  if (typeof read !== 'number') return undefined;
  const [least, most] = range ?? [-Infinity, Infinity];
  return Number.isFinite(read) && read >= least && read <= most ? undefined : 'out-of-range';
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

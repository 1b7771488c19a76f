/**
 * Which of several words about one trait survives: a join. Whatever order events arrive in, how often
 * one is repeated, and whether two leads were one from the start or merged later, the profile is the
 * same: `survivor(a, b)` is commutative, associative and idempotent, because it takes the greater one
 * of a total order.
 *
 * The order: a person or a list that overwrites, before a list that only fills, before enrichment; then
 * what the fact declares (`latest` unless told); then certainty, value and source, so that no two words
 * are ever equal unless they say the same. Null from a person clears a trait at its instant; blanks and
 * nulls of machines say nothing, because forms and providers send them for what they do not know.
 */
import type { FactDeclaration, Release, Survivor } from '../definitions/release.ts';
import { instantOf } from '../rules/instant.ts';
import type { Json, JsonObject } from '../rules/condition.ts';
import { isKnown, numberOf } from '../rules/operators.ts';
import { standardTraits, traitAt } from './traits.ts';
import type { Lead, Origin, Origins } from './lead.ts';

export interface Profile {
  readonly traits: Lead['traits'];
  readonly origins: Origins;
}

/** What is known, joined with what is said; the same object where nothing changes. */
export function joinProfiles(known: Profile, said: Profile, release: Release): Profile {
  const traits: { [trait: string]: Json } = {};
  const origins: { [trait: string]: Origin } = {};
  for (const [trait, value] of Object.entries(said.traits)) {
    const origin = said.origins[trait];
    if (origin === undefined) continue;
    const here = wordOn(known, trait);
    const there = { value, origin };
    if (here !== undefined && compare(here, there, ruleOf(release, trait)) >= 0) continue;
    traits[trait] = value;
    origins[trait] = origin;
  }
  if (Object.keys(traits).length === 0) return known;
  return {
    traits: { ...known.traits, ...traits },
    origins: { ...known.origins, ...origins },
  };
}

/** The profile of a lead with an origin for each trait: rows from before origins are a person's, from birth on. */
export function profileOf({ traits, origins = {}, bornAt, address }: Lead): Profile {
  const { email: _written, ...others } = traits;
  const all: Lead['traits'] = address === undefined ? others : { ...others, email: address };
  const unknown: Origin = { source: '', at: bornAt, by: 'person' };
  const missing = Object.keys(all).filter((trait) => !Object.hasOwn(origins, trait));
  return {
    traits: all,
    origins:
      missing.length === 0
        ? origins
        : { ...Object.fromEntries(missing.map((trait) => [trait, unknown])), ...origins },
  };
}

/** A profile as a lead keeps it: the address apart from the other traits. */
export function leadFieldsOf({ traits, origins }: Profile): Partial<Lead> {
  const { email, ...others } = traits;
  return {
    traits: others,
    ...(Object.keys(origins).length === 0 ? {} : { origins }),
    ...(typeof email === 'string' ? { address: email } : {}),
  };
}

/** What one event says of the traits. A blank says nothing; null says "no longer" if a person said it. */
export function profileSaid(traits: JsonObject, origin: Origin): Profile {
  const said = Object.entries(traits).filter(
    ([, value]) => !isBlank(value) && (value !== null || rankOf(origin) === ranks.said),
  );
  return {
    traits: Object.fromEntries(said),
    origins: Object.fromEntries(said.map(([trait]) => [trait, origin])),
  };
}

interface Word {
  readonly value: Json;
  readonly origin: Origin;
}

function wordOn({ traits, origins }: Profile, trait: string): Word | undefined {
  const value = Object.hasOwn(traits, trait) ? traits[trait] : undefined;
  const origin = Object.hasOwn(origins, trait) ? origins[trait] : undefined;
  return value === undefined || origin === undefined ? undefined : { value, origin };
}

function isBlank(value: Json): boolean {
  return typeof value === 'string' && value.trim() === '';
}

const ranks = { enriched: 0, filled: 1, said: 2 } as const;

function rankOf({ by, fillOnly }: Origin): number {
  if (by === 'enrichment') return ranks.enriched;
  return fillOnly === true ? ranks.filled : ranks.said;
}

interface Rule {
  readonly survivor: Survivor;
  readonly declared?: FactDeclaration;
}

/** Above 0: `a` survives. 0 only where both say the same of the same origin. */
function compare(a: Word, b: Word, rule: Rule): number {
  const rank = rankOf(a.origin) - rankOf(b.origin);
  if (rank !== 0) return rank;
  // A list that only fills never replaces, also not what an earlier list filled in.
  const survivor = rankOf(a.origin) === ranks.filled ? 'first' : rule.survivor;
  return bySurvivor(a, b, survivor, rule) || byStableOrder(a, b);
}

function bySurvivor(a: Word, b: Word, survivor: Survivor, rule: Rule): number {
  const later = a.origin.at - b.origin.at;
  switch (survivor) {
    case 'latest':
      return later;
    case 'first':
      return Number(b.value === null) - Number(a.value === null) || -later;
    case 'largest': {
      const [one, other] = [sizeOf(a.value, rule), sizeOf(b.value, rule)];
      return one === other ? later : one > other ? 1 : -1;
    }
  }
}

function sizeOf(value: Json, { declared }: Rule): number {
  if (value === null) return -Infinity;
  switch (declared?.type) {
    case 'choice': {
      const text = typeof value === 'string' ? value.trim().toLowerCase() : textOf(value);
      return (declared.values ?? []).findIndex((choice) => choice.toLowerCase() === text);
    }
    case 'list':
      return Array.isArray(value) ? value.length : 1;
    case 'date':
      return instantOf(value) ?? -Infinity;
    default:
      return numberOf(value) ?? -Infinity;
  }
}

function byStableOrder(a: Word, b: Word): number {
  return (
    (a.origin.confidence ?? 1) - (b.origin.confidence ?? 1) ||
    // The lesser text of two survives: any order will do, so long as it is the same everywhere.
    compareText(textOf(b.value), textOf(a.value)) ||
    compareText(b.origin.source, a.origin.source) ||
    compareText(b.origin.by, a.origin.by) ||
    Number(a.origin.confidence === undefined) - Number(b.origin.confidence === undefined)
  );
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Keys sorted: the database gives them back in an order of its own. */
function textOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object = value as JsonObject;
  const keys = Object.keys(object).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${textOf(object[key] ?? null)}`).join()}}`;
}

const rules = new WeakMap<Release, ReadonlyMap<string, Rule>>();
const latest: Rule = { survivor: 'latest' };
/** Where a lead came from is told once: what a later form calls itself is not where it began. */
const first: Rule = { survivor: 'first' };

function ruleOf(release: Release, trait: string): Rule {
  const known = rules.get(release) ?? rulesOf(release);
  rules.set(release, known);
  return known.get(trait) ?? latest;
}

function rulesOf({ facts }: Release): ReadonlyMap<string, Rule> {
  const found = new Map<string, Rule>();
  for (const trait of ['source', ...(standardTraits['source'] ?? [])]) found.set(trait, first);
  for (const declared of Object.values(facts)) {
    if (declared.survivor === undefined) continue;
    for (const trait of [declared.id, declared.from]) {
      found.set(trait, { survivor: declared.survivor, declared });
    }
  }
  return found;
}

/** Where the value of a fact comes from; undefined where no trait answers it. */
export function originOf(lead: Lead, release: Release, fact: string): Origin | undefined {
  const { traits, origins } = profileOf(lead);
  const declared = Object.hasOwn(release.facts, fact) ? release.facts[fact] : undefined;
  const paths =
    declared === undefined ? [fact, ...(standardTraits[fact] ?? [])] : [declared.from, declared.id];
  for (const path of paths) {
    if (!isKnown(traitAt(traits, path))) continue;
    return origins[Object.hasOwn(traits, path) ? path : (path.split('.')[0] ?? path)];
  }
  return undefined;
}

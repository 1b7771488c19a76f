/**
 * Traits as senders spell them, read as the facts we speak of.
 *
 * Segment's `title` or `company.name` fill `jobTitle` and `company`; values are brought to the type
 * a fact declares. A value that does not fit its type reads as missing, never as a guess.
 */
import type { FactType } from '../definitions/release.ts';
import type { FactValue, Json } from '../rules/condition.ts';
import { countryCode } from './country.ts';
import { phoneNumber } from './phone.ts';
import { instantOf } from '../rules/instant.ts';
import { isKnown, numberOf } from '../rules/operators.ts';
import { valueAt } from '../rules/path.ts';

export type Traits = { readonly [trait: string]: Json };

/** Fact → trait paths that fill it when the trait of its own name is missing, best first. */
export const standardTraits: { readonly [fact: string]: readonly string[] } = {
  firstName: ['first_name', 'firstname'],
  lastName: ['last_name', 'lastname'],
  jobTitle: ['title', 'job_title', 'jobtitle', 'position'],
  company: ['company.name', 'organization', 'company_name'],
  employees: ['company.employee_count', 'company.employees', 'employee_count'],
  industry: ['company.industry'],
  country: ['address.country', 'country_code'],
  region: ['address.state', 'address.region', 'state'],
  language: ['locale'],
  timezone: ['time_zone', 'context.timezone'],
  phone: ['phone_number', 'mobile'],
  source: ['utm_source', 'lead_source'],
};

/** The value of a built-in trait, whichever of its names it came under. */
export function standardTrait(traits: Traits, fact: string, type: FactType): FactValue {
  return standardReader(fact, type)(traits);
}

export type TraitReader = (traits: Traits) => FactValue;

/** For a fact that is read again and again: its names are looked up once. */
export function standardReader(fact: string, type: FactType): TraitReader {
  const names = [fact, ...(standardTraits[fact] ?? [])].map(traitReader);
  return (traits) => {
    for (const read of names) {
      const sent = read(traits);
      if (sent === undefined) continue;
      const value = tidy(traits, fact, ofType(sent, type));
      if (isKnown(value)) return value;
    }
    return partOfName(traits, fact);
  };
}

/** A trait by its name, dots and all, or by its path into nested traits. */
export function traitAt(traits: Traits, path: string): FactValue {
  return Object.hasOwn(traits, path) ? traits[path] : valueAt(traits, path);
}

/** `traitAt` for one path. Most leads miss most traits, and a path without dots leads no further. */
export function traitReader(path: string): TraitReader {
  const dot = path.indexOf('.');
  if (dot < 0) return (traits) => ownTrait(traits, path);
  const outer = path.slice(0, dot);
  return (traits) => {
    const value = ownTrait(traits, path);
    if (value !== undefined) return value;
    return ownTrait(traits, outer) === undefined ? undefined : traitAt(traits, path);
  };
}

function ownTrait(traits: Traits, trait: string): FactValue {
  const value = traits[trait];
  return value === undefined || !Object.hasOwn(traits, trait) ? undefined : value;
}

/** A number outside its range is no answer: proofs and people rely on what the range says. */
export function ofType(
  value: FactValue,
  type: FactType,
  values?: readonly string[],
  range?: readonly [number, number],
): FactValue {
  if (!isKnown(value)) return undefined;
  switch (type) {
    case 'text':
      return textOf(value);
    case 'number':
      return withinRange(numberOf(value), range);
    case 'boolean':
      return booleanOf(value);
    case 'choice':
      return choiceOf(value, values);
    case 'date':
      return instantOf(value) === undefined ? undefined : value;
    case 'list':
      return Array.isArray(value) ? value : typeof value === 'object' ? undefined : [value as Json];
  }
}

function textOf(value: FactValue): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

const yes = new Set(['true', 'yes', '1']);
const no = new Set(['false', 'no', '0']);

function booleanOf(value: FactValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = textOf(value)?.toLowerCase() ?? '';
  if (yes.has(text)) return true;
  return no.has(text) ? false : undefined;
}

/** Choices are spelled as declared, whatever case they came in. */
function choiceOf(value: FactValue, values: readonly string[] | undefined): string | undefined {
  const text = textOf(value);
  if (text === undefined || values === undefined) return text;
  return values.find((choice) => choice.toLowerCase() === text.toLowerCase());
}

function withinRange(
  number: number | undefined,
  range: readonly [number, number] | undefined,
): number | undefined {
  if (number === undefined || range === undefined) return number;
  return number >= range[0] && number <= range[1] ? number : undefined;
}

/** A country nobody knows is missing; a phone number that is none stays as it was sent. */
function tidy(traits: Traits, fact: string, value: FactValue): FactValue {
  if (typeof value !== 'string') return value;
  if (fact === 'country') return countryCode(value);
  if (fact === 'phone') {
    const country = standardTrait(traits, 'country', 'text');
    return phoneNumber(value, typeof country === 'string' ? country : undefined) ?? value;
  }
  if (fact === 'language') return value.split(/[-_]/)[0]?.toLowerCase();
  return value;
}

function partOfName(traits: Traits, fact: string): FactValue {
  if (fact !== 'firstName' && fact !== 'lastName') return undefined;
  const [first, ...rest] = textOf(traits['name'])?.split(/\s+/) ?? [];
  if (fact === 'firstName') return first;
  return rest.length === 0 ? undefined : rest.join(' ');
}

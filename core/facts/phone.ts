/**
 * A phone number as people write it → E.164: "030 / 1234-567" of a German lead is "+49301234567".
 *
 * What counts as a number, country by country, is libphonenumber's to say. It is loaded at the first
 * phone that is read and not at each start: loading takes longer than most commands need. A text that
 * is no valid number gives nothing; a number is never completed by a guess of the country.
 */
import { createRequire } from 'node:module';
import type { CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';

interface Phones {
  readonly isSupportedCountry: (country: string) => country is CountryCode;
  readonly parsePhoneNumberFromString: typeof parsePhoneNumberFromString;
}

const load = createRequire(import.meta.url);
let loaded: Phones | undefined;

function phones(): Phones {
  loaded ??= load('libphonenumber-js/min') as Phones;
  return loaded;
}

/** `country`: ISO alpha-2, for numbers written without "+". */
export function phoneNumber(text: string, country: string | undefined): string | undefined {
  const key = `${country ?? ''} ${text}`;
  if (known.has(key)) return known.get(key);
  const found = read(text, country);
  if (known.size >= KNOWN_MOST) known.clear();
  known.set(key, found);
  return found;
}

/** One lead's number is asked for again and again. */
const known = new Map<string, string | undefined>();
const KNOWN_MOST = 10_000;
/** Digits, and what people put between them. */
const LONGEST = 60;

function read(text: string, country: string | undefined): string | undefined {
  if (text.length > LONGEST || !/\d{3}/.test(text.replaceAll(/[\s()./-]/g, ''))) return undefined;
  const { isSupportedCountry, parsePhoneNumberFromString: parse } = phones();
  const at = country !== undefined && isSupportedCountry(country) ? country : undefined;
  const number = at === undefined ? parse(text) : parse(text, at);
  return number?.isValid() === true ? number.number : undefined;
}

/**
 * What somebody typed → what can be compared: `derive` with `as` in `rules/facts.json`.
 *
 * Each form gives nothing where it is not certain. The value as it was sent stays in the traits.
 */
import type { CleanForm } from '../definitions/release.ts';
import { domainOf } from '../rules/domain.ts';
import { countryCode } from './country.ts';
import { phoneNumber } from './phone.ts';
import { seniorityOf } from './seniority.ts';

/** `country`: ISO code of the lead, for phone numbers written without "+". */
export function cleaned(
  form: CleanForm,
  text: string,
  country: string | undefined,
): string | undefined {
  switch (form) {
    case 'seniority':
      return seniorityOf(text);
    case 'country':
      return countryCode(text);
    case 'phone':
      return phoneNumber(text, country);
    case 'domain':
      return domainOf(text);
    case 'lower-case':
      return text.trim().toLowerCase();
  }
}

/** What people call a lead, from whatever is known; an address, or "Anonymous visitor", when nothing is. */
import type { JsonObject } from '../core/rules/condition.ts';

export function nameOf(
  traits: JsonObject,
  address: string | null | undefined,
): { readonly name: string; readonly company?: string } {
  const word = (...keys: readonly string[]): string | undefined => {
    for (const key of keys) {
      const value = traits[key];
      if (typeof value === 'string' && value.trim() !== '') return value.trim();
    }
    return undefined;
  };
  const parts = [word('firstName', 'first_name'), word('lastName', 'last_name')];
  const joined = parts.filter((part) => part !== undefined).join(' ');
  const company = word('company', 'company_name', 'organization');
  return {
    name: word('name') ?? (joined === '' ? (address ?? 'Anonymous visitor') : joined),
    ...(company === undefined ? {} : { company }),
  };
}

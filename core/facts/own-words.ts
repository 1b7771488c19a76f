/**
 * A lead without what enrichment said of it.
 *
 * Traits have several names (`employees`, `company.employee_count`, what a `group` call says), so that
 * enrichment replaces no value is not enough: a guess under one name must not hide what a person said
 * under another. Facts are read here first, and with the guesses only where that tells nothing.
 */
import type { Lead } from './lead.ts';

const known = new WeakMap<Lead, Lead>();

/** The same object where there is nothing to leave out. */
export function withoutEnrichment(lead: Lead): Lead {
  const { origins } = lead;
  if (origins === undefined) return lead;
  const before = known.get(lead);
  if (before !== undefined) return before;
  if (!Object.values(origins).some(({ by }) => by === 'enrichment')) {
    known.set(lead, lead);
    return lead;
  }
  const isSaid = (trait: string): boolean => origins[trait]?.by !== 'enrichment';
  const traits = Object.entries(lead.traits);
  const said = traits.every(([trait]) => isSaid(trait))
    ? lead
    : { ...lead, traits: Object.fromEntries(traits.filter(([trait]) => isSaid(trait))) };
  known.set(lead, said);
  return said;
}

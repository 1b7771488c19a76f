/**
 * Which account a lead belongs to without a `group` call: the one of its address' domain.
 *
 * Pure, so that ingest and the simulator link alike. A lead that has an account keeps it: what was
 * said of a company wins over what an address lets us guess.
 */
import type { Release } from '../definitions/release.ts';
import { derivedId } from '../decision/ids.ts';
import type { Account, Lead } from '../facts/lead.ts';
import { accountRulesOf } from './compiled-accounts.ts';
import { companyDomain, mainDomain, parseDomain } from './domain.ts';

/** The account a lead is to be linked to, with nothing known of it but its domain. */
export function accountToLink(
  lead: Pick<Lead, 'account'>,
  address: string | undefined,
  release: Release,
): Account | undefined {
  if (lead.account !== undefined || address === undefined) return undefined;
  const domain = companyDomain(address, accountRulesOf(release));
  return domain === undefined ? undefined : domainAccount(domain);
}

/** The account that leads of the domain a `group` call speaks of are linked to. */
export function accountOfDomain(said: string | undefined, release: Release): Account | undefined {
  const parsed = said === undefined ? undefined : parseDomain(said);
  const rules = accountRulesOf(release);
  if (parsed === undefined || !rules.link.byDomain) return undefined;
  const domain = mainDomain(parsed, rules);
  return domain === undefined ? undefined : domainAccount(domain);
}

function domainAccount(domain: string): Account {
  const key = `domain:${domain}`;
  return { id: derivedId('account', key), key, domain, tags: [], traits: {} };
}

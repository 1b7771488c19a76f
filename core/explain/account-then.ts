/**
 * What was known of a lead's company at an earlier instant: what `group` calls had said of it by then.
 *
 * Which account it is, by what it is called and who owns it is told as it is today, because no history
 * of that is kept; so are its other members.
 */
import { accountToLink } from '../accounts/link.ts';
import type { Release } from '../definitions/release.ts';
import type { Account, Lead } from '../facts/lead.ts';
import type { LeadHistory, PastEvent } from './as-of.ts';

/** `release`: also links by the domain of the address, as ingest does for a lead without an account. */
export function accountThen(
  lead: Lead,
  { account: today, accountEvents, events }: LeadHistory,
  at: number,
  release?: Release,
): { readonly account?: Account } {
  const linked = release === undefined ? undefined : accountToLink(lead, lead.address, release);
  const known = lead.account ?? linked;
  if (known === undefined) return {};
  const isToday = today !== undefined && (today.id === known.id || linked !== undefined);
  const id = isToday ? today.id : known.id;
  const said = [...events, ...accountEvents]
    .filter((event) => event.accountId === id && event.receivedAt <= at)
    .sort((a, b) => a.receivedAt - b.receivedAt || a.seq - b.seq);
  const { name: _name, openHandoff: _open, ...lasting } = isToday ? today : known;
  const start: Account = { ...lasting, tags: [], traits: {} };
  return { account: said.reduce(withSaid, start) };
}

/** As the door reads a `group` call. */
function withSaid(account: Account, { properties }: PastEvent): Account {
  const { name, domain, tags } = properties;
  const added = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
  return {
    ...account,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof domain === 'string' ? { domain: domain.toLowerCase() } : {}),
    tags: [...new Set([...account.tags, ...added])],
    traits: { ...account.traits, ...properties },
  };
}

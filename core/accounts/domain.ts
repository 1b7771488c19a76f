/**
 * The company behind an address: its domain, brought to the main one where a file lists aliases.
 *
 * Private and throw-away addresses say nothing about a company, shared mailboxes do. A subdomain
 * belongs to the nearest domain a file names; else it stands for itself, because no list of ours
 * knows which `co.uk` is a company and which is not.
 */
import { emailKind } from '../facts/email-kind.ts';
import { domainOfAddress } from '../sending/address.ts';
import type { AccountLinks, AccountRules } from './model.ts';

/** Main domain of the company, `undefined` where the address tells none. */
export function companyDomain(address: string, rules: AccountRules): string | undefined {
  if (!rules.link.byDomain) return undefined;
  const kind = emailKind(address);
  if (kind === 'free' || kind === 'disposable') return undefined;
  const domain = parseDomain(domainOfAddress(address));
  if (domain === undefined || reserved.has(domain)) return undefined;
  return mainDomain(domain, rules);
}

/** `undefined` for a domain that stands for no company. */
export function mainDomain(domain: string, rules: AccountRules): string | undefined {
  const { aliases, never, mains } = listed(rules);
  for (let rest = domain; rest.includes('.'); rest = rest.slice(rest.indexOf('.') + 1)) {
    if (never.has(rest)) return undefined;
    const main = aliases.get(rest);
    if (main !== undefined) return main;
    if (mains.has(rest)) return rest;
  }
  return domain;
}

/** "https://www.Nordwind.de/en" → "nordwind.de"; `undefined` for what is no domain. */
export function parseDomain(text: string): string | undefined {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[/?#:].*$/, '')
    .replace(/\.$/, '');
  return domainPattern.test(host) && host.length <= DOMAIN_CHARACTERS_MAX ? host : undefined;
}
/** RFC 1035. */
const DOMAIN_CHARACTERS_MAX = 253;
const domainPattern =
  /^(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?\.)+(?:\p{L}{2,63}|xn--[a-z0-9-]{2,59})$/u;

/** Kept for documentation (RFC 2606): whoever writes from there works at no company. */
const reserved: ReadonlySet<string> = new Set(['example.com', 'example.net', 'example.org']);

interface Listed {
  readonly aliases: ReadonlyMap<string, string>;
  readonly never: ReadonlySet<string>;
  readonly mains: ReadonlySet<string>;
}
const lists = new WeakMap<AccountRules, Listed>();

function listed(rules: AccountRules): Listed {
  const known = lists.get(rules);
  if (known !== undefined) return known;
  const made = listsOf(rules.link, rules.named);
  lists.set(rules, made);
  return made;
}

function listsOf({ aliases, never }: AccountLinks, named: AccountRules['named']): Listed {
  return {
    aliases: new Map(Object.entries(aliases)),
    never: new Set(never),
    mains: new Set([...Object.values(aliases), ...named.map(({ account }) => account)]),
  };
}

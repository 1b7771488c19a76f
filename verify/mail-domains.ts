/**
 * Whether a domain takes mail, asked of DNS: its MX records, and where there are none its addresses.
 *
 * The answer is kept for days, and each domain is asked once however many addresses wait for it. Only
 * an answer counts: a server that is away, refuses or fails says nothing about the domain. Since a
 * resolver without a network may deny that anything exists, "no such domain" is believed only while
 * the same resolver still finds a domain that certainly does.
 */
import { Resolver } from 'node:dns/promises';
import { mailDomainKeptMs, type DomainAnswer } from '../core/verification/judge.ts';
import type { AskDomain } from './verifier.ts';

/** The part of `node:dns` that is used; errors carry its codes. */
export interface DnsQuestions {
  resolveMx(domain: string): Promise<readonly { readonly exchange: string }[]>;
  resolve4(domain: string): Promise<readonly unknown[]>;
  resolve6(domain: string): Promise<readonly unknown[]>;
  resolveNs(domain: string): Promise<readonly unknown[]>;
}

/** Answers that are known, for all processes. Implemented in store/. */
export interface DomainCache {
  find(domain: string): Promise<DomainAnswer | undefined>;
  save(domain: string, answer: DomainAnswer, keptMs: number): Promise<void>;
}

/**
 * Two tries of 2.5 seconds: name servers answer within a second or not at all, and whoever waits for
 * the answer is a loop, not a person.
 */
const dnsLimits = { timeout: 2_500, tries: 2 };
/** A domain that exists as long as the network is there at all. */
const certainDomain = 'com';
/** How long it is believed that the network is there. */
const presenceKeptMs = 60_000;

export function createDnsQuestions(servers?: readonly string[]): DnsQuestions {
  const resolver = new Resolver(dnsLimits);
  if (servers !== undefined) resolver.setServers(servers);
  return resolver;
}

export function createAskDomain(
  dns: DnsQuestions,
  cache: DomainCache,
  now: () => number = Date.now,
): AskDomain {
  const underway = new Map<string, Promise<DomainAnswer | 'away'>>();
  const isPresent = createPresence(dns, now);
  const ask = async (domain: string): Promise<DomainAnswer | 'away'> => {
    const known = await cache.find(domain);
    if (known !== undefined) return known;
    const answer = await askDns(dns, domain);
    if (answer === 'away') return answer;
    if (answer === 'no-such-domain' && !(await isPresent())) return 'away';
    await cache.save(domain, answer, mailDomainKeptMs(answer));
    return answer;
  };
  return (domain) => {
    const running = underway.get(domain);
    if (running !== undefined) return running;
    const asked = ask(domain).finally(() => underway.delete(domain));
    underway.set(domain, asked);
    return asked;
  };
}

async function askDns(dns: DnsQuestions, domain: string): Promise<DomainAnswer | 'away'> {
  const mail = await answerTo(() => dns.resolveMx(domain));
  if (mail === 'away' || mail === 'no-such-domain') return mail;
  if (mail.length > 0) {
    // RFC 7505: one record that names the root says that the domain takes no mail.
    const isNull = mail.every(({ exchange }) => exchange === '' || exchange === '.');
    return isNull ? 'refuses-mail' : 'takes-mail';
  }
  // RFC 5321 5.1: without MX records mail goes to the addresses of the domain itself.
  const found = [
    await answerTo(() => dns.resolve4(domain)),
    await answerTo(() => dns.resolve6(domain)),
  ];
  if (found.some((answer) => Array.isArray(answer) && answer.length > 0)) return 'address-only';
  return found.includes('away') ? 'away' : 'no-address';
}

/** An empty list where the domain exists and has no such record. */
async function answerTo<Answer>(
  question: () => Promise<readonly Answer[]>,
): Promise<readonly Answer[] | 'away' | 'no-such-domain'> {
  try {
    return await question();
  } catch (error) {
    switch ((error as { readonly code?: unknown }).code) {
      case 'ENODATA':
        return [];
      case 'ENOTFOUND':
        return 'no-such-domain';
      default:
        return 'away';
    }
  }
}

function createPresence(dns: DnsQuestions, now: () => number): () => Promise<boolean> {
  let seenAt = -Infinity;
  return async () => {
    if (now() - seenAt < presenceKeptMs) return true;
    const answer = await answerTo(() => dns.resolveNs(certainDomain));
    const isThere = Array.isArray(answer) && answer.length > 0;
    if (isThere) seenAt = now();
    return isThere;
  };
}

/**
 * From findings to a verdict: what an address looks like, what DNS said of its domain, whether mail to
 * it came back.
 *
 * Pure, and the only place that weighs one finding against another. What came back outweighs all that
 * can be guessed; what can take no mail outweighs what kind of mailbox it is. DNS that gave no answer
 * never makes an address invalid.
 */
import { emailKind } from '../facts/email-kind.ts';
import { domainOfAddress, parseAddress } from '../sending/address.ts';
import { verdict, type Undecided, type Verification } from './verdict.ts';

/** What DNS says of a domain. Kept for days: see `mailDomainKeptMs`. */
export const domainAnswers = [
  'takes-mail',
  'refuses-mail',
  'address-only',
  'no-address',
  'no-such-domain',
] as const;
export type DomainAnswer = (typeof domainAnswers)[number];

export interface Findings {
  readonly address: string;
  /** `away`: no answer; `not-asked`: nobody looked. */
  readonly domain: DomainAnswer | 'away' | 'not-asked';
  readonly bounced?: boolean;
}

export function judge({ address, domain, bounced = false }: Findings): Verification {
  const parsed = parseAddress(address);
  if (!parsed.ok) return verdict('syntax');
  if (bounced) return verdict('bounced');
  const kind = emailKind(parsed.address);
  if (kind === 'disposable') return verdict('disposable');
  if (isReserved(domainOfAddress(parsed.address))) return unknown('reserved-domain', false);
  switch (domain) {
    case 'no-such-domain':
      return verdict('no-such-domain');
    case 'refuses-mail':
      return verdict('refuses-mail');
    case 'no-address':
      return verdict('no-address-for-mail');
    case 'away':
      return unknown('dns-away', true);
    case 'address-only':
      return verdict('no-mail-server');
    case 'not-asked':
      return kind === 'role' ? verdict('role') : unknown('not-looked-up', false);
    case 'takes-mail':
      if (kind === 'role') return verdict('role');
      return verdict(kind === 'free' ? 'free-provider' : 'takes-mail');
  }
}

/** What we know ourselves outweighs a provider that has not seen our mail come back. */
export function withPastBounce(verification: Verification, bounced: boolean): Verification {
  return bounced ? verdict('bounced') : verification;
}

/** RFC 2606 and RFC 6761: kept for documentation and tests, so that no answer about them means anything. */
export function isReserved(domain: string): boolean {
  return reservedEndings.some((ending) => domain === ending || domain.endsWith(`.${ending}`));
}

const reservedEndings = [
  ...['example', 'test', 'invalid', 'localhost', 'local'],
  ...['example.com', 'example.net', 'example.org'],
];

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/**
 * How long an answer of DNS is believed. A domain that takes mail does so for years, and one question a
 * week costs nothing; one that does not may have been registered or mended yesterday.
 */
export function mailDomainKeptMs(answer: DomainAnswer): number {
  return answer === 'takes-mail' ? 7 * dayMs : dayMs;
}

/**
 * When an address with a verdict is looked at again: companies close and merge within months; what is
 * risky or invalid keeps somebody from being written to, so it is looked at three times as often.
 */
export function lookedAtAgainAfterMs(status: 'valid' | 'risky' | 'invalid'): number {
  return (status === 'valid' ? 90 : 30) * dayMs;
}

/** A minute, five, 25, two hours, ten, then once a day: an outage of DNS lasts minutes or hours. */
export function askAgainAfterMs(attempts: number): number {
  return Math.min(dayMs, minuteMs * 5 ** Math.max(0, attempts - 1));
}

function unknown(because: Undecided['because'], again: boolean): Undecided {
  return { status: 'unknown', because, again };
}

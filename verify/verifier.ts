/**
 * The port through which addresses are verified, and the two verifiers that ship: by DNS, and without
 * any network.
 *
 * A verifier answers about one address and stores nothing. Whatever it answers is parsed before it is
 * believed, however long it takes is bounded by whoever asks: it need not defend itself.
 */
import { isReserved, judge, type DomainAnswer } from '../core/verification/judge.ts';
import type { Verification } from '../core/verification/verdict.ts';
import { domainOfAddress, parseAddress } from '../core/sending/address.ts';

export interface EmailVerifier {
  /** Who says so: kept with every verdict. */
  readonly name: string;
  /** Gives up when the signal says so. */
  verify(address: string, signal: AbortSignal): Promise<Verification>;
}

/** Asks about a domain: see `mail-domains.ts`. */
export type AskDomain = (domain: string, signal: AbortSignal) => Promise<DomainAnswer | 'away'>;

export function createDnsVerifier(ask: AskDomain): EmailVerifier {
  return {
    name: 'dns',
    async verify(address, signal) {
      const atOnce = judge({ address, domain: 'not-asked' });
      if (!isWorthAsking(address, atOnce)) return atOnce;
      return judge({ address, domain: await ask(domainOfAddress(address), signal) });
    },
  };
}

/** For tests, demos and machines without a network: what the address itself gives away. */
export const offlineVerifier: EmailVerifier = {
  name: 'offline',
  verify: (address) => Promise.resolve(judge({ address, domain: 'not-asked' })),
};

function isWorthAsking(address: string, { status }: Verification): boolean {
  if (status === 'invalid' || !parseAddress(address).ok) return false;
  return !isReserved(domainOfAddress(address));
}

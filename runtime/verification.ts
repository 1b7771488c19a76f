/**
 * Verification of addresses as a worker runs it: which verifier, over which tables, how often.
 *
 * Any number of workers do it side by side: each takes addresses that no other holds.
 */
import { createDomainCache, saveLooks, takeEmailChecks } from '../store/email-checks.ts';
import type { Sql } from '../store/client.ts';
import { createAskDomain, createDnsQuestions, type DomainCache } from '../verify/mail-domains.ts';
import { verifyDue, type CheckRecords } from '../verify/round.ts';
import { createDnsVerifier, offlineVerifier, type EmailVerifier } from '../verify/verifier.ts';
import type { Core } from './composition.ts';
import type { Config } from './config.ts';
import { startLoop, type Loop } from './dispatch/loop.ts';

/** A person who left an address is verified before the first email of most journeys is due. */
const everyMs = 2_000;

export function startVerification({ config, store, ingest, log }: Core): Loop {
  const verifier = verifierFor(config, createDomainCache(store));
  if (verifier === undefined) return { stop: () => Promise.resolve() };
  const onError = (error: unknown): void => log.warn({ err: error }, 'verification of addresses');
  const deps = {
    verifier,
    checks: createCheckRecords(store),
    ingest: ingest.ingest,
    now: () => Date.now(),
    onError,
  };
  return startLoop({ everyMs, onError, round: () => verifyDue(deps) });
}

function verifierFor(
  { verify, nameServers }: Pick<Config, 'verify' | 'nameServers'>,
  cache: DomainCache,
): EmailVerifier | undefined {
  switch (verify) {
    case 'off':
      return undefined;
    case 'offline':
      return offlineVerifier;
    case 'dns':
      return createDnsVerifier(createAskDomain(createDnsQuestions(nameServers), cache));
  }
}

export function createCheckRecords(sql: Sql): CheckRecords {
  return {
    take: (limit, leaseMs) => takeEmailChecks(sql, limit, leaseMs),
    lookedAt: (looks, taken) => saveLooks(sql, looks, taken),
  };
}

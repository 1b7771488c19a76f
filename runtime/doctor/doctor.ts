/**
 * Everything the doctor looks at, in the order in which somebody sets it up. What was not asked for, or
 * cannot be looked at from here, is left out or says so; nothing is guessed.
 */
import { isReserved } from '../../core/verification/judge.ts';
import type { Signer } from '../../mail/identity/dkim.ts';
import type { Finding } from '../../mail/identity/finding.ts';
import type { Config } from '../config.ts';
import type { Dns } from './dns.ts';
import { lookAtDomain, lookAtRelayName } from './domain.ts';
import {
  isLoopback,
  lookAtDatabase,
  lookAtRelay,
  lookAtSettings,
  lookAtTemporal,
} from './parts.ts';

export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}
export interface Examined {
  readonly config: Config;
  readonly databaseUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly smtpUrl: string | undefined;
  /** Of every address that writes. */
  readonly domains: readonly string[];
  readonly bounceDomain: string | undefined;
  readonly signer: Signer | undefined;
  readonly dns: Dns;
}

export async function examine(asked: Examined): Promise<readonly Section[]> {
  const { config, databaseUrl, temporalAddress, smtpUrl, domains, dns, signer } = asked;
  const temporal = { ...config, TEMPORAL_ADDRESS: temporalAddress ?? config.TEMPORAL_ADDRESS };
  const [database, workflows, relay, writing] = await Promise.all([
    databaseUrl === undefined ? notSet('PostgreSQL') : lookAtDatabase(databaseUrl),
    temporalAddress === undefined ? notSet('Temporal') : lookAtTemporal(temporal),
    smtpUrl === undefined ? notSet('mail relay') : lookAtRelayAndName(dns, smtpUrl),
    Promise.all(
      domains.map(async (domain): Promise<Section> => {
        const bounceDomain = asked.bounceDomain ?? domain;
        const title = `Mail from ${domain}`;
        if (isReserved(domain)) return { title, findings: [reserved(domain)] };
        return { title, findings: await lookAtDomain(dns, { domain, bounceDomain, signer }) };
      }),
    ),
  ]);
  return [
    { title: 'Settings', findings: lookAtSettings(config) },
    { title: 'Parts', findings: [...database, ...workflows, ...relay] },
    ...writing,
  ];
}

async function lookAtRelayAndName(dns: Dns, smtpUrl: string): Promise<readonly Finding[]> {
  const { hostname } = new URL(smtpUrl);
  const relay = await lookAtRelay(smtpUrl);
  return isLoopback(hostname) ? relay : [...relay, ...(await lookAtRelayName(dns, hostname))];
}

function notSet(part: string): readonly Finding[] {
  const found = 'not set, and no Perennial runs here: nothing to look at';
  return [{ state: 'unknown', part, found }];
}

function reserved(domain: string): Finding {
  return {
    ...{ state: 'warning', part: 'domain' },
    found: `${domain} is a name for examples: no mail in its name reaches anybody`,
    fix: 'Write your own address at "from" in rules/sending.json.',
  };
}

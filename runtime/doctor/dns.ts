/**
 * The questions the doctor asks DNS, each answered with records, "absent" or "away". Only an answer
 * counts: a name server that fails says nothing about a domain.
 */
import { Resolver } from 'node:dns/promises';
import type { DnsAnswer } from '../../mail/identity/finding.ts';

export interface Dns {
  texts(name: string): Promise<DnsAnswer<string>>;
  /** Host names, the preferred one first. */
  mailServers(domain: string): Promise<DnsAnswer<string>>;
  addresses(host: string): Promise<DnsAnswer<string>>;
  names(address: string): Promise<DnsAnswer<string>>;
}

/** A person waits, and answers of name servers come within a second or not at all. */
const limits = { timeout: 2_000, tries: 2 };

/** A domain that exists as long as the network is there at all. */
const certainDomain = 'com';

export function createDns(servers?: readonly string[]): Dns {
  const resolver = new Resolver(limits);
  if (servers !== undefined) resolver.setServers(servers);
  // A resolver without a network may deny that anything exists.
  const seesNetwork = resolver.resolveNs(certainDomain).then(
    () => true,
    () => false,
  );
  const ask = async <Record>(question: () => Promise<readonly Record[]>) => {
    const answer = await answerTo(question);
    return answer === 'absent' && !(await seesNetwork) ? 'away' : answer;
  };
  return {
    // A long text comes in pieces that belong together.
    texts: (name) =>
      ask(async () => (await resolver.resolveTxt(name)).map((pieces) => pieces.join(''))),
    mailServers: (domain) =>
      ask(async () => {
        const records = await resolver.resolveMx(domain);
        return records.sort((a, b) => a.priority - b.priority).map(({ exchange }) => exchange);
      }),
    async addresses(host) {
      const four = await ask(() => resolver.resolve4(host));
      const six = await ask(() => resolver.resolve6(host));
      if (typeof four === 'string') return six === 'away' ? four : six;
      return typeof six === 'string' ? four : [...four, ...six];
    },
    names: (address) => ask(() => resolver.reverse(address)),
  };
}

async function answerTo<Record>(
  question: () => Promise<readonly Record[]>,
): Promise<DnsAnswer<Record>> {
  try {
    const records = await question();
    return records.length === 0 ? 'absent' : records;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return code === 'ENODATA' || code === 'ENOTFOUND' ? 'absent' : 'away';
  }
}

/**
 * Looks at a domain that writes: may our relay send for it, can receivers check our signature, what do
 * they do with forgeries, and do answers reach anybody. What the records mean is judged in
 * mail/identity; here they are only asked for.
 */
import type { Signer } from '../../mail/identity/dkim.ts';
import { alignmentFinding, dkimFinding, relaySigns } from '../../mail/identity/dkim-record.ts';
import { dkimRecord } from '../../mail/identity/dkim.ts';
import { dmarcFinding, isDmarc, readDmarc } from '../../mail/identity/dmarc.ts';
import { unanswered, type DnsAnswer, type Finding } from '../../mail/identity/finding.ts';
import { isSpf, readSpf, spfFinding, spfLookupsMax } from '../../mail/identity/spf.ts';
import type { Dns } from './dns.ts';

export interface MailDomain {
  /** Of From addresses. */
  readonly domain: string;
  /** Where bounces go, by which receivers check SPF. */
  readonly bounceDomain: string;
  readonly signer: Signer | undefined;
}

export async function lookAtDomain(dns: Dns, asked: MailDomain): Promise<readonly Finding[]> {
  const { domain, bounceDomain, signer } = asked;
  const [spf, dmarc, mx, bounceMx] = await Promise.all([
    lookAtSpf(dns, bounceDomain),
    findDmarc(dns, domain),
    lookAtMx(dns, domain, 'answers to it'),
    bounceDomain === domain ? [] : lookAtMx(dns, bounceDomain, 'bounces'),
  ]);
  const [text] = typeof dmarc.texts === 'string' ? [] : dmarc.texts.filter(isDmarc);
  const alignment = text === undefined ? 'r' : readDmarc(text).dkimAlignment;
  const dkim =
    signer === undefined
      ? [relaySigns(domain)]
      : [
          dkimFinding(signer, await dns.texts(dkimRecord(signer).name)),
          alignmentFinding(signer.domain, domain, alignment),
        ];
  return [spf, ...dkim, dmarcFinding(domain, dmarc.at, dmarc.texts), ...mx, ...bounceMx];
}

async function lookAtSpf(dns: Dns, domain: string): Promise<Finding> {
  const texts = await dns.texts(domain);
  return spfFinding(domain, texts, await countLookups(dns, texts, 0));
}

/** All that a receiver would have to ask for; it stops counting where receivers stop asking. */
async function countLookups(dns: Dns, texts: DnsAnswer<string>, before: number): Promise<number> {
  const [text] = typeof texts === 'string' ? [] : texts.filter(isSpf);
  if (text === undefined) return before;
  const { lookups, includes } = readSpf(text);
  let count = before + lookups;
  for (const include of includes) {
    if (count > spfLookupsMax) return count;
    // A macro needs a mail to be filled in.
    if (!include.includes('%')) count = await countLookups(dns, await dns.texts(include), count);
  }
  return count;
}

/** RFC 7489 6.6.3: a domain without a record of its own obeys the one above it. */
async function findDmarc(
  dns: Dns,
  domain: string,
): Promise<{ readonly at: string; readonly texts: DnsAnswer<string> }> {
  const own = await dns.texts(`_dmarc.${domain}`);
  const parent = domain.split('.').slice(1).join('.');
  if (own === 'away' || hasDmarc(own) || !parent.includes('.')) return { at: domain, texts: own };
  const above = await dns.texts(`_dmarc.${parent}`);
  return hasDmarc(above) ? { at: parent, texts: above } : { at: domain, texts: own };
}

function hasDmarc(texts: DnsAnswer<string>): boolean {
  return typeof texts !== 'string' && texts.some(isDmarc);
}

async function lookAtMx(dns: Dns, domain: string, what: string): Promise<readonly Finding[]> {
  const part = 'MX';
  const servers = await dns.mailServers(domain);
  if (servers === 'away') return [unanswered(part, domain)];
  const [first] = servers === 'absent' ? [] : servers;
  if (first === undefined || first === '' || first === '.') {
    const found = `${domain} takes no mail: ${what} reach nobody`;
    const fix = `Publish an MX record at ${domain} that names the server that takes its mail.`;
    return [{ state: 'failure', part, found, fix }];
  }
  return [{ state: 'ok', part, found: `${domain}: ${what} go to ${first}` }];
}

/** Receivers distrust a server whose address has no name, or a name that leads elsewhere. */
export async function lookAtRelayName(dns: Dns, host: string): Promise<readonly Finding[]> {
  const part = 'PTR';
  const addresses = isAddress(host) ? [host] : await dns.addresses(host);
  if (addresses === 'away') return [unanswered(part, host)];
  if (addresses === 'absent') {
    const found = `${host} has no address`;
    return [{ state: 'failure', part, found, fix: 'SMTP_URL names a host that is not in DNS.' }];
  }
  return Promise.all(addresses.map((address) => lookAtPtr(dns, host, address)));
}

async function lookAtPtr(dns: Dns, host: string, address: string): Promise<Finding> {
  const part = 'PTR';
  const names = await dns.names(address);
  if (names === 'away') return unanswered(part, address);
  const fix = `Ask whoever runs ${host} for a name that leads there and back; it matters if ${host} itself delivers.`;
  const [name] = names === 'absent' ? [] : names;
  if (name === undefined) {
    return { state: 'warning', part, found: `${address} (${host}) has no name`, fix };
  }
  const back = await dns.addresses(name);
  if (back === 'away') return unanswered(part, name);
  return back !== 'absent' && back.includes(address)
    ? { state: 'ok', part, found: `${address} is ${name}, and ${name} is ${address}` }
    : { state: 'warning', part, found: `${address} is ${name}, which is not ${address}`, fix };
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}

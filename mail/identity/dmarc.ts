/**
 * The DMARC record of a domain (RFC 7489): what receivers do with mail in its name that neither SPF nor
 * DKIM vouches for. Gmail and Yahoo want one from everybody who sends in bulk, Microsoft too. Pure.
 */
import { unanswered, type DnsAnswer, type Finding } from './finding.ts';

export interface DmarcRecord {
  readonly policy: string;
  /** Whether the signing domain must be the From domain itself (`s`) or may be a relative (`r`). */
  readonly dkimAlignment: 'r' | 's';
  readonly reports: string | undefined;
}

export function isDmarc(text: string): boolean {
  return /^v=DMARC1\s*(;|$)/i.test(text);
}

export function readDmarc(text: string): DmarcRecord {
  const tags = new Map(
    text.split(';').map((pair) => {
      const [tag = '', value = ''] = pair.split('=', 2);
      return [tag.trim().toLowerCase(), value.trim()] as const;
    }),
  );
  return {
    policy: (tags.get('p') ?? '').toLowerCase(),
    dkimAlignment: tags.get('adkim') === 's' ? 's' : 'r',
    reports: tags.get('rua'),
  };
}

/** `at`: where the record was found, the domain itself or one above it. */
export function dmarcFinding(domain: string, at: string, texts: DnsAnswer<string>): Finding {
  if (texts === 'away') return unanswered('DMARC', `_dmarc.${domain}`);
  const records = texts === 'absent' ? [] : texts.filter(isDmarc);
  const [text] = records;
  if (text === undefined) {
    return {
      ...{ state: 'failure', part: 'DMARC', found: `${domain} has no DMARC record` },
      fix: `Publish TXT at _dmarc.${domain}: "v=DMARC1; p=none; rua=mailto:dmarc@${domain}"; later p=quarantine.`,
    };
  }
  if (records.length > 1) {
    const found = `_dmarc.${at} has ${records.length} DMARC records`;
    return {
      state: 'failure',
      part: 'DMARC',
      found,
      fix: 'Receivers ignore all of them: keep one.',
    };
  }
  const { policy, reports } = readDmarc(text);
  const found = `_dmarc.${at}: ${text}`;
  if (!['none', 'quarantine', 'reject'].includes(policy)) {
    const fix = 'It names no policy that receivers know: p=none, p=quarantine or p=reject.';
    return { state: 'failure', part: 'DMARC', found, fix };
  }
  if (policy === 'none' && reports === undefined) {
    const fix =
      'It neither protects nor reports: add rua=mailto:… and read who sends in your name.';
    return { state: 'warning', part: 'DMARC', found, fix };
  }
  return { state: 'ok', part: 'DMARC', found };
}

/** Whether mail signed by one domain counts for a From address of another. */
export function isAligned(signing: string, from: string, alignment: 'r' | 's'): boolean {
  const [one, other] = [signing.toLowerCase(), from.toLowerCase()];
  if (one === other) return true;
  // Without a list of public suffixes only a parent and its child are known to be relatives.
  return alignment === 'r' && (one.endsWith(`.${other}`) || other.endsWith(`.${one}`));
}

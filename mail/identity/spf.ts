/**
 * The SPF record of a domain (RFC 7208): which servers may send in its name. Read as far as an owner can
 * get it wrong: no record, two records, more look-ups than receivers make, or a door left open to all.
 * Whether our relay is among the servers only a received mail can tell. Pure.
 */
import { unanswered, type DnsAnswer, type Finding } from './finding.ts';

export interface SpfRecord {
  /** What the last word says about everyone else. */
  readonly all?: '+' | '-' | '~' | '?';
  /** Domains whose own records are part of it (`include:`, `redirect=`). */
  readonly includes: readonly string[];
  /** How many look-ups its own words cost (RFC 7208 4.6.4). */
  readonly lookups: number;
}
/** RFC 7208 4.6.4: a receiver stops after so many and takes the record for broken. */
export const spfLookupsMax = 10;

const costly = /^[+?~-]?(include|a|mx|ptr|exists)(?=[:/]|$)/i;

export function readSpf(text: string): SpfRecord {
  const terms = text.trim().split(/\s+/).slice(1);
  const all = terms
    .map((term) => /^([+?~-]?)all$/i.exec(term)?.[1])
    .find((one) => one !== undefined);
  const targets = terms.map((term) => /^(?:[+?~-]?include:|redirect=)(.+)$/i.exec(term)?.[1]);
  return {
    ...(all === undefined ? {} : { all: all === '' ? '+' : (all as '-' | '~' | '?' | '+') }),
    includes: targets.filter((target) => target !== undefined),
    lookups: terms.filter((term) => costly.test(term) || /^redirect=/i.test(term)).length,
  };
}

export function isSpf(text: string): boolean {
  return /^v=spf1(\s|$)/i.test(text);
}

/** `lookups`: all that the record costs, those of included records too. */
export function spfFinding(domain: string, texts: DnsAnswer<string>, lookups: number): Finding {
  if (texts === 'away') return unanswered('SPF', domain);
  const records = texts === 'absent' ? [] : texts.filter(isSpf);
  const [text] = records;
  if (text === undefined) {
    return {
      ...{ state: 'failure', part: 'SPF', found: `${domain} has no SPF record` },
      fix: `Publish a TXT record at ${domain} as your relay documents it: "v=spf1 include:<your relay> -all".`,
    };
  }
  if (records.length > 1) {
    return {
      ...{ state: 'failure', part: 'SPF', found: `${domain} has ${records.length} SPF records` },
      fix: 'Receivers ignore all of them when there are two: join them into one.',
    };
  }
  if (lookups > spfLookupsMax) {
    return {
      ...{ state: 'failure', part: 'SPF', found: `${domain} needs ${lookups} look-ups` },
      fix: `Receivers stop after ${spfLookupsMax} and take it for broken: remove what no longer sends.`,
    };
  }
  return ofAll(domain, text);
}

function ofAll(domain: string, text: string): Finding {
  const { all, includes } = readSpf(text);
  const found = `${domain}: ${text}`;
  if (all === '+') {
    const fix = '"+all" lets everybody send in your name: end it with "-all" or "~all".';
    return { state: 'failure', part: 'SPF', found, fix };
  }
  if (all === '?' || (all === undefined && includes.length === 0)) {
    const fix = 'It says nothing about servers that are not listed: end it with "~all" or "-all".';
    return { state: 'warning', part: 'SPF', found, fix };
  }
  return { state: 'ok', part: 'SPF', found };
}

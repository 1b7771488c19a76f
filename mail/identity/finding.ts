/** What a look at one part of the set-up found, for a person who has to act on it. */

export interface Finding {
  /** `unknown`: it could not be looked at, which says nothing about the part itself. */
  readonly state: 'ok' | 'warning' | 'failure' | 'unknown';
  /** What was looked at, in a word or two. */
  readonly part: string;
  readonly found: string;
  /** What to do, where there is something to do. */
  readonly fix?: string;
}

/** An answer of DNS: records, none of that type, or no answer. */
export type DnsAnswer<Record> = readonly Record[] | 'absent' | 'away';

export function unanswered(part: string, name: string): Finding {
  return { state: 'unknown', part, found: `no answer from the name servers about ${name}` };
}

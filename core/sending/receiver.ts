/**
 * Whose mail servers an address belongs to, by its domain: the big mailbox providers have many
 * domains and judge a sender by all of them together. Any other domain is a receiver of its own.
 *
 * A company whose mail is kept by Google or Microsoft under its own domain is not seen here: that would
 * need its MX records. Pure; a name without a dot is a group, one with a dot is a domain.
 */
import { domainOfAddress } from './address.ts';

interface Group {
  readonly title: string;
  readonly domains: RegExp;
}

const groups: { readonly [group: string]: Group } = {
  gmail: { title: 'Gmail', domains: /^(?:gmail|googlemail)\.com$/ },
  microsoft: {
    title: 'Outlook and Hotmail',
    domains: /^(?:(?:outlook|hotmail|live)\.[a-z]{2,3}(?:\.[a-z]{2})?|msn\.com|windowslive\.com)$/,
  },
  yahoo: {
    title: 'Yahoo and AOL',
    domains:
      /^(?:(?:yahoo|aol)\.[a-z]{2,3}(?:\.[a-z]{2})?|(?:ymail|rocketmail)\.com|(?:verizon|att|sbcglobal)\.net)$/,
  },
  apple: { title: 'iCloud', domains: /^(?:icloud|me|mac)\.com$/ },
  gmx: { title: 'GMX and WEB.DE', domains: /^(?:gmx\.[a-z]{2,3}|web\.de)$/ },
};

export const receiverGroups: readonly string[] = Object.keys(groups);

/** "ana@gmail.com" → "gmail", "bo@nordwind.example" → "nordwind.example". */
export function receiverOf(address: string): string {
  return receiverOfDomain(domainOfAddress(address));
}

export function receiverOfDomain(domain: string): string {
  return receiverGroups.find((group) => groups[group]?.domains.test(domain)) ?? domain;
}

/** As people read it: "Gmail", "nordwind.example". */
export function receiverTitle(receiver: string): string {
  return groups[receiver]?.title ?? receiver;
}

/** Who begins a pause when too much came back. */
export const breaker = 'breaker';

/** Key of a pause of everything from a sender, or of what goes from there to one receiver. */
export function pauseKey(sender: string, receiver?: string): string {
  return receiver === undefined ? sender : `${sender}>${receiver}`;
}

export interface PausedWay {
  /** '' is every sender. */
  readonly sender: string;
  readonly receiver?: string;
}

/** The opposite of `pauseKey`. */
export function readPauseKey(key: string): PausedWay {
  const at = key.indexOf('>');
  return at < 0 ? { sender: key } : { sender: key.slice(0, at), receiver: key.slice(at + 1) };
}

/** Whether a pause with this key stops a mail from this sender to this receiver. */
export function isOnTheWay(key: string, sender: string, receiver: string): boolean {
  return key === '' || key === sender || key === pauseKey(sender, receiver);
}

/**
 * The headers of an outgoing email beyond From, To and Subject: who it belongs to, how to leave with
 * one click (RFC 8058), and that a machine wrote it (RFC 3834). Everything is made from ids and our
 * own URLs; no header ever holds lead data.
 */
import type { MessageClass } from '../core/journey/plan.ts';

/** A value that must stay on one line: some relays break DKIM on folded unsubscribe headers. */
export interface PreparedHeader {
  readonly prepared: true;
  readonly value: string;
}
export type MessageHeaders = Readonly<Record<string, string | PreparedHeader>>;

export interface HeaderFacts {
  /** The ledger row: enrolmentId/stepId/visit or handoffId/step/visit. */
  readonly ledgerId: string;
  readonly class: MessageClass | 'internal';
  /** Journey or handoff key, for complaint statistics by sender. */
  readonly programme: string;
  readonly step: string;
  readonly template: string;
  /** The domain that writes, as in the From address. */
  readonly domain: string;
  readonly topic?: { readonly id: string; readonly title: string };
  /** Accepts an unauthenticated POST; required for everything that people may unsubscribe from. */
  readonly unsubscribeUrl?: string;
  /** Beside it, for mail programs that only write. */
  readonly unsubscribeAddress?: string;
}

/** RFC 5322 2.1.1: no line above 998 characters. */
const lineCharactersMax = 998;

export function messageHeaders(facts: HeaderFacts): MessageHeaders {
  const isInternal = facts.class === 'internal';
  return {
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'OOF, AutoReply',
    'X-Entity-Ref-ID': plain(facts.ledgerId),
    ...(isInternal ? {} : { 'Feedback-ID': feedbackId(facts) }),
    ...(facts.topic === undefined || isInternal ? {} : { 'List-ID': listId(facts) }),
    ...(facts.unsubscribeUrl === undefined
      ? {}
      : unsubscribeHeaders(facts.unsubscribeUrl, facts.unsubscribeAddress)),
  };
}

/**
 * The Message-ID of a ledger row: the same row gives the same id for ever, so a mail that went out
 * twice is one mail to most clients, and a bounce finds its row.
 */
export function messageIdOf(ledgerId: string, domain: string): string {
  return `<${localPartOf(ledgerId)}@${plain(domain)}>`;
}

/** The inverse, for bounces and replies; undefined when it is not one of ours. */
export function ledgerIdOf(messageId: string, domain: string): string | undefined {
  const suffix = `@${domain}>`;
  if (!messageId.startsWith('<') || !messageId.endsWith(suffix)) return undefined;
  const local = messageId.slice(1, -suffix.length);
  const ledgerId = local
    .replaceAll('_', '/')
    .replaceAll('=5F', '_')
    .replaceAll('=3A', ':')
    .replaceAll('=3D', '=');
  if (!fits.test(ledgerId)) return undefined;
  return localPartOf(ledgerId) === local ? ledgerId : undefined;
}
const fits = /^[\w.=:/-]+$/;

function localPartOf(ledgerId: string): string {
  if (!fits.test(ledgerId)) throw new Error(`ledger id "${ledgerId}" fits no Message-ID`);
  return ledgerId
    .replaceAll('=', '=3D')
    .replaceAll('_', '=5F')
    .replaceAll(':', '=3A')
    .replaceAll('/', '_');
}

function unsubscribeHeaders(url: string, address: string | undefined): MessageHeaders {
  if (!/^https?:\/\/[^\s<>,]+$/.test(url)) throw new Error(`"${url}" is no unsubscribe link`);
  // The link first: programs take the first way that they know.
  const ways = [url, ...(address === undefined ? [] : [`mailto:${address}?subject=unsubscribe`])];
  return {
    'List-Unsubscribe': oneLine('List-Unsubscribe', ways.map((way) => `<${way}>`).join(', ')),
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}

/** Gmail's four fields; the last one is the sender and must not change. */
function feedbackId(facts: HeaderFacts): string {
  const sender = facts.domain.replaceAll('.', '-');
  return [facts.programme, facts.step, facts.template, sender].map(plain).join(':');
}

function listId(facts: HeaderFacts): PreparedHeader {
  const { id, title } = facts.topic ?? { id: 'mail', title: '' };
  const words = title.replace(/[^\x20-\x7e]|["<>\\]/g, '').trim();
  const name = `<${plain(id)}.${plain(facts.domain)}>`;
  return oneLine('List-ID', words === '' ? name : `"${words}" ${name}`);
}

function oneLine(name: string, value: string): PreparedHeader {
  if (name.length + 2 + value.length > lineCharactersMax) {
    throw new Error(`${name} is longer than a line of mail may be`);
  }
  return { prepared: true, value };
}

/** Ids and keys as they are; anything that could end a field or a line becomes a hyphen. */
function plain(text: string): string {
  return text.replace(/[^\w./=-]/g, '-');
}

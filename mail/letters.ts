/**
 * Writes the emails of the send ledger: a compiled template and its variables become one outgoing email
 * with its Message-ID, its headers and the link by which people leave. It decides nothing and knows no
 * recipient's rights; whether an email may exist was decided before it is asked for.
 */
import type { MessageClass } from '../core/journey/plan.ts';
import type { CompiledTemplate } from './templates/compile.ts';
import { messageHeaders, messageIdOf, type HeaderFacts, type MessageHeaders } from './headers.ts';
import { returnAddress } from './return-address.ts';
import { escapeHtml } from './templates/liquid.ts';
import type { Mailbox, OutgoingEmail } from './outgoing.ts';
import { linksOf as templateLinksOf, type LinkedTemplate } from './tracking/template-links.ts';
import { trackedHtml, type DraftTracking, type TrackedHtml } from './tracking/tracked-html.ts';
import { renderEmail } from './templates/render.ts';
import { signToken, type TokenPurpose } from './tokens.ts';
import type { EmailVariables } from './templates/variables.ts';

export interface LetterOptions {
  /** The domain that writes: of every Message-ID, for ever. */
  readonly domain: string;
  readonly publicUrl: string;
  /** Signs the links by which people leave. */
  readonly secret: string;
  /** Where mail comes back to us; without them bounces and answers go to the From address. */
  readonly bounceDomain?: string;
  readonly replyDomain?: string;
  /** What a mail provider needs to name the mail in its webhooks. */
  readonly providerHeaders?: (sendId: string) => MessageHeaders;
}

export interface Draft {
  /** The ledger row. */
  readonly sendId: string;
  readonly messageId: string;
  readonly class: MessageClass | 'internal';
  readonly programme: string;
  readonly step: string;
  readonly template: CompiledTemplate;
  readonly topic?: { readonly id: string; readonly title: string };
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly variables: EmailVariables;
  /** Absent: links stay as they are. */
  readonly tracking?: DraftTracking;
}
export interface Note extends Omit<
  Draft,
  'class' | 'template' | 'topic' | 'variables' | 'tracking'
> {
  readonly subject: string;
  readonly text: string;
}
export type Letter =
  | { readonly ok: true; readonly email: OutgoingEmail }
  | { readonly ok: false; readonly variable: string; readonly message: string };

export function createLetters(options: LetterOptions) {
  return {
    messageIdOf: (commandId: string): string => messageIdOf(commandId, options.domain),
    compose: (draft: Draft): Letter => compose(options, draft),
    composeNote: (note: Note): OutgoingEmail => composeNote(options, note),
  };
}

/** Names the ledger row: the page behind it finds lead, topic and mail from there. */
export function unsubscribeUrl(options: LetterOptions, sendId: string): string {
  return `${options.publicUrl}/u/${signToken(options.secret, 'unsubscribe', sendId)}`;
}

function compose(options: LetterOptions, draft: Draft): Letter {
  const leave = draft.class === 'internal' ? undefined : unsubscribeUrl(options, draft.sendId);
  const links = linksOf(options, draft);
  const template = templateLinksOf(draft.template);
  const rendered = renderEmail(template.marked, { ...draft.variables, ...links });
  if (!rendered.ok) return { ok: false, variable: rendered.variable, message: rendered.message };
  const { subject, text } = rendered;
  const { html, targets } = tracked(options, draft, rendered.html, template);
  const { messageId, from, to } = draft;
  // A transactional answer is not a list: nobody can leave it, and one-click would only mislead.
  const mayLeave = leave !== undefined && draft.class !== 'transactional';
  const headers = messageHeaders({
    ...headerFacts(options, draft, draft.template.name),
    ...(draft.topic === undefined ? {} : { topic: draft.topic }),
    ...(mayLeave ? { unsubscribeUrl: leave, ...leaveByMail(options, draft) } : {}),
  });
  const kept = targets === undefined ? {} : { linkTargets: targets };
  const email = { messageId, from, to, subject, html, text, headers, ...kept };
  return { ok: true, email: withReturns(options, draft, email) };
}

/** A rep's email is nobody's campaign, and its links act: they stay as they are. */
function tracked(
  { publicUrl, secret }: LetterOptions,
  draft: Draft,
  html: string,
  template: LinkedTemplate,
): TrackedHtml {
  const wanted = draft.class === 'internal' ? undefined : draft.tracking;
  const tracking = wanted ?? { clicks: false, opens: false };
  const place = { campaign: draft.programme, content: draft.step };
  return trackedHtml(html, template, {
    ...{ sendId: draft.sendId, publicUrl, secret, tracking, ...place },
  });
}

/**
 * A person's answer comes to us, and the owner of the lead is told; a rep's stays among reps. Who is
 * away is worth knowing then, so nothing asks Exchange to keep it to itself.
 */
function withReturns(
  { secret, bounceDomain, replyDomain, providerHeaders }: LetterOptions,
  { class: kind, sendId }: Pick<Draft, 'class' | 'sendId'>,
  email: OutgoingEmail,
): OutgoingEmail {
  const bounces =
    bounceDomain === undefined
      ? {}
      : { envelopeFrom: returnAddress(secret, 'bounce', sendId, bounceDomain) };
  const headers = { ...email.headers, ...providerHeaders?.(sendId) };
  if (kind === 'internal' || replyDomain === undefined) return { ...email, headers, ...bounces };
  const { 'X-Auto-Response-Suppress': _kept, ...outspoken } = headers;
  const { name } = email.from;
  const address = returnAddress(secret, 'reply', sendId, replyDomain);
  const replyTo = { ...(name === undefined ? {} : { name }), address };
  return { ...email, headers: outspoken, ...bounces, replyTo };
}

/** Beside the link, for programs that know no other way. */
function leaveByMail({ secret, replyDomain }: LetterOptions, { sendId }: Draft) {
  if (replyDomain === undefined) return {};
  return { unsubscribeAddress: returnAddress(secret, 'unsubscribe', sendId, replyDomain) };
}

/** Every link names the ledger row: the page behind it finds lead, address and request from there. */
function linksOf(options: LetterOptions, { class: kind, sendId }: Draft): Partial<EmailVariables> {
  if (kind === 'internal') return {};
  const signed = (path: string, purpose: TokenPurpose): string =>
    `${options.publicUrl}/${path}/${signToken(options.secret, purpose, sendId)}`;
  return {
    unsubscribe_url: unsubscribeUrl(options, sendId),
    subscription_management_url: signed('p', 'preferences'),
    // An advertisement that asks for consent is one that had none.
    ...(kind === 'transactional' ? { confirm_url: signed('k', 'confirm') } : {}),
  };
}

function composeNote(options: LetterOptions, note: Note): OutgoingEmail {
  const { messageId, from, to, text } = note;
  const subject = note.subject.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const paragraphs = text.split(/\n+/).map((line) => `<p>${escapeHtml(line)}</p>`);
  const html = `<!doctype html><html><body>${paragraphs.join('')}</body></html>`;
  const draft = { ...note, class: 'internal' } as const;
  const headers = messageHeaders(headerFacts(options, draft, 'note'));
  return withReturns(options, draft, { messageId, from, to, subject, html, text, headers });
}

function headerFacts(
  options: LetterOptions,
  draft: Pick<Draft, 'sendId' | 'class' | 'programme' | 'step'>,
  template: string,
): HeaderFacts {
  const { sendId: ledgerId, class: kind, programme, step } = draft;
  return { ledgerId, class: kind, programme, step, template, domain: options.domain };
}

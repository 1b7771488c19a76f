/**
 * One mail of the development mailbox: who, what and when; the parts of it as tabs; and where it stands in
 * the ledger. Its HTML is in a frame of its own and never in this page.
 */
import { sendReasons, sendStates, titleOf } from '../../api/words.ts';
import { isOurs, type MailLink, type MailLinkKind } from '../../api/mail-links.ts';
import type { Pressed } from '../../runtime/embedded/mailbox-desk.ts';
import type { MailboxMessage } from '../../runtime/embedded/mailbox-message.ts';
import { html, type Html } from '../html.ts';
import { chip, choices, queryOf, sendChip } from '../parts.ts';
import { clockTag, fromNow } from '../time.ts';
import { answersTab } from './mail-answers.ts';
import { headersTab } from './mail-headers.ts';
import type { MailboxQuery, MailStory } from './mailbox.ts';

export const mailTabs = ['html', 'text', 'links', 'headers', 'source', 'answers'] as const;
export type MailTab = (typeof mailTabs)[number];

export interface MailView {
  readonly mail: MailboxMessage;
  readonly query: MailboxQuery;
  /** Of the tabs that show them. */
  readonly links: readonly MailLink[];
  readonly pressed: readonly Pressed[];
  readonly takesMail: boolean;
  readonly story?: MailStory;
}

export function mailSection(view: MailView, zone: string, now: number): Html {
  const { mail, query } = view;
  const { search: q, to, before } = query;
  const address = mail.envelope.to[0] ?? '';
  const isSigned = mail.headers.some(({ name }) => name === 'dkim-signature');
  return html`<section class="card mail" aria-label="The mail">
    <p class="crumb back"><a href="/mailbox${queryOf({ q, to, before })}">All mails</a></p>
    <h2 class="subject">${mail.subject === '' ? '(no subject)' : mail.subject}</h2>
    <dl class="envelope">
      <dt>From</dt><dd>${mail.from.name} <span class="soft">&lt;${mail.from.address}&gt;</span></dd>
      <dt>To</dt><dd><a href="/mailbox${queryOf({ to: address })}" title="All mails to this address">${mail.envelope.to.join(', ')}</a></dd>
      <dt>Arrived</dt><dd>${clockTag(mail.receivedAt, zone)} ${zoneName(mail.receivedAt, zone)} <span class="soft">· ${fromNow(mail.receivedAt, now)}</span></dd>
      <dt>Bounces to</dt><dd class="break">${mail.envelope.from === '' ? 'nobody' : html`<code>${mail.envelope.from}</code>`}</dd>
      <dt>Email</dt><dd>${ledger(view.story)} ${isSigned ? chip('DKIM signed', 'leaf') : chip('not signed')}</dd>
    </dl>
    ${choices(
      'View',
      query.view,
      mailTabs.map((tab) => ({
        value: tab,
        label: tab === 'links' ? `Links (${mail.links.length})` : labels[tab],
        href: hrefOf(mail, query, { view: tab }),
      })),
    )}
    ${body(view, zone, now)}
  </section>`;
}

const labels: { readonly [Tab in MailTab]: string } = {
  html: 'As seen',
  text: 'Text',
  links: 'Links',
  headers: 'Headers',
  source: 'Source',
  answers: 'Answer it',
};

function ledger(story: MailStory | undefined): Html {
  if (story === undefined) return html`<span class="soft">not in the ledger</span>`;
  const { send, release } = story;
  const from =
    send.journey === null
      ? html`${send.template}`
      : html`${send.step} of <a href="/console/journeys/${send.journey}">${titleOf(release, send.journey)}</a>`;
  return html`${sendChip(send.state)} ${from} · <a href="/console/leads/${send.leadId}">the lead</a>
    ${send.state !== 'sent' && html`<span class="soft small block">${sendStates[send.state]} ${sendReasons(send.state, { reason: send.reason, heldUntil: send.heldUntil, evidence: send.evidence, response: send.response }, release)}</span>`}`;
}

function body(view: MailView, zone: string, now: number): Html {
  const { mail, query } = view;
  switch (query.view) {
    case 'html':
      return asSeen(view);
    case 'text':
      return html`<pre class="part">${mail.text ?? '(no text part)'}</pre>`;
    case 'links':
      return linksTab(view);
    case 'headers':
      return headersTab(mail);
    case 'source':
      return html`<pre class="part">${mail.raw.toString('utf8')}</pre>`;
    case 'answers':
      return answersTab(view, zone, now);
  }
}

function asSeen({ mail, query }: MailView): Html {
  if (mail.html === undefined) return html`<pre class="part">${mail.text}</pre>`;
  const { isPhone, isDark } = query;
  const scheme = isDark ? '?scheme=dark' : '';
  return html`<div class="looks">
      ${choices('Width', isPhone ? 'phone' : 'desk', [
        { value: 'desk', label: 'Desk', href: hrefOf(mail, query, { isPhone: false }) },
        { value: 'phone', label: 'Phone', href: hrefOf(mail, query, { isPhone: true }) },
      ])}
      ${choices('Scheme', isDark ? 'dark' : 'light', [
        { value: 'light', label: 'Light', href: hrefOf(mail, query, { isDark: false }) },
        { value: 'dark', label: 'Dark', href: hrefOf(mail, query, { isDark: true }) },
      ])}
    </div>
    <iframe class="${isPhone ? 'phone' : 'desk'}" title="The mail as seen" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/mailbox/${mail.id}/html${scheme}"></iframe>`;
}

const linkKinds: { readonly [Kind in MailLinkKind]: string } = {
  tracked: 'tracked',
  trap: 'trap for machines',
  unsubscribe: 'unsubscribe',
  preferences: 'preferences',
  confirm: 'confirms',
  handoff: 'a rep answers',
  console: 'console',
  elsewhere: 'not tracked',
  other: 'no web link',
};

function linksTab({ mail, links }: MailView): Html {
  if (links.length === 0) return html`<p class="empty">This mail has no links.</p>`;
  return html`<ol class="links">${links.map(
    (link, index) => html`<li>
      <div><b>${link.words === '' ? '(no words)' : link.words}</b> ${chip(linkKinds[link.kind], link.kind === 'tracked' ? 'sky' : link.kind === 'trap' ? 'rust' : 'plain')}
        ${link.target !== undefined && html`<span class="small block break">leads to <a href="${safe(link.target)}" rel="noreferrer">${link.target}</a></span>`}
        <a class="small soft block break" href="${safe(link.href)}" rel="noreferrer">${link.href}</a></div>
      ${isOurs(link) && html`<form method="post" action="/mailbox/${mail.id}/acts"><input type="hidden" name="link" value="${index}" /><button class="quiet" name="act" value="click">Click</button></form>`}
    </li>`,
  )}</ol>
  <p class="soft small">“Click” follows the link as a browser of the reader would. Following one above, by hand, is a click of yours.</p>`;
}

/** A mail may name any target; only these are followed from here. */
function safe(link: string): string {
  return /^(https?|mailto):/i.test(link) ? link : '#';
}

function hrefOf(mail: MailboxMessage, query: MailboxQuery, change: Partial<MailboxQuery>): string {
  const { search: q, to, before, view, isPhone, isDark } = { ...query, ...change };
  const tab = view === 'html' ? undefined : view;
  const width = isPhone ? 'phone' : undefined;
  const scheme = isDark ? 'dark' : undefined;
  return `/mailbox/${mail.id}${queryOf({ view: tab, width, scheme, q, to, before })}`;
}

function zoneName(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'short' });
  return parts.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

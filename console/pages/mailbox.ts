/** The development mailbox: mails on the left, the chosen one on the right as its reader would see it. */
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import { choices, empty, queryOf } from '../parts.ts';
import { fromNow, instantInZone } from '../time.ts';
import type { MailTab, MailView } from '../mailbox-routes.ts';

export interface MailboxView {
  /** Newest first. */
  readonly list: readonly MailView[];
  readonly search: string;
  readonly mail: MailView | undefined;
  readonly view: MailTab;
  readonly now: number;
}

export function mailboxPage(view: MailboxView): string {
  const { list, search, mail } = view;
  return page(
    { title: mail?.subject ?? 'Mailbox', section: 'mailbox', mailbox: true },
    html`<h1>Mailbox</h1>
      <p class="soft">Everything the engine sends lands here: nothing leaves this machine.</p>
      <form class="search" method="get" action="/mailbox" role="search">
        <input type="search" name="q" value="${search}" placeholder="Subject or address" aria-label="Search mails" />
        <button>Search</button>
      </form>
      <div class="mailbox">
        <nav class="card flush list" aria-label="Mails">${list.length === 0 ? empty('No mail yet.') : list.map((one) => row(one, view))}</nav>
        ${mail !== undefined && html`<section class="card">${message(mail, view)}</section>`}
      </div>`,
  );
}

function row(one: MailView, { mail, search, now }: MailboxView): Html {
  return html`<a href="/mailbox/${one.id}${queryOf({ q: search })}" ${one.id === mail?.id && html`aria-current="true"`}>
    <b>${one.subject}</b>
    <span class="soft small">${one.envelope.to.join(', ')} · ${fromNow(one.receivedAt, now)}</span>
  </a>`;
}

const labels: { readonly [view in MailTab]: string } = {
  html: 'As seen',
  text: 'Text',
  headers: 'Headers',
  source: 'Source',
  links: 'Links',
};

function message(mail: MailView, { view, search }: MailboxView): Html {
  return html`<h2 class="subject">${mail.subject}</h2>
    <p class="soft small">From ${mail.from.name} &lt;${mail.from.address}&gt; to ${mail.envelope.to.join(', ')} · ${instantInZone(mail.receivedAt, 'UTC')} UTC</p>
    ${choices(
      'View',
      view,
      Object.entries(labels).map(([value, label]) => ({
        value,
        label: value === 'links' ? `${label} (${mail.links.length})` : label,
        href: `/mailbox/${mail.id}${queryOf({ view: value === 'html' ? undefined : value, q: search })}`,
      })),
    )}
    ${body(mail, view)}`;
}

function body(mail: MailView, view: MailTab): Html {
  switch (view) {
    case 'html':
      return mail.html === undefined
        ? html`<pre>${mail.text}</pre>`
        : html`<iframe title="The mail as seen" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/mailbox/${mail.id}/html"></iframe>`;
    case 'text':
      return html`<pre>${mail.text ?? '(no text part)'}</pre>`;
    case 'headers':
      return html`<table class="tight"><tbody>${mail.headers.map(({ name, value }) => html`<tr><th>${name}</th><td class="break">${value}</td></tr>`)}</tbody></table>`;
    case 'source':
      return html`<pre>${mail.raw.toString('utf8')}</pre>`;
    case 'links':
      return html`<ul class="reasons">${mail.links.map((link) => html`<li><a class="break" href="${safe(link)}" rel="noreferrer">${link}</a></li>`)}</ul>`;
  }
}

/** A mail may name any target; only these are followed from here. */
function safe(link: string): string {
  return /^(https?|mailto):/i.test(link) ? link : '#';
}

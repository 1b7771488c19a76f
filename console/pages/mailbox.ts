/**
 * The development mailbox: mails on the left, the chosen one on the right as its reader would see it. On a
 * phone one or the other. Below stands which addresses misbehave, and a switch for the whole server.
 */
import type { TimelineEntry } from '../../api/timeline.ts';
import type { Release } from '../../core/definitions/release.ts';
import type { MailList } from '../../runtime/embedded/mailbox-reader.ts';
import type { SendListing } from '../../store/read-sends.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import { older, queryOf } from '../parts.ts';
import { fromNow, timeTag } from '../time.ts';
import { mailSection, type MailTab, type MailView } from './mail.ts';

export interface MailboxView {
  readonly list: MailList;
  readonly query: MailboxQuery;
  readonly mail?: MailView;
  /** Somebody asked for this mail; else it is the newest, for who has the room. */
  readonly isChosen: boolean;
  readonly addresses: readonly { readonly name: string; readonly does: string }[];
  readonly outages: readonly { readonly kind: string; readonly title: string }[];
  readonly outage?: { readonly title: string; readonly untilMs: number };
  readonly zone: string;
  readonly publicUrl: string;
  /** Whether the console shows files, too. */
  readonly hasFiles: boolean;
  readonly now: number;
}
export interface MailboxQuery {
  readonly search: string;
  readonly to: string;
  readonly before: string;
  readonly view: MailTab;
  readonly isPhone: boolean;
  readonly isDark: boolean;
}
/** What our ledger and the lead say of a mail. */
export interface MailStory {
  readonly send: SendListing;
  readonly entries: readonly TimelineEntry[];
  readonly release: Release;
}

export function mailboxPage(view: MailboxView): string {
  const { list, mail, isChosen, zone, now } = view;
  return page(
    {
      title: (isChosen ? mail?.mail.subject : undefined) ?? 'Mailbox',
      section: 'mailbox',
      mailbox: true,
      files: view.hasFiles,
    },
    html`<h1>Mailbox</h1>
      <p class="soft lead-in">Everything the engine sends lands here: nothing leaves this machine. <a href="#misbehave">Addresses that misbehave</a></p>
      ${view.outage !== undefined && outageNotice(view.outage, now)}
      ${
        list.total === 0
          ? nothingYet(view)
          : html`<div class="mailbox ${isChosen ? 'one' : 'all'}">
        <div class="mails">${listing(view)}</div>
        ${mail !== undefined && mailSection(mail, zone, now)}
      </div>`
      }
      ${misbehaving(view)}`,
  );
}

function nothingYet({ addresses, publicUrl }: MailboxView): Html {
  const [first] = addresses;
  return html`<div class="card hello">
    <h2>No mail yet</h2>
    <p>Let a lead do something that a journey answers, and its email is here a moment later:</p>
    <pre>${firstSteps.map((step) => curl(publicUrl, step))}</pre>
    <p class="soft">An address such as <code>${first?.name}@company.example</code> makes it go wrong; the table below has them all. If mail goes to a server of yours (<code>SMTP_URL</code>), nothing comes here.</p>
  </div>`;
}

const firstSteps = [
  ['identify', '{"userId":"42","traits":{"email":"you@company.example","country":"DE"}}'],
  ['track', '{"userId":"42","event":"Trial Started"}'],
] as const;

function curl(publicUrl: string, [call, body]: (typeof firstSteps)[number]): string {
  return `curl -u "$(cat .perennial/api-key):" ${publicUrl}/v1/${call} -H 'content-type: application/json' \\\n  -d '${body}'\n`;
}

function listing(view: MailboxView): Html {
  const { list, query } = view;
  const { search, to } = query;
  const isNarrow = search !== '' || to !== '';
  return html`<form class="search" method="get" action="/mailbox" role="search">
      <input type="search" name="q" value="${search}" placeholder="Address, subject or words" aria-label="Search mails" />
      ${to !== '' && html`<input type="hidden" name="to" value="${to}" />`}
      <button>Search</button>
    </form>
    <p class="soft small found">${howMany(view)}${isNarrow && html` · <a href="/mailbox">Show all</a>`}</p>
    <nav class="card flush list" aria-label="Mails">
      ${list.mails.length === 0 && html`<p class="empty">Nothing fits.</p>`}
      ${list.mails.map((mail) => row(mail, view))}
    </nav>
    ${older(list.older === undefined ? null : `/mailbox${queryOf({ q: search, to, before: list.older })}`)}`;
}

function howMany({ list, query: { search, to } }: MailboxView): Html {
  const mails = (count: number) =>
    `${count.toLocaleString('en')} ${count === 1 ? 'mail' : 'mails'}`;
  if (search === '' && to === '') return html`${mails(list.total)}`;
  const words = [search === '' ? '' : ` with “${search}”`, to === '' ? '' : ` to ${to}`].join('');
  return html`${list.found.toLocaleString('en')} of ${mails(list.total)}${words}`;
}

function row(one: MailList['mails'][number], { mail, query, zone, now }: MailboxView): Html {
  const { search: q, to, before } = query;
  const isCurrent = one.id === mail?.mail.id;
  return html`<a href="/mailbox/${one.id}${queryOf({ q, to, before })}" ${isCurrent && html`aria-current="true"`}>
    <span class="line"><b>${one.envelope.to.join(', ')}</b><span class="soft small">${timeTag(one.receivedAt, now, zone)}</span></span>
    <span class="subject-line">${one.subject === '' ? '(no subject)' : one.subject}</span>
    <span class="soft small excerpt">${one.excerpt.slice(0, 120)}</span>
  </a>`;
}

function outageNotice(
  { title, untilMs }: { readonly title: string; readonly untilMs: number },
  now: number,
): Html {
  return html`<form class="notice sun outage-now" method="post" action="/mailbox/outage" role="status">
    <span>The mail server has a trouble: ${title}. It ends ${fromNow(untilMs, now)}.</span>
    <button class="quiet" name="kind" value="">End it now</button>
  </form>`;
}

function misbehaving({ addresses, outages, list }: MailboxView): Html {
  return html`<details class="card misbehave" ${list.total === 0 && html`open`}>
    <summary>Addresses that misbehave, and troubles of the whole server</summary>
    <p class="soft small" id="misbehave">At any domain, and with anything behind a plus: <code>gone+1@nordwind.example</code>.</p>
    <table class="tight"><tbody>${addresses.map(
      ({ name, does }) => html`<tr><th><code>${name}@</code></th><td>${does}</td></tr>`,
    )}</tbody></table>
    <form class="outage" method="post" action="/mailbox/outage">
      <label>The whole server <select name="kind">${outages.map(
        ({ kind, title }) => html`<option value="${kind}">${title}</option>`,
      )}</select></label>
      <label>for <select name="seconds"><option value="30">30 seconds</option><option value="60" selected>a minute</option><option value="300">5 minutes</option></select></label>
      <button>Start</button>
    </form>
  </details>`;
}

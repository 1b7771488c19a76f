/** How sending goes: by sender and receiver over the last day, what is paused, slow or refused, and why. */
import {
  mailServerWords,
  sinceWhen,
  sumOf,
  warmUpWords,
  wayState,
  type Counts,
  type SenderView,
  type SendingView,
  type WayView,
} from '../../api/sending.ts';
import type { Release } from '../../core/definitions/release.ts';
import { countedShareInWords, shareInWords } from '../../core/rules/share.ts';
import { durationInWords } from '../../core/rules/duration.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { bar, chip, empty } from '../parts.ts';

export interface SendingPageView extends SendingView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: Release;
}

export function sendingPage(view: SendingPageView): string {
  const zone = view.release.sending.zoneIfUnknown;
  const { mailServer, senders } = view;
  return page(
    { ...view.frame, title: 'Sending' },
    html`<h1>Sending</h1>
      <p class="soft">The last 24 hours, by whom and to whom. “Sent” is what our mail server took, “delivered” only what a provider confirmed. <a href="/console/emails">All emails</a></p>
      ${mailServer !== undefined && html`<p class="notice rust" role="alert">${mailServerWords(mailServer, zone)}. ${mailServer.response !== null && html`<span class="small">${mailServer.response}</span>`}</p>`}
      ${senders.map((sender) => senderCard(sender, zone))}
      <section class="card spaced"><h2>When it stops by itself</h2>${limits(view.release)}</section>`,
  );
}

function senderCard(sender: SenderView, zone: string): Html {
  const { pause, warmUp, waiting, ways } = sender;
  return html`<section class="card spaced">
    <h2>${sender.sender} ${pause === undefined ? chip('sends', 'leaf') : chip('paused', 'rust')}</h2>
    ${pause !== undefined && html`<p class="small">${capital(sinceWhen(pause, zone))}. <a href="/console/pauses/${pause.id}">Resume …</a></p>`}
    ${warmUp !== undefined && html`<p class="small">${capital(warmUpWords(warmUp))} ${bar(warmUp.used / warmUp.max, warmUp.used >= warmUp.max ? 'sun' : 'leaf')}</p>`}
    ${waiting > 0 && html`<p class="small"><a href="/console/emails?state=held">${waiting === 1 ? '1 email waits' : `${waiting} emails wait`} for it</a></p>`}
    ${ways.length === 0 ? empty('Nothing left in the last 24 hours.') : table(ways, zone)}
  </section>`;
}

const shownMost = 25;

function table(ways: readonly WayView[], zone: string): Html {
  const others = ways.slice(shownMost);
  return html`<table class="stack">
    <thead><tr><th>To</th>${columns.map(([, title]) => html`<th class="num">${title}</th>`)}<th>State</th></tr></thead>
    <tbody>${ways.slice(0, shownMost).map(
      (way) => html`<tr>
        <td class="lead-cell"><b>${way.title}</b></td>${cells(way)}
        <td data-label="State" class="small">${state(way, zone)}</td>
      </tr>`,
    )}
    ${
      others.length > 0 &&
      html`<tr><td class="lead-cell soft">${others.length} more</td>${cells(sumOf(others))}<td></td></tr>`
    }</tbody>
  </table>`;
}

const columns: readonly (readonly [keyof Counts, string])[] = [
  ['sent', 'Sent'],
  ['delivered', 'Delivered'],
  ['hard', 'Bounced for good'],
  ['soft', 'For now'],
  ['ours', 'Because of us'],
  ['complained', 'Called spam'],
];

function cells(counts: Counts): Html {
  const all = Math.max(1, counts.tried);
  return html`${columns.map(([name, title]) => {
    const count = counts[name];
    const isBad = count > 0 && name !== 'sent' && name !== 'delivered';
    const share =
      isBad && html` <span class="soft small">${countedShareInWords(count, all)}</span>`;
    return html`<td data-label="${title}" class="num">${count > 0 && count.toLocaleString('en-US')}${share}</td>`;
  })}`;
}

function state(way: WayView, zone: string): Html {
  const { pause } = way;
  if (pause !== undefined) {
    return html`${chip('paused', 'rust')} ${capital(sinceWhen(pause, zone))}. <a href="/console/pauses/${pause.id}">Resume …</a>`;
  }
  const words = wayState(way, zone);
  return words === undefined ? chip('OK', 'leaf') : html`${chip('slow', 'sun')} ${capital(words)}.`;
}

function limits({ sending }: Release): Html {
  const { stopWhen, rates } = sending;
  const first =
    stopWhen === undefined
      ? html`<li>The file names no limit for bounces and complaints.</li>`
      : html`<li>More than ${shareInWords(stopWhen.hardBounceRate)} of at least ${stopWhen.atLeast} emails in ${durationInWords(stopWhen.overMs)} bounce for good, or more than ${shareInWords(stopWhen.complaintRate)} are called spam.</li>`;
  return html`<ul class="small">${first}
    <li>A receiver refuses three emails within an hour because of us.</li>
    ${(rates ?? []).map(({ id, max, perMs }) => html`<li>Rate “${id}”: at most ${max} in ${durationInWords(perMs)}.</li>`)}</ul>
    <p class="soft small">A sender that stopped goes on when somebody resumes it: find out first why it came back.</p>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

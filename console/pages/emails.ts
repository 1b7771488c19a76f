/** The send ledger: what went out, what waits, what did not go, and why. Never guesses: unknown is shown. */
import { sendReasons, titleOf } from '../../api/words.ts';
import type { Release } from '../../core/definitions/release.ts';
import type { SendListing } from '../../store/read-sends.ts';
import { html, type Html } from '../html.ts';
import { settleCard } from './settle.ts';
import { page, type Frame } from '../layout.ts';
import { choices, empty, older, queryOf, sendChip } from '../parts.ts';
import { timeTag } from '../time.ts';

export interface EmailsView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: Release;
  readonly sends: readonly SendListing[];
  readonly state: string;
  readonly nextCursor: string | null;
  /** What could not be done, after a form was sent. */
  readonly problem?: string;
  readonly now: number;
}

/** The last ones last for moments only, or are listed when there is reason to. */
const stateButtons = ['', 'sent', 'held', 'skipped', 'failed', 'unknown', 'planned', 'overdue'];

export function emailsPage(view: EmailsView): string {
  const { state, nextCursor } = view;
  return page(
    { ...view.frame, title: 'Emails' },
    html`<h1>Emails</h1>
      <p class="soft">“Sent” means that our relay took it; what came of it then is evidence on the lead. <a href="/console/sending">How sending goes</a></p>
      ${choices(
        'State',
        state,
        stateButtons.map((value) => ({
          value,
          label: value === '' ? 'All' : value === 'skipped' ? 'not sent' : value,
          href: `/console/emails${queryOf({ state: value })}`,
        })),
      )}
      ${view.problem !== undefined && html`<p class="notice rust" role="alert">${view.problem}</p>`}
      ${listing(view)}
      ${older(nextCursor === null ? null : `/console/emails${queryOf({ state, cursor: nextCursor })}`)}`,
  );
}

function listing(view: EmailsView): Html {
  if (view.sends.length === 0)
    return html`<div class="card flush">${empty('No email here.')}</div>`;
  if (view.state !== 'unknown') return html`<div class="card flush">${table(view)}</div>`;
  return html`<p class="soft">The server may have each of these, and nobody heard whether it does. Marketing mail is never sent again by itself; it counts towards the caps. A report, a click or a reply settles one by itself; you can, too.</p>
    ${view.sends.map((send) => settleCard(send, view.release))}`;
}

function table(view: EmailsView): Html {
  return html`<table class="stack">
    <thead><tr><th>Email</th><th>To</th><th>From</th><th>State</th><th>Why</th><th>When</th></tr></thead>
    <tbody>${view.sends.map((send) => row(send, view))}</tbody>
  </table>`;
}

function row(send: SendListing, { release, now, frame }: EmailsView): Html {
  const detail = {
    reason: send.reason,
    heldUntil: send.heldUntil,
    evidence: send.evidence,
    response: send.response,
  };
  const reasons = sendReasons(send.state, detail, release);
  const where = send.journey === null ? 'Handoff' : titleOf(release, send.journey);
  return html`<tr>
    <td class="lead-cell">${subject(send, frame.mailbox === true)}<span class="soft small">${send.template}</span></td>
    <td data-label="To" class="address"><a href="/console/leads/${send.leadId}">${send.address ?? 'no address'}</a></td>
    <td data-label="From" class="small">${where}<span class="soft block">${send.step}</span></td>
    <td data-label="State">${sendChip(send.state)}<span class="soft small block">${send.class}</span></td>
    <td data-label="Why" class="small soft">${reasons.map((reason) => html`<span class="block">${reason}</span>`)}</td>
    <td data-label="When" class="small soft nowrap">${timeTag(send.at, now, release.sending.zoneIfUnknown)}</td>
  </tr>`;
}

/** In development what was sent can be opened. */
function subject(send: SendListing, hasMailbox: boolean): Html {
  const words = html`<b>${send.subject ?? send.template}</b>`;
  const isThere = hasMailbox && send.address !== null && send.state === 'sent';
  return isThere
    ? html`<a href="/mailbox${queryOf({ to: send.address ?? '' })}">${words}</a>`
    : words;
}

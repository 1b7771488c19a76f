/** One email whose fate is unknown: what is known of it, and the form of whoever found out. */
import { whatIsKnown } from '../../api/send-words.ts';
import type { Release } from '../../core/definitions/release.ts';
import type { SendListing } from '../../store/read-sends.ts';
import { html, type Html } from '../html.ts';
import { sendChip } from '../parts.ts';

export function settleCard(send: SendListing, release: Release): Html {
  const { id, leadId, subject, template, state, class: kind, journey } = send;
  return html`<section class="card spaced">
    <h2><a href="/console/leads/${leadId}">${subject ?? template}</a> ${sendChip(state)}</h2>
    <p class="soft small">${kind}</p>
    <ul class="reasons">${whatIsKnown(send, release).map((line) => html`<li>${line}</li>`)}</ul>
    <form method="post" action="/console/emails/${id}/settle">
      <label>How do you know? <input name="why" required maxlength="500" placeholder="found in the log of the relay" /></label>
      <div class="choices-row">
        <button name="verdict" value="sent">The server has it</button>
        <button name="verdict" value="not-sent" class="quiet">It has it not</button>
        ${journey !== null && html`<button name="verdict" value="again" class="quiet" title="If the server had it after all, they get it twice. Once at most.">It has it not: send it once more</button>`}
      </div>
    </form>
  </section>`;
}

/** Erasing a person: what goes and what stays, before the button does it; and that it is done. */
import { rowsInTables } from '../../api/erasure.ts';
import type { Erasure } from '../../store/erase.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';

export interface AskView {
  readonly frame: Omit<Frame, 'title'>;
  readonly leadId: string;
  readonly name: string;
  readonly counts: Erasure['counts'];
  readonly problem?: string;
}

export function askPage({ frame, leadId, name, counts, problem }: AskView): string {
  return page(
    { ...frame, title: 'Erase a person' },
    html`<p class="crumb"><a href="/console/leads/${leadId}">${name}</a></p>
      <h1>Erase ${name}?</h1>
      ${problem !== undefined && html`<p class="notice rust" role="alert">${problem}</p>`}
      <div class="columns">
        <section class="card main-column"><h2>What happens</h2>
          <p>Every journey of this person ends now, an open handoff is closed, and no email starts any more. One that a mail server is taking at this very moment may still arrive.</p>
          <p>${rowsInTables(counts)} are deleted or emptied. What stays are counts without a name, and a hash of the address: if it is imported again, marketing stays off until the person gives consent again.</p>
          <p><b>There is no way back.</b></p>
          <form method="post" action="/console/leads/${leadId}/erase">
            <label><span>Why, without naming anybody</span><input name="why" required maxlength="500" placeholder="asked by letter of 3 May" /></label>
            <p><button>Erase for good</button> <a class="button quiet" href="/console/leads/${leadId}">Keep</a></p>
          </form></section>
        <div class="side"><section class="card"><h2>Rows</h2>${table(counts)}</section></div>
      </div>`,
  );
}

export function erasedPage(frame: Omit<Frame, 'title'>, erasure: Erasure): string {
  return page(
    { ...frame, title: 'Erased' },
    html`<p class="crumb"><a href="/console/leads">Leads</a></p>
      <h1>The person is erased</h1>
      <p class="notice" role="status">${rowsInTables(erasure.counts)} were deleted or emptied. Kept of it: who did it, when and why, and the number <code>${erasure.id}</code>.</p>
      <section class="card"><h2>Rows</h2>${table(erasure.counts)}</section>`,
  );
}

function table(counts: Erasure['counts']): Html {
  return html`<table><tbody>${Object.entries(counts).map(
    ([name, count]) => html`<tr><td><code>${name}</code></td><td class="num">${count}</td></tr>`,
  )}</tbody></table>`;
}

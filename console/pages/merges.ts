/** Pairs of leads that may be one person, side by side: a person decides, and sees what each one knows. */
import { candidateReasons, type ComparedField, type Said } from '../../api/merge-words.ts';
import type { Compared } from '../../api/merges.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { chip } from '../parts.ts';
import { fromNow } from '../time.ts';

export interface MergesView {
  readonly frame: Omit<Frame, 'title'>;
  readonly pairs: readonly Compared[];
  /** What could not be done, after a form was sent. */
  readonly problem?: string;
  readonly now: number;
}

export function mergesPage(view: MergesView): string {
  const { pairs, problem } = view;
  return page(
    { ...view.frame, title: 'One person or two' },
    html`<p class="crumb"><a href="/console/leads">Leads</a></p>
      <h1>One person or two?</h1>
      <p class="soft">A merge joins both histories: scores, caps and journeys are those of one person. It can be undone, and each lead gets its own events back.</p>
      ${problem !== undefined && html`<p class="notice rust" role="alert">${problem}</p>`}
      ${pairs.length === 0 ? html`<p class="calm">No pair waits for you.</p>` : pairs.map((pair) => pairCard(pair, view.now))}`,
  );
}

function pairCard(pair: Compared, now: number): Html {
  const { leadIds, names, fields, because, at } = pair;
  const heading = because === undefined ? '' : (candidateReasons[because] ?? because);
  return html`<section class="card spaced pair">
    <h2>${names[0]} <span class="soft">and</span> ${names[1]}</h2>
    ${heading !== '' && html`<p class="soft small">${heading}${at !== undefined && `, ${fromNow(at, now)}`}.</p>`}
    <table class="stack">
      <thead><tr><th></th>${leadIds.map((id, index) => html`<th><a href="/console/leads/${id}">${names[index]}</a></th>`)}</tr></thead>
      <tbody>${fields.map((field) => row(field, names))}</tbody>
    </table>
    <div class="choices-row">
      ${mergeForm(leadIds, names, 0)} ${mergeForm(leadIds, names, 1)}
      <form method="post" action="/console/merges/keep-apart" class="inline">
        <input type="hidden" name="one" value="${leadIds[0]}" /><input type="hidden" name="other" value="${leadIds[1]}" />
        <button class="quiet">Keep apart</button></form>
    </div>
  </section>`;
}

function row({ label, values, differs }: ComparedField, names: readonly [string, string]): Html {
  return html`<tr><th scope="row">${label} ${differs && chip('differs', 'sun')}</th>
    ${values.map((value, index) => html`<td data-label="${names[index]}">${cell(value)}</td>`)}</tr>`;
}

function cell(value: Said | null): Html {
  if (value === null) return html`<span class="soft">–</span>`;
  return html`${value.value}${value.origin !== undefined && html`<br /><span class="soft small">${value.origin}</span>`}`;
}

/** The lead that is kept keeps its address; of each fact the word survives that is said to in its file. */
function mergeForm(
  leadIds: readonly [string, string],
  names: readonly [string, string],
  keep: 0 | 1,
): Html {
  return html`<form method="post" action="/console/merges" class="inline">
    <input type="hidden" name="into" value="${leadIds[keep]}" /><input type="hidden" name="from" value="${leadIds[keep === 0 ? 1 : 0]}" />
    <button>Merge, keep ${names[keep]}</button></form>`;
}

/** One release: what it changed, in words, and what became of the leads it meant to move. */
import { clipped } from '../../core/words/clipped.ts';
import type { ReleaseView } from '../../api/routes/releases.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { chip, empty } from '../parts.ts';
import { clockTag } from '../time.ts';
import { recomputeCard, type RecomputeView } from './recompute.ts';
import { againChip, byWords, movesWords } from './releases.ts';

export interface ReleasePageView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: ReleaseView;
  readonly zone: string;
  readonly judged: RecomputeView;
}

export function releasePage({ frame, release, zone, judged }: ReleasePageView): string {
  const title = `Release ${release.number}`;
  return page(
    { ...frame, title },
    html`<p class="crumb"><a href="/console/releases">Releases</a></p>
      <h1>${title}</h1>
      <p>${release.message}</p>
      <p class="chips">${againChip(release)}
        <span class="soft small">${clockTag(release.publishedAt, zone)} · ${byWords(release)}</span></p>
      <section class="card spaced"><h2>What it changed</h2>${changes(release)}</section>
      <section class="card spaced"><h2>Leads in flight</h2>${moves(release)}</section>
      ${recomputeCard(judged)}
      ${release.blocked.length > 0 && html`<section class="card spaced" id="blocked"><h2>Blocked</h2>${blocked(release)}</section>`}`,
  );
}

function changes({ added, changed, gone, changes: words }: ReleaseView): Html {
  const lines = (part: string): Html => {
    const own = words.filter((change) => change.part === part);
    const told = own.length === 0 ? ['the same file; what it names has changed'] : own.map(textOf);
    return html`<h3><code>${part}</code></h3><ul>${told.map((text) => html`<li>${text}</li>`)}</ul>`;
  };
  return html`${changed.map(lines)} ${named('new', added)} ${named('gone', gone)}`;
}

function textOf({ text }: { readonly text: string }): string {
  return clipped(text, 400);
}

function named(what: string, parts: readonly string[]): Html | false {
  return (
    parts.length > 0 &&
    html`<p>${chip(what, what === 'gone' ? 'sun' : 'leaf')} ${parts.map((part) => html`<code>${part}</code> `)}</p>`
  );
}

function moves({ moves: own }: ReleaseView): Html {
  if (own.length === 0) return empty('It moved nobody.');
  return html`<ul>${own.map((one) => html`<li>${movesWords(one)}</li>`)}</ul>`;
}

function blocked({ blocked: runs }: ReleaseView): Html {
  return html`<p class="soft small">They go on under the version they are on. A later release that says where their step went moves them.</p>
    <table class="stack">
      <thead><tr><th>Lead</th><th>Journey</th><th>Why</th></tr></thead>
      <tbody>${runs.map(
        ({ leadId, address, journey, blocked: why }) => html`<tr>
          <td><a href="/console/leads/${leadId}">${address ?? 'no address'}</a></td>
          <td data-label="Journey">${journey}</td>
          <td data-label="Why" class="small">${why}</td></tr>`,
      )}</tbody>
    </table>`;
}

/** All releases, newest first: who put what in force, and what became of the leads in flight. */
import type { ReleaseListing } from '../../api/routes/releases.ts';
import type { ReleaseMoves } from '../../store/read-releases.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { chip, empty, older, queryOf } from '../parts.ts';
import { clockTag } from '../time.ts';
import { recomputeCard, untoldCard, type RecomputeView } from './recompute.ts';

export interface ReleasesView {
  readonly frame: Omit<Frame, 'title'>;
  readonly releases: readonly ReleaseListing[];
  readonly nextCursor: string | null;
  readonly zone: string;
  readonly judged: RecomputeView;
}

export function releasesPage({ frame, releases, nextCursor, zone, judged }: ReleasesView): string {
  const next = nextCursor === null ? null : `/console/releases${queryOf({ cursor: nextCursor })}`;
  return page(
    { ...frame, title: 'Releases' },
    html`<h1>Releases</h1>
      <p><a href="/console/words">What is in force, in sentences</a></p>
      <p class="soft">What was put in force, by whom, and which leads it has moved so far. Files are published with <code>npx perennial publish</code>, and taken back with <code>npx perennial rollback</code>.</p>
      ${recomputeCard(judged)} ${untoldCard(judged)}
      ${
        releases.length === 0
          ? empty('Nothing is published yet.')
          : html`<div class="card flush"><table class="stack">
              <thead><tr><th>Release</th><th>Message</th><th>Changed</th><th>Leads in flight</th></tr></thead>
              <tbody>${releases.map((one) => row(one, zone))}</tbody>
            </table></div>`
      }
      ${older(next)}`,
  );
}

function row(release: ReleaseListing, zone: string): Html {
  const { number, message, moves } = release;
  return html`<tr>
    <td class="nowrap"><a href="/console/releases/${number}"><b>${number}</b></a> ${againChip(release)}
      <span class="soft small block">${clockTag(release.publishedAt, zone)}</span>
      <span class="soft small block">${byWords(release)}</span></td>
    <td>${message}</td>
    <td class="small">${inShort(release)}</td>
    <td class="small">${moves.map((one) => html`<div>${movesWords(one)}</div>`)}</td>
  </tr>`;
}

export function againChip({ restores }: ReleaseListing): Html | false {
  return restores !== null && chip(`${restores} again`, 'sky');
}

export function byWords({ author, approvedBy }: ReleaseListing): string {
  return approvedBy === null ? author : `${author}, approved by ${approvedBy}`;
}

/** A few by name, more as a number. */
function inShort({ added, changed, gone }: ReleaseListing): Html {
  const kinds = [
    { what: 'different', parts: changed },
    { what: 'new', parts: added },
    { what: 'gone', parts: gone },
  ].filter(({ parts }) => parts.length > 0);
  return html`${kinds.map(
    ({ what, parts }) =>
      html`<div><span class="soft">${what}</span> ${parts.length > 4 ? `${parts.length} parts` : parts.join(', ')}</div>`,
  )}`;
}

export function movesWords({ journey, moved, toMove, blocked }: ReleaseMoves): Html {
  return html`<a href="/console/journeys/${journey}">${journey}</a>: ${moved} moved${toMove > 0 && html`, ${chip(`${toMove} waiting for the next step`, 'sun')}`}${blocked > 0 && html`, ${chip(`${blocked} blocked`, 'rust')}`}`;
}

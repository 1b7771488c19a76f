/** One pause: what its resume will do, before the button does it; and what became of it afterwards. */
import {
  capital,
  lasted,
  pausedThing,
  previewSentences,
  since,
  standsStill,
  stateOf,
} from '../../api/pause-words.ts';
import { titleOf } from '../../api/words.ts';
import type { Release } from '../../core/definitions/release.ts';
import type { ResumeView } from '../../runtime/dispatch/pauses.ts';
import type { StoredPause } from '../../store/pauses.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { chip } from '../parts.ts';
import { instantInZone } from '../time.ts';

export interface PauseView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: Release;
  readonly pause: StoredPause;
  /** Absent when there is nothing left to resume. */
  readonly preview?: ResumeView;
  readonly perHour?: number;
  readonly problem?: string;
  readonly now: number;
}

export function pausePage(view: PauseView): string {
  const { release, pause, now } = view;
  const thing = capital(pausedThing(release, pause));
  return page(
    { ...view.frame, title: `Pause: ${thing}` },
    html`<p class="crumb"><a href="/console/pauses">Pauses</a></p>
      <h1>${thing}</h1>
      ${view.problem !== undefined && html`<p class="notice rust" role="alert">${view.problem}</p>`}
      ${body(view, stateOf(pause, now))}`,
  );
}

function body(view: PauseView, state: ReturnType<typeof stateOf>): Html {
  const { release, pause, now } = view;
  switch (state) {
    case 'in-force':
      return html`<p class="notice sun">${standsStill(release, pause, now)} ${capital(since(release, pause))}.</p>${resume(view)}`;
    case 'scheduled':
      return html`<p class="notice sun">${standsStill(release, pause, now)}</p>
        <form method="post" action="/console/pauses/${pause.id}/resume" class="card">
          <p>It has not begun: calling it off changes nothing else.</p><button>Call it off</button></form>`;
    case 'called-off':
      return html`<p class="notice">Called off before it began${pause.resumedBy !== null && `, by ${pause.resumedBy}`}.</p>`;
    case 'over':
      return html`<p class="notice" role="status">It goes on. It was paused ${since(release, pause)}, for ${lasted(pause, now)}; resumed ${pause.resumedBy === null ? 'by itself' : `by ${pause.resumedBy}`}.</p>
        ${pause.woken !== null && html`<section class="card"><p>${pause.woken} ${pause.woken === 1 ? 'run' : 'runs'} had to wait and got their turn.</p></section>`}`;
  }
}

function resume({ release, pause, preview, perHour }: PauseView): Html | false {
  if (preview === undefined) return false;
  return html`<section class="card spaced"><h2>What a resume will do now</h2>
      ${preview.steps.length > 0 && turns(release, preview)}
      ${previewSentences(preview).map((sentence) => html`<p>${sentence}</p>`)}
      <form method="get" action="/console/pauses/${pause.id}" class="inline">
        <label><span>At most per hour and journey</span><input type="number" name="perHour" min="1" value="${perHour ?? ''}" placeholder="as the file says" /></label>
        <button class="quiet">Look again</button>
      </form></section>
    <form method="post" action="/console/pauses/${pause.id}/resume" class="card spaced">
      ${perHour !== undefined && html`<input type="hidden" name="perHour" value="${perHour}" />`}
      <button>Resume${perHour !== undefined && `, ${perHour} an hour`}</button>
      <a class="button quiet" href="/console/pauses">Leave it paused</a>
    </form>`;
}

function turns(release: Release, { steps, perHour }: ResumeView): Html {
  const zone = release.sending.zoneIfUnknown;
  return html`<table class="stack">
    <thead><tr><th>Journey</th><th>Step</th><th class="num">Runs</th><th class="num">Too old</th><th>First</th><th>Last</th><th class="num">Per hour</th></tr></thead>
    <tbody>${steps.map(
      ({ journey, step, count, stale, first, last }) => html`<tr>
        <td data-label="Journey">${titleOf(release, journey)}</td>
        <td data-label="Step">${step === '' ? 'the end' : html`<code>${step}</code>`}</td>
        <td data-label="Runs" class="num">${count}</td>
        <td data-label="Too old" class="num">${stale > 0 && chip(`${stale} dropped`, 'rust')}</td>
        <td data-label="First" class="small nowrap">${instantInZone(first, zone)}</td>
        <td data-label="Last" class="small nowrap">${instantInZone(last, zone)}</td>
        <td data-label="Per hour" class="num">${perHour[journey] ?? ''}</td>
      </tr>`,
    )}</tbody>
  </table>`;
}

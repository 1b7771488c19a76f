/** All journeys in numbers: who is inside, who left how. */
import type { JourneyListing } from '../../api/routes/journeys.ts';
import type { Release } from '../../core/definitions/release.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { chip, empty } from '../parts.ts';
import type { JourneyWords } from './journey.ts';

export interface JourneysView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: Release;
  readonly journeys: readonly JourneyListing[];
  readonly words: ReadonlyMap<string, JourneyWords | undefined>;
}

export function journeysPage(view: JourneysView): string {
  return page(
    { ...view.frame, title: 'Journeys' },
    html`<h1>Journeys</h1>
      ${view.journeys.length === 0 ? empty('No journey is published.') : html`<div class="grid">${view.journeys.map((one) => card(one, view))}</div>`}`,
  );
}

function card(one: JourneyListing, { release, words }: JourneysView): Html {
  const plan = release.journeys[one.journey]?.plan;
  const enters = words.get(one.journey)?.enters;
  const steps = Object.keys(plan?.steps ?? {}).length;
  return html`<a class="card link" href="/console/journeys/${one.journey}">
    <h2>${one.title}</h2>
    <p class="chips">${one.class !== '' && chip(one.class)} ${!one.published && chip('not published', 'sun')} ${one.paused && chip('paused', 'sun')}
      <span class="soft small">${steps} steps${one.owner !== '' && ` · ${one.owner}`}</span></p>
    ${enters !== undefined && html`<p class="soft small">${enters}</p>`}
    <dl class="figures">
      <div><dd>${one.open}</dd><dt>inside</dt></div>
      <div><dd>${one.goals}</dd><dt>goal reached</dt></div>
      <div><dd>${one.outcomes['completed'] ?? 0}</dd><dt>completed</dt></div>
      <div><dd>${one.closed - (one.outcomes['completed'] ?? 0)}</dd><dt>left early</dt></div>
    </dl>
  </a>`;
}

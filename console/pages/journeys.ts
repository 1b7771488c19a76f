/** All journeys in numbers: who is inside, who left how. */
import { entryWords } from '../plan-words.ts';
import type { JourneyListing } from '../../api/routes/journeys.ts';
import type { Release } from '../../core/definitions/release.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { chip, empty } from '../parts.ts';

export interface JourneysView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: Release;
  readonly journeys: readonly JourneyListing[];
}

export function journeysPage(view: JourneysView): string {
  return page(
    { ...view.frame, title: 'Journeys' },
    html`<h1>Journeys</h1>
      ${view.journeys.length === 0 ? empty('No journey is published.') : html`<div class="grid">${view.journeys.map((one) => card(one, view.release))}</div>`}`,
  );
}

function card(one: JourneyListing, release: Release): Html {
  const plan = release.journeys[one.journey]?.plan;
  const steps = Object.keys(plan?.steps ?? {}).length;
  return html`<a class="card link" href="/console/journeys/${one.journey}">
    <h2>${one.title}</h2>
    <p class="chips">${one.class !== '' && chip(one.class)} ${!one.published && chip('not published', 'sun')} ${one.paused && chip('paused', 'sun')}
      <span class="soft small">${steps} steps${one.owner !== '' && ` · ${one.owner}`}</span></p>
    ${plan !== undefined && html`<p class="soft small">${plan.enter.map(entryWords).join('; ')}</p>`}
    <dl class="figures">
      <div><dd>${one.open}</dd><dt>inside</dt></div>
      <div><dd>${one.goals}</dd><dt>goal reached</dt></div>
      <div><dd>${one.outcomes['completed'] ?? 0}</dd><dt>completed</dt></div>
      <div><dd>${one.closed - (one.outcomes['completed'] ?? 0)}</dd><dt>left early</dt></div>
    </dl>
  </a>`;
}

/** One journey: its steps in the order leads meet them, who stands where, what became of its emails. */
import { entryWords, stepLines, type StepLine } from '../plan-words.ts';
import type { JourneyListing } from '../../api/routes/journeys.ts';
import type { JourneyPlan } from '../../core/journey/plan.ts';
import type { SendCount, StepCount } from '../../store/read-journeys.ts';
import type { OlderRuns } from '../../store/read-releases.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { bar, chip, empty, tile } from '../parts.ts';

export interface JourneyView {
  readonly frame: Omit<Frame, 'title'>;
  readonly listing: JourneyListing;
  readonly plan: JourneyPlan | undefined;
  readonly steps: readonly StepCount[];
  readonly sends: readonly SendCount[];
  /** Runs on another version than the one in force. */
  readonly older: OlderRuns;
}

export function journeyPage(view: JourneyView): string {
  const { listing, plan } = view;
  return page(
    { ...view.frame, title: listing.title },
    html`<p class="crumb"><a href="/console/journeys">Journeys</a></p>
      <h1>${listing.title}</h1>
      <p class="chips">${listing.class !== '' && chip(listing.class)} ${!listing.published && chip('not published', 'sun')}
        ${plan !== undefined && html`<span class="soft small">${plan.enter.map(entryWords).join('; ')}</span>`}</p>
      <div class="tiles">
        ${tile(listing.open, 'inside', '#steps')}
        ${tile(listing.goals, 'goal reached', '#endings')}
        ${tile(listing.closed, 'ended', '#endings')}
      </div>
      ${plan !== undefined && view.older.older > 0 && html`<p class="note"><a href="/console/releases">${olderWords(view.older)}</a></p>`}
      <section class="card spaced" id="steps"><h2>Steps</h2>${plan === undefined ? empty('It is not published any more.') : steps(view, plan)}</section>
      <section class="card spaced" id="endings"><h2>How runs ended</h2>${endings(view)}</section>`,
  );
}

/** "12 leads on an older version: 9 will move at their next step, 3 blocked". */
function olderWords({ older, toMove, blocked }: OlderRuns): string {
  const staying = older - toMove - blocked;
  const parts = [
    ...(toMove > 0 ? [`${toMove} will move at their next step`] : []),
    ...(blocked > 0 ? [`${blocked} blocked`] : []),
    ...(staying > 0 ? [`${staying} stay on it`] : []),
  ];
  return `${older} ${older === 1 ? 'lead' : 'leads'} on an older version: ${parts.join(', ')}`;
}

function steps(view: JourneyView, plan: JourneyPlan): Html {
  const standing = new Map(view.steps.map((one) => [one.step ?? '', one]));
  const most = Math.max(1, ...view.steps.map(({ count }) => count));
  const lines: readonly StepLine[] = [
    { id: '', depth: 0, words: 'Entered, first step not taken yet', arms: [] },
    ...stepLines(plan),
  ];
  return html`<p class="soft small">A run is counted at the last step that acted.</p>
    <table class="steps">
      <thead><tr><th>Step</th><th></th><th class="num">Here now</th><th>Emails</th></tr></thead>
      <tbody>${lines.map(({ id, depth, words, arms }) => {
        const here = standing.get(id);
        return html`<tr>
          <td class="depth-${Math.min(depth, 4)}">${words}
            ${id !== '' && html`<code class="soft">${id}</code>`}
            ${arms.length > 0 && html`<span class="soft small block">→ ${arms.join(' · ')}</span>`}</td>
          <td class="grow">${here !== undefined && bar(here.count / most, here.lateCount > 0 ? 'rust' : 'leaf')}</td>
          <td class="num">${here?.count ?? ''}${(here?.lateCount ?? 0) > 0 && html` ${chip(`${here?.lateCount} late`, 'rust')}`}</td>
          <td class="small">${view.sends.filter(({ step }) => step === id).map(({ state, count }) => html`<span class="nowrap">${count} ${state === 'skipped' ? 'not sent' : state}</span> `)}</td>
        </tr>`;
      })}</tbody>
    </table>`;
}

function endings({ listing, plan }: JourneyView): Html {
  const outcomes = Object.entries(listing.outcomes).sort(([, left], [, right]) => right - left);
  if (outcomes.length === 0) return empty('None has ended yet.');
  const most = Math.max(1, ...outcomes.map(([, count]) => count));
  return html`${outcomes.map(([outcome, count]) => {
    const exit = plan?.exits.find(({ id }) => id === outcome);
    const words = endingWords[outcome] ?? exit?.why ?? outcome;
    return html`<div class="bar-row long"><span>${words}</span>${bar(count / most, exit?.goal === true ? 'leaf' : 'sky')}<b>${count}</b></div>`;
  })}`;
}

const endingWords: { readonly [outcome: string]: string | undefined } = {
  completed: 'Went through to the end',
  edited: 'Left because the journey was changed',
};

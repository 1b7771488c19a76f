/** One journey: its steps in the order leads meet them, who stands where, what became of its emails. */
import type { JourneyListing } from '../../api/routes/journeys.ts';
import { since, standsStill } from '../../api/pause-words.ts';
import type { Release } from '../../core/definitions/release.ts';
import type { JourneyPlan } from '../../core/journey/plan.ts';
import type { Line } from '../../core/words/reading.ts';
import type { StoredPause } from '../../store/pauses.ts';
import type { SendCount, StepCount } from '../../store/read-journeys.ts';
import type { OlderRuns } from '../../store/read-releases.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { bar, chip, empty, tile } from '../parts.ts';
import { pauseForm } from './pauses.ts';
import { wordsHref } from './words.ts';

/** Of the file in force. */
export interface JourneyWords {
  readonly enters: string;
  readonly steps: readonly Line[];
}

export interface JourneyView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: Release;
  readonly listing: JourneyListing;
  readonly plan: JourneyPlan | undefined;
  /** Absent when the format of its file has changed since: then steps are named and not said. */
  readonly words: JourneyWords | undefined;
  /** Drawn from the file in force. */
  readonly picture: Html | undefined;
  readonly steps: readonly StepCount[];
  readonly sends: readonly SendCount[];
  /** In force, and touching this journey. */
  readonly pauses: readonly StoredPause[];
  readonly now: number;
  /** Runs on another version than the one in force. */
  readonly older: OlderRuns;
}

export function journeyPage(view: JourneyView): string {
  const { listing, plan } = view;
  return page(
    { ...view.frame, title: listing.title },
    html`<p class="crumb"><a href="/console/journeys">Journeys</a></p>
      <h1>${listing.title}</h1>
      <p class="chips">${listing.class !== '' && chip(listing.class)} ${!listing.published && chip('not published', 'sun')} ${listing.paused && chip('paused', 'sun')}
        ${view.words !== undefined && html`<span class="soft small">${view.words.enters}</span>`}</p>
      ${pausedNotices(view)}
      <div class="tiles">
        ${tile(listing.open, 'inside', '#steps')}
        ${tile(listing.goals, 'goal reached', '#endings')}
        ${tile(listing.closed, 'ended', '#endings')}
        ${listing.parked > 0 && tile(listing.parked, 'wait for a pause to end', '#steps', 'sun')}
      </div>
      ${plan !== undefined && view.older.older > 0 && html`<p class="card spaced"><a href="/console/releases">${olderWords(view.older)}</a></p>`}
      <section class="card spaced" id="steps"><h2>Steps</h2>${plan === undefined ? empty('It is not published any more.') : steps(view, plan)}</section>
      ${view.picture !== undefined && html`<section class="card spaced picture" id="picture"><h2>Picture</h2><p class="small"><a href="${wordsHref({ kind: 'journey', key: listing.journey })}">The same in sentences</a></p>${view.picture}</section>`}
      <section class="card spaced" id="endings"><h2>How runs ended</h2>${endings(view)}</section>
      ${!view.pauses.some(({ scope }) => scope === 'journey') && pauseSection(listing.journey)}`,
  );
}

/** "12 leads on an older version: 9 waiting for their next step, 3 blocked". */
function olderWords({ older, toMove, blocked }: OlderRuns): string {
  const staying = older - toMove - blocked;
  const parts = [
    ...(toMove > 0 ? [`${toMove} waiting for their next step`] : []),
    ...(blocked > 0 ? [`${blocked} blocked`] : []),
    ...(staying > 0 ? [`${staying} stay on it`] : []),
  ];
  return `${older} ${older === 1 ? 'lead' : 'leads'} on an older version: ${parts.join(', ')}`;
}

/** Instead of a journey that looks as if it had stalled. What stands still for all is told above the page. */
export function pausedNotices({
  pauses,
  release,
  now,
}: Pick<JourneyView, 'pauses' | 'release' | 'now'>): Html {
  const own = pauses.filter(({ scope }) => scope !== 'all');
  return html`${own.map(
    (pause) =>
      html`<p class="notice sun" role="status">${standsStill(release, pause, now)} It is so ${since(release, pause)}. <a href="/console/pauses/${pause.id}">Resume …</a></p>`,
  )}`;
}

function pauseSection(key: string): Html {
  const form = { scope: 'journey', key, label: 'Pause this journey' } as const;
  return html`<details class="card spaced"><summary>Pause it</summary>
    <p class="soft small">All its clocks stand still. Nobody is sent anything until you resume; exits go on.</p>
    ${pauseForm({ ...form, back: `/console/journeys/${key}` })}</details>`;
}

function steps(view: JourneyView, plan: JourneyPlan): Html {
  const standing = new Map(view.steps.map((one) => [one.step ?? '', one]));
  const most = Math.max(1, ...view.steps.map(({ count }) => count));
  const lines: readonly Line[] = [
    { id: '', depth: 0, text: 'Entered, first step not taken yet' },
    ...(view.words?.steps ?? Object.keys(plan.steps).map(unsaid)),
    ...stepsOfOlderVersions(view, plan),
  ];
  return html`<p class="soft small">A lead is counted at the last step that did something; whoever waits is counted before its wait.</p>
    <table class="steps">
      <thead><tr><th>Step</th><th></th><th class="num">Last here</th><th>Emails</th></tr></thead>
      <tbody>${lines.map((line) => {
        const { depth, text, number } = line;
        const id = stepOf(line);
        const here = id === undefined ? undefined : standing.get(id);
        return html`<tr>
          <td class="depth-${Math.min(depth, 8)}">${number !== undefined && html`<b>${number}.</b> `}${text}
            ${line.id !== '' && html`<code class="soft">${line.id}</code>`}</td>
          <td class="grow">${here !== undefined && bar(here.count / most, here.lateCount > 0 ? 'rust' : 'leaf')}</td>
          <td class="num">${here?.count ?? ''}${(here?.parkedCount ?? 0) > 0 && html` ${chip(`${here?.parkedCount} paused`, 'sun')}`}${(here?.lateCount ?? 0) > 0 && html` ${chip(`${here?.lateCount} late`, 'rust')}`}</td>
          <td class="small">${view.sends.filter(({ step }) => step === id).map(({ state, count }) => html`<span class="nowrap">${count} ${state === 'skipped' ? 'not sent' : state}</span> `)}</td>
        </tr>`;
      })}</tbody>
    </table>`;
}

/** An arm has an id of its own, which may be that of a step; nobody stands at an arm. */
function stepOf({ id, depth, number }: Line): string | undefined {
  return depth > 0 && number === undefined ? undefined : id;
}

function unsaid(id: string): Line {
  return { id, depth: 0, text: '' };
}

/** Where leads stand that have not moved: the version in force has no such step. */
function stepsOfOlderVersions({ steps: counts }: JourneyView, plan: JourneyPlan): Line[] {
  const gone = counts.flatMap(({ step }) =>
    step === null || Object.hasOwn(plan.steps, step) ? [] : [step],
  );
  return gone.map((id) => ({ id, depth: 0, text: 'A step of an older version' }));
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

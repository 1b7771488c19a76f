/** Everything that stands still, will, or did; and pausing a journey, a sender or everything. */
import {
  capital,
  lasted,
  pausedThing,
  since,
  standsStill,
  stateOf,
} from '../../api/pause-words.ts';
import { titleOf } from '../../api/words.ts';
import type { Release } from '../../core/definitions/release.ts';
import type { PauseListing } from '../../store/pauses.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { chip, empty } from '../parts.ts';
import { timeTag } from '../time.ts';

export interface PausesView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: Release;
  readonly pauses: readonly PauseListing[];
  readonly senders: readonly string[];
  /** What could not be done, after a form was sent. */
  readonly problem?: string;
  readonly now: number;
}

export function pausesPage(view: PausesView): string {
  const { release, pauses, now } = view;
  const isCurrent = (one: PauseListing): boolean =>
    ['in-force', 'scheduled'].includes(stateOf(one, now));
  const current = pauses.filter(isCurrent);
  const past = pauses.filter((one) => !isCurrent(one));
  return page(
    { ...view.frame, title: 'Pauses' },
    html`<h1>Pauses</h1>
      <p class="soft">While something is paused its clocks stand still: nothing is sent or done, and nothing is lost. Exits, scores and handoffs go on.</p>
      ${view.problem !== undefined && html`<p class="notice rust" role="alert">${view.problem}</p>`}
      <section class="card spaced"><h2>Now and to come</h2>
        ${current.length === 0 ? html`<p class="calm">Nothing is paused. Everything runs.</p>` : html`<ul class="reasons">${current.map((one) => standing(one, view))}</ul>`}</section>
      <section class="card spaced"><h2>Pause something</h2>
        <div class="grid">
          ${pauseForm({ scope: 'journey', label: 'Pause the journey', keys: Object.keys(release.journeys).map((key) => [key, titleOf(release, key)]) })}
          ${pauseForm({ scope: 'sender', label: 'Pause the sender', keys: [['', 'Every sender'], ...view.senders.map((address): readonly [string, string] => [address, address])] })}
          ${pauseForm({ scope: 'all', label: 'Pause everything', keys: [] })}
        </div>
        <p class="soft small">One lead alone is paused on <a href="/console/leads">its own page</a>.</p></section>
      <section class="card spaced"><h2>Over</h2>${past.length === 0 ? empty('None so far.') : over(past, view)}</section>`,
  );
}

function standing(pause: PauseListing, { release, now }: PausesView): Html {
  const inForce = stateOf(pause, now) === 'in-force';
  const asleep = Math.max(0, pause.open - pause.parked);
  const inside = pause.scope === 'sender' ? '' : `${asleep} asleep, `;
  return html`<li><span><b>${standsStill(release, pause, now)}</b><br />
      <span class="soft small">${capital(since(release, pause))}${inForce && ` · ${inside}${pause.parked} waiting to act`}</span></span>
    <a class="button quiet" href="/console/pauses/${pause.id}">${inForce ? 'Resume …' : 'Call off …'}</a></li>`;
}

function over(past: readonly PauseListing[], { release, now }: PausesView): Html {
  const zone = release.sending.zoneIfUnknown;
  return html`<table class="stack">
    <thead><tr><th>What</th><th>Began</th><th>Lasted</th><th>Why</th><th>By</th><th class="num">Had to wait</th></tr></thead>
    <tbody>${past.map(
      (one) => html`<tr>
        <td data-label="What"><a href="/console/pauses/${one.id}">${capital(pausedThing(release, one))}</a></td>
        <td data-label="Began" class="small nowrap soft">${timeTag(one.from, now, zone)}</td>
        <td data-label="Lasted" class="small nowrap">${stateOf(one, now) === 'called-off' ? chip('called off') : lasted(one, now)}</td>
        <td data-label="Why" class="small">${one.why}</td>
        <td data-label="By" class="small nowrap">${one.by}${one.resumedBy !== null && one.resumedBy !== one.by && `, resumed by ${one.resumedBy}`}</td>
        <td data-label="Had to wait" class="num">${one.woken ?? ''}</td>
      </tr>`,
    )}</tbody>
  </table>`;
}

/** One form, wherever it stands: the list of pauses, a journey, a lead. */
export function pauseForm(form: {
  readonly scope: string;
  readonly label: string;
  /** Of one thing alone: it is not asked for. */
  readonly key?: string;
  readonly keys?: readonly (readonly [key: string, title: string])[];
  readonly back?: string;
}): Html {
  const { scope, label, key, keys = [], back } = form;
  return html`<form method="post" action="/console/pauses" class="pause">
    <input type="hidden" name="scope" value="${scope}" />
    ${key !== undefined && html`<input type="hidden" name="key" value="${key}" />`}
    ${back !== undefined && html`<input type="hidden" name="back" value="${back}" />`}
    ${keys.length > 0 && html`<label><span>${scope === 'sender' ? 'Sender' : 'Journey'}</span><select name="key">${keys.map(([value, title]) => html`<option value="${value}">${title}</option>`)}</select></label>`}
    <label><span>Until (empty: until somebody resumes it)</span><input name="until" placeholder="2 days, or 2027-01-07T09:00" /></label>
    <label><span>Why</span><input name="why" maxlength="200" /></label>
    <button class="quiet">${label}</button>
  </form>`;
}

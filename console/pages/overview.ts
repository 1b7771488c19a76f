/** The first page: what needs a person comes first, then where leads stand, who has them, what was sent. */
import type { Release } from '../../core/definitions/release.ts';
import { stageLabel } from '../../core/routing/brief.ts';
import type { UntoldView } from '../../api/recomputes.ts';
import { repName } from '../../api/words.ts';
import { nameOf } from '../../api/lead-name.ts';
import type { HandoffListing } from '../../store/read-handoffs.ts';
import type { Overview } from '../../store/read-overview.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { bar, chip, empty, tile } from '../parts.ts';
import { fromNow } from '../time.ts';
import { attention, problemsOf } from './attention.ts';

export interface OverviewView {
  readonly frame: Omit<Frame, 'title'>;
  readonly release: Release;
  readonly overview: Overview;
  readonly openHandoffs: readonly HandoffListing[];
  /** In force: of a journey, a lead, a sender or everything. */
  readonly pauses: number;
  /** Leads that a change of the rules moved. */
  readonly untold: UntoldView;
  readonly now: number;
}

export function overviewPage(view: OverviewView): string {
  const { overview } = view;
  const leads = overview.stages.reduce((sum, { count }) => sum + count, 0);
  const sent = overview.sends.filter(({ state }) => state === 'sent');
  const problems = problemsOf(view);
  return page(
    { ...view.frame, title: 'Overview' },
    html`<h1>Overview</h1>
      <div class="tiles">
        ${tile(leads, 'leads', '/console/leads')}
        ${tile(overview.openRuns, 'running journeys', '/console/journeys')}
        ${tile(overview.openHandoffs, 'open handoffs', '/console/handoffs')}
        ${tile(
          sent.reduce((sum, { count }) => sum + count, 0),
          'emails sent in 7 days',
          '/console/emails',
        )}
        ${tile(problems.length, problems.length === 1 ? 'thing needs you' : 'things need you', '#attention', problems.length > 0 ? 'rust' : 'leaf')}
      </div>
      <div class="grid halves">
        <div class="stacked">
          <section class="card" id="attention"><h2>Needs attention</h2>${attention(problems, view.pauses)}</section>
          <section class="card"><h2>Leads by stage</h2>${stages(view)}</section>
        </div>
        <div class="stacked">
          <section class="card"><h2>Open handoffs</h2>${handoffs(view)}</section>
          <section class="card"><h2>Emails of the last days</h2>${sends(overview)}</section>
        </div>
      </div>`,
  );
}

function stages({ overview, release }: OverviewView): Html {
  const known = new Map(overview.stages.map(({ stage, count }) => [stage, count]));
  const most = Math.max(1, ...known.values());
  const order = [
    ...release.qualification.order,
    ...[...known.keys()].filter((stage) => !release.qualification.order.includes(stage)),
  ];
  return html`${order.map((stage) => {
    const count = known.get(stage) ?? 0;
    return html`<a class="bar-row" href="/console/leads?stage=${stage}"
      ><span>${stageLabel(release, stage)}</span>${bar(count / most)}<b>${count}</b></a
    >`;
  })}`;
}

function handoffs({ openHandoffs, release, now }: OverviewView): Html {
  if (openHandoffs.length === 0) return empty('Nobody waits for a rep.');
  return html`<ul class="reasons">${openHandoffs.map((handoff) => {
    const { name, company } = nameOf(handoff.traits, handoff.address);
    const rep =
      handoff.rep === null ? (handoff.destination ?? 'nobody yet') : repName(release, handoff.rep);
    return html`<li>
      <span><a href="/console/leads/${handoff.leadId}">${name}</a><br />
        <span class="soft small">${[company, rep].filter((word) => word !== undefined).join(' · ')}</span></span>
      ${deadline(handoff.acceptBy, now)}
    </li>`;
  })}</ul>`;
}

export function deadline(acceptBy: number | null, now: number): Html {
  if (acceptBy === null) return chip('no deadline');
  return acceptBy < now
    ? chip(`late, ${fromNow(acceptBy, now)}`, 'rust')
    : chip(fromNow(acceptBy, now), 'sun');
}

const columns = ['sent', 'held', 'skipped', 'failed', 'unknown'] as const;

function sends({ sends: counts }: Overview): Html {
  const days = [...new Set(counts.map(({ day }) => day))];
  if (days.length === 0) return empty('No emails yet.');
  const countOf = (day: string, state: string): number =>
    counts.find((one) => one.day === day && one.state === state)?.count ?? 0;
  const most = Math.max(1, ...days.map((day) => countOf(day, 'sent')));
  return html`<table class="tight">
    <thead><tr><th>Day</th><th></th>${columns.map((state) => html`<th class="num">${state === 'skipped' ? 'not sent' : state}</th>`)}</tr></thead>
    <tbody>${days.map(
      (day) => html`<tr>
        <td class="nowrap">${dayInWords(day)}</td><td class="grow">${bar(countOf(day, 'sent') / most)}</td>
        ${columns.map((state) => cell(countOf(day, state), state))}
      </tr>`,
    )}</tbody>
  </table>`;
}

function cell(count: number, state: string): Html {
  const isBad = (state === 'failed' || state === 'unknown') && count > 0;
  return html`<td class="num ${count === 0 ? 'zero' : ''}">${isBad ? chip(String(count), 'rust') : count}</td>`;
}

function dayInWords(day: string): string {
  const format = { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' } as const;
  return new Intl.DateTimeFormat('en-GB', format).format(Date.parse(day));
}

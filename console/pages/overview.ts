/** The first page: what needs a person comes first, then where leads stand, who has them, what was sent. */
import type { Release } from '../../core/definitions/release.ts';
import { stageLabel } from '../../core/routing/brief.ts';
import type { UntoldView } from '../../api/recomputes.ts';
import { repName } from '../../api/words.ts';
import { nameOf } from '../../api/lead-name.ts';
import type { HandoffListing } from '../../store/read-handoffs.ts';
import type { Attention, Overview } from '../../store/read-overview.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { bar, chip, empty, tile, type Tone } from '../parts.ts';
import { fromNow, instantInZone } from '../time.ts';

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
  const problems = [
    ...attentionOf(overview.attention, view.release.sending.zoneIfUnknown),
    ...untoldProblems(view),
  ];
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

interface Problem {
  readonly count: number;
  readonly words: string;
  readonly href: string;
  readonly tone: Tone;
}

function attentionOf(found: Attention, zone: string): readonly Problem[] {
  const all: readonly Problem[] = [
    of(
      found.stopped,
      `${found.stopped === 1 ? 'sender stopped' : 'senders stopped'} by itself: too much came back`,
      '/console/sending',
      'rust',
    ),
    of(
      found.unknownSends,
      'emails of unknown fate: the relay may have them',
      '/console/emails?state=unknown',
      'rust',
    ),
    of(
      found.failedSends,
      'emails refused by the server in 7 days',
      '/console/emails?state=failed',
      'rust',
    ),
    ...found.brokenTemplates.map(({ template, count }) =>
      of(
        count,
        `${count === 1 ? 'email waits' : 'emails wait'} for a mended template: ${template}`,
        '/console/emails?state=held',
        'rust',
      ),
    ),
    ...found.refusedSends.map(({ reason, count }) =>
      of(
        count,
        `${emailsWait[reason] ?? `emails wait: ${reason}`}${sinceWhen(found, reason, zone)}`,
        isOurServer(reason) ? '/console/sending' : '/console/emails?state=planned',
        'rust',
      ),
    ),
    of(
      found.overdueSends,
      'emails past their moment, and nobody came back for them',
      '/console/emails?state=overdue',
      'sun',
    ),
    of(found.lateRuns, lateInWords(found), '/console/journeys', 'rust'),
    of(found.lateHandoffs, 'handoffs past their deadline', '/console/handoffs', 'sun'),
    of(
      found.repMailboxes,
      `${found.repMailboxes === 1 ? 'mailbox of a rep refuses' : 'mailboxes of reps refuse'} our mail`,
      '/console/emails',
      'rust',
    ),
    of(found.webhooksGivenUp, 'webhooks given up in 7 days', '/console/journeys', 'rust'),
    of(found.outboxErrors, 'messages that Temporal did not take yet', '/health/ready', 'sun'),
    of(
      found.ruleMismatches,
      'decisions the rule engine does not confirm',
      '/console/leads',
      'rust',
    ),
    of(found.unconfirmed, 'decisions without a second opinion', '/console/leads', 'sun'),
    of(
      found.unverifiable,
      'addresses that could not be verified yet: perennial verify --waiting',
      '/console/leads',
      'sun',
    ),
    of(
      found.mergeCandidates,
      `${found.mergeCandidates === 1 ? 'pair' : 'pairs'} of leads that may be one person`,
      '/console/merges',
      'sun',
    ),
  ];
  return all.filter(({ count }) => count > 0);
}

/** Why emails wait that no lead is to blame for. */
const emailsWait: { readonly [reason: string]: string } = {
  config: 'emails wait: the mail server refuses our login or our settings',
  policy: 'emails wait: receivers object to us (reputation, authentication, content)',
  infra: 'emails wait: the mail server does not answer',
};

function untoldProblems({ untold, release }: OverviewView): readonly Problem[] {
  return untold.counts.map(({ stage, count }) =>
    of(
      count,
      `${count === 1 ? 'lead' : 'leads'} that became ${stageLabel(release, stage)} when the rules changed, and nobody was told`,
      '/console/releases#untold',
      'sun',
    ),
  );
}

/** Refusals that are no receiver's. */
function isOurServer(reason: string): boolean {
  return reason === 'infra' || reason === 'config';
}

function sinceWhen({ mailServerSince }: Attention, reason: string, zone: string): string {
  const isSaid = isOurServer(reason) && mailServerSince !== null;
  return isSaid ? `, since ${instantInZone(mailServerSince, zone)}` : '';
}

function lateInWords({ lateFindings }: Attention): string {
  const looked = lateFindings.map(({ found, count }) => `${count} × ${found}`).join('; ');
  return `runs that should have gone on by now${looked === '' ? '' : ` (${looked})`}`;
}

function of(count: number, words: string, href: string, tone: Tone): Problem {
  return { count, words, href, tone };
}

function attention(problems: readonly Problem[], pauses: number): Html {
  const words = pauses === 1 ? '1 pause is in force' : `${pauses} pauses are in force`;
  const paused = pauses > 0 && html`<p><a href="/console/pauses">${words}</a></p>`;
  if (problems.length === 0) {
    return html`<p class="calm">${pauses > 0 ? 'Nothing went wrong.' : 'Nothing. Everything runs.'}</p>${paused}`;
  }
  return html`${paused}<ul class="reasons">${problems.map(
    ({ count, words, href, tone }) =>
      html`<li><a href="${href}">${words}</a>${chip(String(count), tone)}</li>`,
  )}</ul>`;
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

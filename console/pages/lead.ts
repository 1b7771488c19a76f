/**
 * One lead: who it is, why it scores as it does, where it stands, and everything that happened, each
 * with its reason. What a person would ask first is on top; scores are of this instant.
 */
import { closedBecause } from '../../api/hand-words.ts';
import { nameOf } from '../../api/lead-name.ts';
import { mergeWhy, originWords } from '../../api/merge-words.ts';
import { verdictWords } from '../../api/verification-words.ts';
import type { LeadView } from '../../api/lead-view.ts';
import type { TimelineEntry } from '../../api/timeline.ts';
import { repName } from '../../api/words.ts';
import { builtInFacts } from '../../core/facts/catalogue.ts';
import { compiledRelease } from '../../core/facts/compiled-release.ts';
import { factReader } from '../../core/facts/read.ts';
import { originOf } from '../../core/facts/survivors.ts';
import { labelOf, stageLabel } from '../../core/routing/brief.ts';
import type { Towards } from '../../core/explain/towards.ts';
import { isKnown } from '../../core/rules/operators.ts';
import { mayEmail } from '../../core/sending/consent.ts';
import type { ScoredPoint } from '../../core/scoring/score.ts';
import type { HandoffListing } from '../../store/read-handoffs.ts';
import type { StoredPause } from '../../store/pauses.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { bar, chip, empty, gradeChip, handoffChip, mainScore, older } from '../parts.ts';
import { suppressionReason, suppressionTitle } from '../../core/words/standing-words.ts';
import { clockTag, fromNow, instantInZone, timeTag } from '../time.ts';
import { byHandNotice, stageSection, verdictOn } from './by-hand.ts';
import { asOfForm } from './explanation.ts';
import { whoHas } from './handoffs.ts';
import { pausedNotices } from './journey.ts';
import { deadline } from './overview.ts';
import { pauseForm } from './pauses.ts';
import { towardsPanel } from './towards.ts';

export interface LeadPageView extends LeadView {
  readonly frame: Omit<Frame, 'title'>;
  readonly handoffs: readonly HandoffListing[];
  /** In force, and touching this lead or one of its journeys. */
  readonly pauses: readonly StoredPause[];
  /** The page behind the rep's buttons, where one is open and given to somebody. */
  readonly answerUrl: string | null;
  readonly timeline: readonly TimelineEntry[];
  readonly nextCursor: string | null;
  readonly firstPage: boolean;
  /** What would take it to the next stage; absent in the last one. */
  readonly towards?: Towards;
  /** Why what was asked on this page was refused. */
  readonly problem?: string;
}

export function leadPage(view: LeadPageView): string {
  const { lead, release, scored } = view;
  const { name, company } = nameOf(lead.traits, lead.address);
  const about = [lead.account?.name ?? company, name === lead.address ? undefined : lead.address];
  const score = mainScore(scored);
  return page(
    { ...view.frame, title: name },
    html`<p class="crumb"><a href="/console/leads">Leads</a></p>
      <div class="headline">
        <div><h1>${name}</h1><p class="soft">${about.filter((word) => word !== undefined).join(' · ')}
          ${lead.account !== undefined && html`<a href="/console/accounts/${lead.account.id}">Account</a>`}</p></div>
        <p class="chips">${chip(stageLabel(release, lead.stage.stage), 'leaf')} ${gradeChip(score?.grade)}
          ${lead.disqualified !== undefined && chip('disqualified', 'rust')}
          ${view.pauses.some(({ scope }) => scope === 'lead') && chip('paused', 'sun')}
          ${lead.owner !== undefined && chip(repName(release, lead.owner), 'sky')}</p>
      </div>
      ${lead.disqualified !== undefined && html`<p class="notice rust">Disqualified: ${lead.disqualified.why}.</p>`}
      ${view.problem !== undefined && html`<p class="notice rust">${view.problem}</p>`}
      ${byHandNotice(lead, release, view.now)}
      ${pausedNotices(view)}
      ${path(view)}
      <div class="columns">
        <div class="side">
          ${view.firstPage && openHandoff(view)}
          <section class="card"><h2>Score</h2>${scores(view)}
            <p class="more"><a class="button quiet" href="/console/leads/${lead.id}/explanation">Why, line by line</a></p></section>
          ${view.firstPage && view.towards !== undefined && towardsPanel(view.towards, release)}
          <section class="card"><h2>Facts</h2>${facts(view)}</section>
          <section class="card"><h2>Journeys</h2>${journeys(view)}</section>
          <section class="card"><h2>Permission</h2>${permission(view)}</section>
          ${mergesOf(view)}
          <details class="card"><summary>See it as of another instant</summary>${asOfForm(lead.id, '', release.sending.zoneIfUnknown)}</details>
          ${stageSection(lead, release)}
          ${!view.pauses.some(({ scope }) => scope === 'lead') && pauseSection(lead.id)}
          <p class="soft small"><a href="/console/leads/${lead.id}/erase">Erase this person …</a></p>
        </div>
        <section class="card main-column"><h2>What happened</h2>${history(view)}
          ${older(view.nextCursor === null ? null : `/console/leads/${lead.id}?cursor=${view.nextCursor}`)}</section>
      </div>`,
  );
}

/** The stages in their order: passed, here, ahead. */
function path({ lead, release, now }: LeadPageView): Html {
  const { order } = release.qualification;
  const here = order.indexOf(lead.stage.stage);
  const zone = release.sending.zoneIfUnknown;
  return html`<ol class="path">${order.map((stage, index) => {
    const entered = stage === lead.stage.stage ? lead.stage.since : lead.stage.entered[stage];
    const state = index === here ? 'here' : index < here ? 'passed' : '';
    return html`<li class="${state}" ${index === here && html`aria-current="step"`}>
      <b>${stageLabel(release, stage)}</b>
      ${entered !== undefined && html`<span>${timeTag(entered, now, zone)}</span>`}
    </li>`;
  })}</ol>`;
}

function openHandoff({ handoffs, release, answerUrl, now }: LeadPageView): Html | false {
  const [latest] = handoffs;
  if (latest === undefined) return false;
  const who = whoHas(latest, release);
  const reason =
    release.rejectReasons.find(({ id }) => id === latest.reason)?.label ??
    closedBecause[latest.reason ?? ''] ??
    latest.reason;
  return html`<section class="card ${latest.status === 'open' ? 'lit' : ''}">
    <h2>${release.handoffs[latest.handoff]?.title ?? latest.handoff}</h2>
    <p>${handoffChip(latest.status)} <b>${who}</b></p>
    ${latest.status === 'open' && html`<p class="soft small">Opened ${fromNow(latest.openedAt, now)} · deadline ${deadline(latest.acceptBy, now)}</p>`}
    ${reason !== null && html`<p class="soft small">${reason}</p>`}
    ${answerUrl !== null && html`<p><a class="button" href="${answerUrl}">Answer for ${who}</a></p>`}
  </section>`;
}

function scores({ scored, release, now }: LeadPageView): Html {
  if (scored.length === 0) return empty('No scoring model is published.');
  return html`${scored.map(({ model, scores: values, points }) => {
    const scales = release.models.find((one) => one.model === model)?.scores ?? {};
    return html`${scored.length > 1 && html`<h3>${model}</h3>`}
      ${Object.entries(values).map(([score, value]) => {
        const { min = 0, max = 100 } = scales[score] ?? {};
        const share = value === null ? 0 : (value - min) / Math.max(1, max - min);
        return html`<div class="score-row"><span>${score}</span>${bar(share)}<b>${value === null ? 'unknown' : value}</b></div>
          ${pointsOf(
            points.filter((point) => point.score === score),
            now,
          )}`;
      })}`;
  })}`;
}

function pointsOf(points: readonly ScoredPoint[], now: number): Html | false {
  const felt = points.filter((point) => Math.round(point.points) !== 0);
  if (felt.length === 0) return html`<p class="soft small">Nothing counts yet.</p>`;
  const heaviest = [...felt].sort((left, right) => Math.abs(right.points) - Math.abs(left.points));
  return html`<ul class="reasons points">${heaviest.map((point) => {
    const last = point.events.at(-1);
    const times = point.events.length === 1 ? 'once' : `${point.events.length} times, last`;
    const faded = Math.abs(point.raw) - Math.abs(point.points) >= 1;
    return html`<li><span>${point.why}
      ${last !== undefined && html`<span class="soft small">${times} ${fromNow(last.occurredAt, now)}${faded && `, faded from ${Math.round(point.raw)}`}</span>`}</span>
      <b class="${point.points > 0 ? 'plus' : 'minus'}">${point.points > 0 && '+'}${Math.round(point.points)}</b></li>`;
  })}</ul>`;
}

function facts(view: LeadPageView): Html {
  const { lead, release, now } = view;
  const read = factReader(release, lead, now);
  const traits = Object.entries(builtInFacts).flatMap(([id, { isTrait }]) =>
    isTrait === true ? [id] : [],
  );
  const known = [
    ...new Set([...traits, ...Object.keys(release.facts), 'emailKind', 'account.domain']),
  ]
    .map((id) => [id, read(id)] as const)
    .filter(([id, value]) => isKnown(value) && id !== 'owner');
  if (known.length === 0) return empty('Nothing is known yet.');
  return html`<dl class="facts">${known.map(
    ([id, value]) =>
      html`<dt>${labelOf(release, id)}</dt><dd>${typeof value === 'string' ? value : JSON.stringify(value)}
        ${originLine(view, id)}</dd>`,
  )}
  ${lead.tags.length > 0 && html`<dt>Tags</dt><dd>${lead.tags.map((tag) => html`${chip(tag)} `)}</dd>`}</dl>`;
}

function endOf(outcome: string | null): string {
  if (outcome === 'merged') return 'Merged: was in it already';
  return outcome === 'replied' ? 'Answered an email' : (outcome ?? '');
}

/** Who said it, and when: whoever doubts a fact asks this first. */
function originLine({ lead, release, now }: LeadPageView, fact: string): Html | false {
  const origin = originOf(lead, release, fact);
  return (
    origin !== undefined && html`<span class="soft small origin">${originWords(origin, now)}</span>`
  );
}

function mergesOf({ lead, merges, now }: LeadPageView): Html | false {
  if (merges.length === 0) return false;
  return html`<section class="card"><h2>Also known as</h2><ul class="reasons">${merges.map(
    ({
      id,
      by,
      why,
      at,
      fromName,
    }) => html`<li><span><b>${fromName ?? 'A lead without a key'}</b><br />
        <span class="soft small">Merged ${fromNow(at, now)} by ${by}: ${mergeWhy(why)}</span></span>
      <form method="post" action="/console/merges/${id}/undo" class="inline"><input type="hidden" name="back" value="/console/leads/${lead.id}" /><button class="quiet">Separate</button></form></li>`,
  )}</ul></section>`;
}

function journeys({ enrolments, plans, now, release }: LeadPageView): Html {
  if (enrolments.length === 0) return empty('In no journey so far.');
  return html`<ul class="reasons">${enrolments.map((run) => {
    const plan = plans.get(run.planHash);
    const turn = run.parked?.resumeAt ?? null;
    const zone = release.sending.zoneIfUnknown;
    const waits =
      run.parked === null
        ? run.frozen
          ? ', its clock stopped by a pause'
          : ''
        : turn === null
          ? ', a pause keeps it from going on'
          : `, has its turn ${instantInZone(turn, zone)} after a pause`;
    const exit = plan?.exits.find(({ id }) => id === run.outcome)?.why ?? endOf(run.outcome);
    const where =
      run.status === 'closed'
        ? `${exit}, ${fromNow(run.closedAt ?? run.enteredAt, now)}`
        : `entered ${fromNow(run.enteredAt, now)}${run.step === null ? '' : `, last step “${run.step}”`}${
            run.expectedBy === null || run.parked !== null
              ? waits
              : `, next ${instantInZone(run.expectedBy, zone)}`
          }`;
    return html`<li><span><a href="/console/journeys/${run.journey}">${plan?.title ?? run.journey}</a><br />
        <span class="soft small">${where}</span></span>
      ${run.parked !== null || run.frozen ? chip('paused', 'sun') : chip(run.status === 'open' ? 'running' : run.goal ? 'goal' : 'ended', run.status === 'open' ? 'sky' : run.goal ? 'leaf' : 'plain')}</li>`;
  })}</ul>`;
}

function pauseSection(leadId: string): Html {
  const form = { scope: 'lead', key: leadId, label: 'Pause this lead' } as const;
  return html`<details class="card"><summary>Pause this lead</summary>
    <p class="soft small">All its journeys stand still until you resume.</p>
    ${pauseForm({ ...form, back: `/console/leads/${leadId}` })}</details>`;
}

function permission({ lead, release, now }: LeadPageView): Html {
  const read = factReader(release, lead, now);
  const { consent } = compiledRelease(release);
  const asked = { class: 'marketing' } as const;
  const { verdict, why } = mayEmail(consent, lead, read, now, asked);
  const [words, tone] = permissions[verdict];
  return html`<p>${chip(words, tone)} <span class="soft small">${why}</span></p>
    ${lead.emailCheck !== undefined && html`<p class="small">Address ${verdictWords(lead.emailCheck)}, ${fromNow(lead.emailCheck.at, now)}</p>`}
    ${lead.suppressions.map(({ at, until, ...one }) => html`<p class="small">${suppressionTitle(one)}: ${suppressionReason(one)}, ${fromNow(at, now)}${until !== undefined && html` until ${clockTag(until, release.sending.zoneIfUnknown)}`}</p>`)}
    ${lead.preferences?.fewer === true && html`<p class="small">Asked for fewer emails</p>`}
    ${lead.preferences?.tracking === false && html`<p class="small">Wants no clicks to be counted</p>`}
    ${lead.consents.map(({ class: kind, topic, state, at }) => html`<p class="small soft">${state} to ${kind}${topic !== undefined && ` (${topic})`}, ${fromNow(at, now)}</p>`)}`;
}

const permissions = {
  yes: ['may be written to', 'leaf'],
  'after-confirmation': ['after confirmation', 'sun'],
  no: ['no marketing', 'rust'],
} as const;

function history({ timeline, release, lead }: LeadPageView): Html {
  const shown = timeline.filter((entry) => !isToldTwice(entry));
  if (shown.length === 0) return empty('Nothing yet.');
  const zone = release.sending.zoneIfUnknown;
  return html`<ul class="timeline dots">${shown.map(
    (entry) => html`<li class="${entry.type}">${clockTag(entry.at, zone)}
      <div><b>${entry.title}</b>${because(entry.type, entry.reasons)}${verdictOn(entry, lead, release)}</div></li>`,
  )}</ul>`;
}

/** Points of a score are many, and the card beside them says what counts now: folded away. */
function because(type: string, reasons: readonly string[]): Html | false {
  const lines = html`${reasons.map((reason) => html`<p>${reason}</p>`)}`;
  if (type !== 'score') return lines;
  return (
    reasons.length > 0 && html`<details><summary>What counted then</summary>${lines}</details>`
  );
}

/** Our own events about what the ledger, the assignment or the verdict beside them says in full. */
function isToldTwice({ type, detail }: TimelineEntry): boolean {
  const { name, source } = detail;
  return type === 'event' && ownEvents.some(([own, from]) => own === name && from === source);
}
const ownEvents = [
  ['Email Sent', 'mail'],
  ['Rep Assigned', 'handoff'],
  ['Handoff Accepted', 'rep'],
  ['Handoff Rejected', 'rep'],
] as const;

/**
 * Why a lead stands where it stands, line by line: now, as it was known at an earlier instant with the
 * files in force then, or as it will be if nothing happens. It decides nothing and only draws.
 */
import type { Explained, StageChange } from '../../api/explanation.ts';
import { nameOf } from '../../api/lead-name.ts';
import type { ConditionLine } from '../../core/explain/condition-lines.ts';
import type {
  PointExplained,
  ScoreExplained,
  StageAhead,
} from '../../core/explain/lead-explanation.ts';
import { blockInWords } from '../../core/explain/say.ts';
import { signedPoints } from '../../core/explain/sentence.ts';
import { stageLabel } from '../../core/routing/brief.ts';
import { html, type Html } from '../html.ts';
import { page, type Frame } from '../layout.ts';
import { bar, chip, empty, gradeChip } from '../parts.ts';
import { clockTag, instantInZone } from '../time.ts';
import { towardsPanel } from './towards.ts';

export interface ExplanationView {
  readonly frame: Omit<Frame, 'title'>;
  readonly explained: Explained;
  readonly leadId: string;
  /** As it was asked, to be asked again. */
  readonly asked: { readonly at: string; readonly towards: string };
}

export function explanationPage(view: ExplanationView): string {
  const { explained, leadId, asked } = view;
  const { lead, release, explanation, towards, changes } = explained;
  const { name } = nameOf(lead.traits, lead.address);
  const [model] = explanation.models;
  const stages = explanation.ahead.map(({ stage }) => stage);
  const href = (stage: string) =>
    `/console/leads/${leadId}/explanation?${new URLSearchParams({ at: asked.at, towards: stage }).toString()}`;
  return page(
    { ...view.frame, title: `Why: ${name}` },
    html`<p class="crumb"><a href="/console/leads">Leads</a> / <a href="/console/leads/${leadId}">${name}</a></p>
      <div class="headline"><div><h1>Where ${name} stands, and why</h1><p class="soft">${tenseWords(explained)}</p></div>
        <p class="chips">${chip(stageLabel(release, lead.stage.stage), 'leaf')} ${gradeChip(model?.grade)}
          ${lead.disqualified !== undefined && chip('disqualified', 'rust')}</p></div>
      ${lead.disqualified !== undefined && html`<p class="notice rust">Disqualified: ${lead.disqualified.why}.</p>`}
      ${explained.asToday.map((what) => html`<p class="notice">As of today, because no history of it is kept: ${what}.</p>`)}
      <div class="columns">
        <div class="side">
          <section class="card"><h2>As of</h2>${asOfForm(leadId, asked.at, release.sending.zoneIfUnknown)}</section>
          ${explanation.models.map(
            ({
              model: title,
              scores,
            }) => html`<section class="card"><h2>Score${explanation.models.length > 1 && `: ${title}`}</h2>
              ${scores.map((score) => scoreRows(score, view))}</section>`,
          )}
          ${explanation.bant.length > 0 && html`<section class="card"><h2>Questions</h2>${bant(explained)}</section>`}
        </div>
        <div class="main-column">
          ${towards !== undefined && towardsPanel(towards, release, { stages, href })}
          <section class="card"><h2>Stages ahead</h2>
            ${explanation.ahead.length === 0 ? empty('None: it is in the last one.') : explanation.ahead.map((one) => ahead(one, view))}</section>
          <section class="card"><h2>How it came here</h2>
            ${changes.length === 0 ? empty('It was born here and has not moved.') : html`<ul class="timeline dots">${changes.map((one) => changeRow(one, view))}</ul>`}</section>
        </div>
      </div>`,
  );
}

/** The same form on the page of a lead. */
export function asOfForm(leadId: string, at: string, zone: string): Html {
  const [place = zone] = zone.split('/').slice(-1);
  return html`<form method="get" action="/console/leads/${leadId}/explanation" class="as-of">
    <label><span>Day and time (${place.replaceAll('_', ' ')})</span><input type="datetime-local" name="at" value="${at}" required /></label>
    <button class="quiet">Show</button></form>
    <p class="soft small">A past instant is told with what was known and the files in force then; one to come is a forecast.</p>`;
}

function tenseWords({ tense, at, release }: Explained): string {
  const zone = release.sending.zoneIfUnknown;
  const year = new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric' }).format(at);
  const when = `${instantInZone(at, zone).replace(', ', ` ${year}, `)} (${zone})`;
  if (tense === 'past') return `As it was known on ${when}, by the files in force then`;
  return tense === 'forecast'
    ? `A forecast for ${when}: if nothing happens until then`
    : `Now, ${when}`;
}

function scoreRows(
  { score, value, most, points, unknown }: ScoreExplained,
  view: ExplanationView,
): Html {
  return html`<div class="score-row"><span>${score}</span>${bar((value ?? 0) / Math.max(1, most))}<b>${value === null ? 'unknown' : value}</b></div>
    ${unknown !== undefined && html`<p class="soft small">${unknown.lacks} more of ${unknown.of.join(', ')} must be known.</p>`}
    ${points.length === 0 ? html`<p class="soft small">Nothing counts.</p>` : html`<ul class="reasons points">${points.map((point) => pointRow(point, view))}</ul>`}`;
}

function pointRow(point: PointExplained, { explained }: ExplanationView): Html {
  const { why, rule, points, raw, uncut, events, atMost } = point;
  const zone = explained.release.sending.zoneIfUnknown;
  const total = events.reduce((sum, event) => sum + event.points, 0);
  const faded = events.length > 0 && Math.abs(raw) - Math.abs(total) >= 0.05;
  return html`<li><span>${why} <span class="soft small">rule ${rule}${faded && `, ${signedPoints(raw)} faded to ${signedPoints(total)}`}${uncut !== undefined && `, cut to ${atMost ?? points} at most`}</span>
      ${
        events.length > 0 &&
        html`<details><summary>${events.length === 1 ? 'One event' : `${events.length} events`}</summary>
        ${events.toReversed().map((event) => html`<p class="soft small">${clockTag(event.occurredAt, zone)} ${event.label}: ${signedPoints(event.raw)}${Math.abs(event.raw - event.points) >= 0.05 && `, now ${signedPoints(event.points)}`}</p>`)}</details>`
      }</span>
    <b class="${points > 0 ? 'plus' : 'minus'}">${signedPoints(points)}</b></li>`;
}

function ahead(
  { label, why, holds, lines, blocks, hold }: StageAhead,
  { explained }: ExplanationView,
): Html {
  const { release } = explained;
  const zone = release.sending.zoneIfUnknown;
  const saying = { release, when: (at: number) => instantInZone(at, zone) };
  const [words, tone] =
    holds && blocks.length > 0
      ? (['holds, but is blocked', 'sun'] as const)
      : holds
        ? (['holds', 'leaf'] as const)
        : (['not reached', 'plain'] as const);
  return html`<h3>${label} ${chip(words, tone)}</h3><p class="soft small">${why}</p>
    ${hold !== undefined && blocks.length === 0 && html`<p class="small">It enters ${instantInZone(hold.until, zone)} if it stays so.</p>`}
    ${conditions(lines)}
    ${blocks.map((block) => html`<p class="small">In the way: ${blockInWords(block, saying)}.</p>`)}`;
}

function conditions(lines: readonly ConditionLine[]): Html | false {
  return (
    lines.length > 0 &&
    html`<ul class="conditions">${lines.map(
      ({ depth, text, holds }) =>
        html`<li class="${holds === true ? 'holds' : holds === false ? 'fails' : ''} depth-${Math.min(depth, 4)}">${text}</li>`,
    )}</ul>`
  );
}

function changeRow(
  { at, from, to, why, cause, by, lines }: StageChange,
  { explained }: ExplanationView,
): Html {
  const { release } = explained;
  return html`<li class="stage">${clockTag(at, release.sending.zoneIfUnknown)}
    <div><b>${stageLabel(release, from)} → ${stageLabel(release, to)}</b>
      <p>${why}</p><p class="soft small">${cause}${by !== undefined && `, by ${by}`}</p>${conditions(lines)}</div></li>`;
}

function bant({ explanation }: Explained): Html {
  const tones = { yes: 'leaf', no: 'rust', unknown: 'plain' } as const;
  return html`<ul class="reasons">${explanation.bant.map(
    ({ ask, answer, question, lines }) =>
      html`<li><span>${ask}<br /><span class="soft small">${question}${lines.length === 1 && lines[0]?.actual !== undefined && `: ${lines[0].text}`}</span></span>${chip(answer, tones[answer])}</li>`,
  )}</ul>`;
}

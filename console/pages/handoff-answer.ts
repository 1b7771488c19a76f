/**
 * The page behind the buttons of a rep's email: the brief again, and the two answers.
 *
 * It is for a person on a phone between two calls: the reasons first, one big button, the rejection
 * folded away but one tap from here. A handoff that has moved on says where to, and offers nothing.
 */
import type { Brief } from '../../core/routing/brief.ts';
import type { RejectReason } from '../../core/routing/model.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import { clockTag } from '../time.ts';

export interface HandoffAnswerView {
  readonly lead: { readonly name: string; readonly company?: string; readonly email?: string };
  readonly brief: Brief;
  /** Of the rep who reads. */
  readonly zone: string;
  readonly rejectReasons: readonly RejectReason[];
  /** `open` offers the answers; everything else says what became of it. */
  readonly state:
    | { readonly type: 'open'; readonly acceptBy: string | null }
    | {
        readonly type: 'accepted' | 'rejected' | 'closed';
        readonly by: string;
        readonly mine: boolean;
        /** Of a rejection or a closing, in words; empty when nothing was said. */
        readonly because: string;
      }
    | { readonly type: 'moved'; readonly to: string };
  readonly unfold: 'accept' | 'reject';
  readonly problem?: string;
}

export function handoffAnswerPage(view: HandoffAnswerView): string {
  const { lead, brief, state } = view;
  return page(
    { title: `${brief.kind}: ${lead.name}` },
    html`<p class="soft small">${brief.kind} · ${brief.cause}</p>
      <h1>${lead.name}</h1>
      <p class="soft">${[lead.company, lead.email].filter((text) => text !== undefined).join(' · ')}</p>
      ${outcome(view)}
      ${state.type === 'open' && answers(view)}
      <div class="card">${why(brief)}</div>
      <div class="grid">
        ${brief.facts.length > 0 && html`<div class="card"><h2>What we know</h2>${facts(brief)}</div>`}
        <div class="card"><h2>What to ask</h2>${questions(brief)}</div>
        <div class="card wide"><h2>What happened</h2>${history(brief, view.zone)}</div>
      </div>`,
  );
}

function outcome({ state, problem }: HandoffAnswerView): Html | false {
  if (problem !== undefined) return html`<p class="notice rust" role="alert">${problem}</p>`;
  switch (state.type) {
    case 'open':
      return false;
    case 'moved':
      return html`<p class="notice sun" role="status">This lead has moved on to ${state.to}. Nothing to do for you.</p>`;
    case 'accepted':
      return html`<p class="notice" role="status">${state.mine ? 'Accepted. It is yours: the clock has stopped.' : `Accepted by ${state.by}.`}</p>`;
    case 'rejected':
      return html`<p class="notice sun" role="status">${state.mine ? 'Rejected. Thank you: the reason is recorded.' : `Rejected by ${state.by}.`}${said(state.because)}</p>`;
    case 'closed':
      return html`<p class="notice sun" role="status">This handoff is closed. Nothing to do for you.${said(state.because)}</p>`;
  }
}

function said(because: string): string {
  return because === '' ? '' : ` ${because}.`;
}

function answers({ state, rejectReasons, unfold }: HandoffAnswerView): Html {
  const acceptBy = state.type === 'open' ? state.acceptBy : null;
  return html`<form method="post" class="inline">
      <button name="verdict" value="accept">Accept this lead</button>
      ${acceptBy !== null && html`<span class="soft">until ${acceptBy}</span>`}
    </form>
    <details class="card reject" ${unfold === 'reject' && html`open`}>
      <summary>Reject it instead</summary>
      <form method="post">
        <fieldset>
          <legend>Why?</legend>
          ${rejectReasons.map(
            (reason) =>
              html`<label class="choice"><input type="radio" name="reason" value="${reason.id}" required /> ${reason.label}</label>`,
          )}
        </fieldset>
        ${asked(rejectReasons, 'date') && html`<label><span>Call again on (for “${asked(rejectReasons, 'date')}”)</span><input type="date" name="callAgainOn" /></label>`}
        ${asked(rejectReasons, 'lead') && html`<label><span>The other lead (for “${asked(rejectReasons, 'lead')}”)</span><input name="otherLead" placeholder="email address" /></label>`}
        <label><span>Anything to add?</span><input name="note" maxlength="500" /></label>
        <button class="quiet" name="verdict" value="reject">Reject this lead</button>
      </form>
    </details>`;
}

/** The label of the first reason that asks for it, or nothing. */
function asked(
  reasons: readonly RejectReason[],
  what: RejectReason['asks'][number],
): string | false {
  return reasons.find((reason) => reason.asks.includes(what))?.label ?? false;
}

function why(brief: Brief): Html {
  return html`<h2>Why now</h2>
    <p><span class="chip leaf">${brief.stage}</span> <span class="chip">${brief.grade}</span>
      <span class="soft small">fit ${brief.fitScore} · engagement ${brief.engagementScore}</span></p>
    ${
      brief.reasons.length === 0
        ? html`<p class="empty">${brief.cause}</p>`
        : html`<ul class="reasons">${brief.reasons.map(
            ({ why: reason, points }) =>
              html`<li><span>${reason}</span><b>${points > 0 && '+'}${points}</b></li>`,
          )}</ul>`
    }
    ${brief.missing.length > 0 && html`<p class="notice sun">Not known yet: ${brief.missing.join(', ')}.</p>`}`;
}

function facts(brief: Brief): Html {
  return html`<dl class="facts">${brief.facts.map(
    ({ label, value }) => html`<dt>${label}</dt><dd>${value}</dd>`,
  )}</dl>`;
}

function questions(brief: Brief): Html {
  const color = { yes: 'leaf', no: 'rust', unknown: 'sun' } as const;
  return html`<ul class="reasons">${brief.questions.map(
    ({ ask, answer }) =>
      html`<li><span>${ask}</span><span class="chip ${color[answer]}">${answer}</span></li>`,
  )}</ul>
  ${brief.playbook !== undefined && html`<p><a href="${brief.playbook}">Playbook</a></p>`}`;
}

function history(brief: Brief, zone: string): Html {
  if (brief.history.length === 0) return html`<p class="empty">Nothing in this time.</p>`;
  return html`<ul class="timeline">${brief.history.map(
    ({ at, what }) => html`<li>${clockTag(at, zone)}<span>${what}</span></li>`,
  )}</ul>`;
}

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
  readonly lead: {
    readonly name: string;
    readonly company?: string;
    readonly email?: string;
    readonly phone?: string;
  };
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
  /** What was filled in when it did not make a verdict: nobody writes a reason twice. */
  readonly given?: { readonly reason: string; readonly otherLead: string; readonly note: string };
}

export function handoffAnswerPage(view: HandoffAnswerView): string {
  const { lead, brief, state } = view;
  return page(
    { title: `${brief.kind}: ${lead.name}` },
    html`<p class="soft small">${brief.kind} · ${brief.cause}</p>
      <h1>${lead.name}</h1>
      ${reach(lead)}
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

/** One tap from a call. */
function reach({ company, email, phone }: HandoffAnswerView['lead']): Html {
  return html`${company !== undefined && html`<p class="soft">${company}</p>`}
    <p class="reach">${phone !== undefined && html`<a href="tel:${phone.replace(/[^\d+]/g, '')}">${phone}</a>`}
      ${email !== undefined && html`<a href="mailto:${email}">${email}</a>`}</p>`;
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

function answers({ state, rejectReasons, unfold, given }: HandoffAnswerView): Html {
  const acceptBy = state.type === 'open' ? state.acceptBy : null;
  return html`<form method="post" class="answer">
      <button name="verdict" value="accept">Accept this lead</button>
      ${acceptBy !== null && html`<span class="soft">until ${acceptBy}</span>`}
    </form>
    <details class="card reject" ${unfold === 'reject' && html`open`}>
      <summary>Reject it instead</summary>
      <form method="post">
        <fieldset>
          <legend>Why?</legend>
          ${rejectReasons.map((reason) => choice(reason, given))}
        </fieldset>
        <label><span>Anything to add?</span><input name="note" maxlength="500" value="${given?.note ?? ''}" /></label>
        <button class="quiet" name="verdict" value="reject">Reject this lead</button>
      </form>
    </details>`;
}

/** What a reason asks for stands below it, and is seen once it is chosen. */
function choice(reason: RejectReason, given: HandoffAnswerView['given']): Html {
  const isChosen = given?.reason === reason.id;
  const other = isChosen ? given.otherLead : '';
  return html`<div class="choice-asking">
    <label class="choice"><input type="radio" name="reason" value="${reason.id}" required ${isChosen && html`checked`} /> ${reason.label}</label>
    ${reason.asks.includes('date') && html`<label class="asked"><span>Call again on</span><input type="date" name="callAgainOn" /></label>`}
    ${reason.asks.includes('lead') && html`<label class="asked"><span>The other lead</span><input type="email" name="otherLead" placeholder="email address" value="${other}" /></label>`}
  </div>`;
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
  const word = { yes: 'Fits', no: 'Speaks against it', unknown: 'Ask' } as const;
  return html`<ul class="reasons">${brief.questions.map(
    ({ ask, answer }) =>
      html`<li><span>${ask}</span><span class="chip ${color[answer]}">${word[answer]}</span></li>`,
  )}</ul>
  ${brief.playbook !== undefined && html`<p><a href="${brief.playbook}">Playbook</a></p>`}`;
}

function history(brief: Brief, zone: string): Html {
  if (brief.history.length === 0) return html`<p class="empty">Nothing in this time.</p>`;
  return html`<ul class="timeline">${brief.history.map(
    ({ at, what }) => html`<li>${clockTag(at, zone)}<span>${what}</span></li>`,
  )}</ul>`;
}

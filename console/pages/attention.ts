/**
 * What needs a person: each kind of trouble as a line with its number, a link to where it is mended, and
 * nothing where there is none. First what concerns emails, then runs and reps, then what rules decided.
 */
import type { UntoldView } from '../../api/recomputes.ts';
import type { Release } from '../../core/definitions/release.ts';
import { stageLabel } from '../../core/routing/brief.ts';
import type { Attention } from '../../store/read-overview.ts';
import { html, type Html } from '../html.ts';
import { chip, type Tone } from '../parts.ts';
import { instantInZone } from '../time.ts';

export interface AttentionView {
  readonly overview: { readonly attention: Attention };
  readonly release: Release;
  /** Leads that a change of the rules moved. */
  readonly untold: UntoldView;
}

export interface Problem {
  readonly count: number;
  readonly words: string;
  readonly href: string;
  readonly tone: Tone;
}

export function problemsOf(view: AttentionView): readonly Problem[] {
  const { attention } = view.overview;
  const all = [
    ...ofEmails(attention, view.release.sending.zoneIfUnknown),
    ...ofRunsAndReps(attention),
    ...ofDecisions(attention),
    ...untoldProblems(view),
  ];
  return all.filter(({ count }) => count > 0);
}

export function attention(problems: readonly Problem[], pauses: number): Html {
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

function ofEmails(found: Attention, zone: string): readonly Problem[] {
  return [
    of(
      found.stopped,
      `${found.stopped === 1 ? 'sender stopped by itself' : 'senders stopped by themselves'}: too much came back`,
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
  ];
}

/** Why emails wait that no lead is to blame for. */
const emailsWait: { readonly [reason: string]: string } = {
  config: 'emails wait: the mail server refuses our login or our settings',
  policy: 'emails wait: receivers object to us (reputation, authentication, content)',
  infra: 'emails wait: the mail server does not answer',
};

function ofRunsAndReps(found: Attention): readonly Problem[] {
  return [
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
  ];
}

function ofDecisions(found: Attention): readonly Problem[] {
  return [
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
}

function untoldProblems({ untold, release }: AttentionView): readonly Problem[] {
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

/**
 * What a lead sees behind "unsubscribe": the question with what else could help, then a plain answer with
 * a way back. Opening it changes nothing; each button is a form of its own.
 */
import type { Standing, TopicStanding } from '../../core/sending/preferences.ts';
import { html, type Html } from '../html.ts';
import { noticeLine, outsidePage, type Notice, type Outside } from '../outside.ts';

export interface UnsubscribeView extends Outside {
  readonly address: string;
  readonly preferencesPath: string;
  readonly standing: Standing;
  /** Of the mail. */
  readonly topic?: TopicStanding;
  /** What the workspace promises to those who want fewer; absent: nothing. */
  readonly fewerTitle?: string;
  readonly notice?: Notice;
  /** The workspace counts clicks or opens. */
  readonly canTrack: boolean;
  /** They left by this link a moment ago. */
  readonly canStay: boolean;
  readonly canReturn: boolean;
}

export function unsubscribePage(view: UnsubscribeView): string {
  const { standing } = view;
  if (standing.stopped !== undefined) return stoppedPage(view);
  return standing.left === undefined ? askPage(view) : leftPage(view);
}

function askPage(view: UnsubscribeView): string {
  const { address, topic, fewerTitle, standing, notice } = view;
  const leavesTopic = topic !== undefined && topic.state !== 'off' && standing.topics.length > 1;
  const wantsFewer = fewerTitle !== undefined && !standing.fewer;
  return outsidePage(
    view,
    'Unsubscribe',
    noticeLine(notice, view),
    html`<h1>Unsubscribe?</h1>
      <p>We stop all marketing emails to <b class="break">${address}</b>, at once.</p>
      <form method="post"><button class="whole" name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>
      <p class="or">or keep some of it</p>
      ${leavesTopic && option('topic', `Only stop “${topic.title}”`)}
      ${wantsFewer && option('fewer', `Fewer emails: ${lowered(fewerTitle)}`)}
      <p class="center"><a href="${view.preferencesPath}">Choose what you receive</a></p>`,
  );
}

function leftPage(view: UnsubscribeView): string {
  const { address, notice, canStay } = view;
  return outsidePage(
    view,
    'Unsubscribed',
    noticeLine(notice, view),
    html`<h1>You are unsubscribed</h1>
      <p>No more marketing emails go to <b class="break">${address}</b>. It took effect at once, also for emails that were already planned.</p>
      <p class="soft">Answers to things you ask for yourself, such as a demo, may still reach you.</p>
      ${canStay ? stayForm() : comeBack(view)}`,
  );
}

/** For an hour, by the link they left with. */
export function stayForm(): Html {
  return html`<div class="way-back"><p><b>That was a mistake?</b> For an hour this page can undo it: you get what you got before.</p>
    <form method="post"><button class="quiet whole" name="choice" value="stay">Stay subscribed</button></form></div>`;
}

export function comeBack({
  canReturn,
  notice,
}: Pick<UnsubscribeView, 'canReturn' | 'notice'>): Html | false {
  if (!canReturn || notice === 'asked') return false;
  return html`<div class="way-back"><p><b>Want us back?</b> We send you one email with a button. Only when you press it do we write again.</p>
    <form method="post"><button class="quiet whole" name="choice" value="return">Ask to come back</button></form></div>`;
}

/** A dead or a complaining mailbox: nothing may be written to it, so nothing is offered. */
export function stoppedPage(view: Outside & Pick<UnsubscribeView, 'address' | 'standing'>): string {
  const { address, contact, standing } = view;
  const hasComplained = /complain/i.test(standing.stopped?.reason ?? '');
  return outsidePage(
    view,
    'We do not write to you',
    html`<h1>We do not write to this address</h1>
      <p>${
        hasComplained
          ? html`An email to <b class="break">${address}</b> was marked as spam. We took that as a no to all of it.`
          : html`Emails to <b class="break">${address}</b> came back, so we stopped sending any.`
      }</p>
      <p class="soft">Is that wrong? Write to <a href="mailto:${contact}">${contact}</a> from this address.</p>`,
  );
}

function option(choice: string, words: string): Html {
  return html`<form method="post"><button class="quiet whole" name="choice" value="${choice}">${words}</button></form>`;
}

function lowered(title: string): string {
  return title.slice(0, 1).toLowerCase() + title.slice(1);
}

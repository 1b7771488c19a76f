/**
 * The page of a double opt-in: one sentence, one button. Opening it subscribes nobody: scanners open every
 * link of a mail. A link that is too old offers a new mail; one that is none says nothing about anybody.
 */
import type { RequestStanding } from '../../core/sending/confirmation.ts';
import { html } from '../html.ts';
import { noticeLine, outsidePage, type Notice, type Outside } from '../outside.ts';

export interface ConfirmView extends Outside {
  readonly address: string;
  readonly state: RequestStanding;
  /** The sentence that is agreed to. */
  readonly text: string;
  /** The topic; absent: everything. */
  readonly title?: string;
  readonly notice?: Notice;
  /** A new mail can be asked for. */
  readonly canAsk: boolean;
  readonly preferencesPath: string;
}

export function confirmPage(view: ConfirmView): string {
  switch (view.state) {
    case 'open':
      return openPage(view);
    case 'confirmed':
      return confirmedPage(view);
    case 'expired':
      return againPage(
        view,
        'This link has grown old',
        'It was good for 14 days. Nothing was changed.',
      );
    case 'taken-back':
      return againPage(
        view,
        'You have unsubscribed since',
        'So this older link does nothing any more.',
      );
    case 'stopped':
      return outsidePage(
        view,
        'We do not write to you',
        html`<h1>We do not write to this address</h1>
          <p>Emails to it came back or were marked as spam. Write to <a href="mailto:${view.contact}">${view.contact}</a> if that is wrong.</p>`,
      );
  }
}

function openPage(view: ConfirmView): string {
  return outsidePage(
    view,
    'Please confirm',
    noticeLine(view.notice, view),
    html`<h1>One click, and you are on the list</h1>
      <blockquote>${view.text}</blockquote>
      <form method="post"><button class="whole">Yes, subscribe me</button></form>
      <p class="soft">For <b class="break">${view.address}</b>. You can leave again with one click in every email. Did somebody else ask for this? Close the page, and nothing happens.</p>`,
  );
}

function confirmedPage(view: ConfirmView): string {
  return outsidePage(
    view,
    'You are subscribed',
    html`<h1>You are subscribed</h1>
      <p>Thank you. ${view.title === undefined ? 'Our emails' : html`<b>${view.title}</b>`} will come to <b class="break">${view.address}</b>.</p>
      <p><a class="button quiet whole" href="${view.preferencesPath}">Choose what you receive</a></p>`,
  );
}

function againPage(view: ConfirmView, headline: string, because: string): string {
  return outsidePage(
    view,
    headline,
    noticeLine(view.notice, view),
    html`<h1>${headline}</h1>
      <p>${because}</p>
      ${
        view.canAsk &&
        view.notice !== 'asked' &&
        html`<form method="post"><p class="soft">Still interested? We send you a new email with a button to press.</p>
          <button class="whole" name="choice" value="again">Send me a new email</button></form>`
      }`,
  );
}

/** A link that is no link of ours, or none any more: the same words for all of them. */
export function lostPage(view: Outside): string {
  return outsidePage(
    view,
    'This link does not work',
    html`<h1>This link does not work</h1>
      <p>It may have been cut off when it was copied, or it is no longer valid. Please use the one in the latest email you got from us.</p>
      <p class="soft">To leave our list you can also just write to <a href="mailto:${view.contact}?subject=Unsubscribe">${view.contact}</a>.</p>`,
  );
}

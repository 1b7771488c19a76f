/**
 * The preference page: what this address gets, topic by topic, how often, whether clicks are counted; one
 * way out of everything and one way back. One form, saved as a whole; no JavaScript.
 */
import type { TopicStanding } from '../../core/sending/preferences.ts';
import { html, type Html } from '../html.ts';
import { noticeLine, outsidePage } from '../outside.ts';
import { comeBack, stayForm, stoppedPage, type UnsubscribeView } from './unsubscribe.ts';

export type PreferencesView = Omit<UnsubscribeView, 'topic'>;

export function preferencesPage(view: PreferencesView): string {
  const { standing } = view;
  if (standing.stopped !== undefined) return stoppedPage(view);
  return outsidePage(
    view,
    'Your emails',
    noticeLine(view.notice, view),
    html`<h1>Your emails from us</h1>
      <p class="soft">For <b class="break">${view.address}</b>. What you change takes effect at once, also for emails that were already planned.</p>
      ${standing.left === undefined ? choices(view) : left(view)}`,
  );
}

function choices(view: PreferencesView): Html {
  const { standing, fewerTitle } = view;
  return html`${standing.quiet !== undefined && quiet()}<form method="post">
      ${
        standing.topics.length > 0 &&
        html`<fieldset class="switches"><legend>What we may write about</legend>
          ${standing.topics.map(topicSwitch)}</fieldset>`
      }
      ${
        fewerTitle !== undefined &&
        html`<fieldset class="switches"><legend>How often</legend>
          ${line({ name: 'fewer', value: 'yes', isOn: standing.fewer, title: 'Fewer emails', hint: `${fewerTitle}, whatever you have chosen above` })}</fieldset>`
      }
      ${
        view.canTrack &&
        html`<fieldset class="switches"><legend>Your privacy</legend>
        ${line({ name: 'tracking', value: 'yes', isOn: standing.tracking, title: 'Learn from what I click', hint: 'Off: links lead straight to their pages, and nothing is counted' })}</fieldset>`
      }
      <button class="whole" name="choice" value="save">Save</button>
    </form>
    <form method="post" class="way-out"><p class="soft">Or leave it all. Answers to things you ask for yourself, such as a demo, may still reach you.</p>
      <button class="quiet whole" name="choice" value="leave">Unsubscribe from everything</button></form>`;
}

/** Silence ended it, nobody left: no second mail is needed to begin again. */
function quiet(): Html {
  return html`<form method="post" class="notice sun"><p>We have not written for a while, because nothing we sent was opened or answered.</p>
    <button class="whole" name="choice" value="stay">Write to me again</button></form>`;
}

function topicSwitch({ id, title, state }: TopicStanding): Html {
  const isOn = state !== 'off';
  const hint =
    state === 'unconfirmed'
      ? 'Waiting for your confirmation: press the button in our email'
      : undefined;
  return line({ name: 'topics', value: id, isOn, title, ...(hint === undefined ? {} : { hint }) });
}

function line(field: {
  readonly name: string;
  readonly value: string;
  readonly isOn: boolean;
  readonly title: string;
  readonly hint?: string;
}): Html {
  const { name, value, isOn, title, hint } = field;
  return html`<label class="switch"><span><b>${title}</b>${hint !== undefined && html`<small>${hint}</small>`}</span>
    <input type="checkbox" name="${name}" value="${value}" ${isOn && html`checked`} /></label>`;
}

function left(view: PreferencesView): Html {
  return html`<p class="notice">You are unsubscribed from everything. No marketing email goes to you.</p>
    ${view.canStay ? stayForm() : comeBack(view)}`;
}

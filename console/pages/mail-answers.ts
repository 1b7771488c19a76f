/**
 * What may be done with a mail as its receiver: buttons that take the way it takes in the world, what came
 * back from each, and what the lead's history says of this mail since.
 */
import { isOurs } from '../../api/mail-links.ts';
import type { MailAct, Pressed } from '../../runtime/embedded/mailbox-desk.ts';
import { html, type Html, type HtmlValue } from '../html.ts';
import { chip } from '../parts.ts';
import { clockTag, fromNow } from '../time.ts';
import type { MailView } from './mail.ts';

/** What was clicked is judged when it has settled. */
const settlesMs = 25_000;

export function answersTab(view: MailView, zone: string, now: number): Html {
  return html`<div class="answers">
    ${!view.takesMail && html`<p class="notice sun" role="status">No mail is taken here, so bounces and replies have nowhere to go: <code>INBOUND_SMTP_PORT</code> is not set. Links work.</p>`}
    ${pressedList(view, zone, now)}
    ${story(view, zone)}
    ${byServer(view)}
    ${byPerson(view, now)}
    ${byMachine(view)}
  </div>`;
}

function pressedList({ pressed, links }: MailView, zone: string, now: number): Html | false {
  if (pressed.length === 0) return false;
  return html`<section id="pressed"><h3>What you did</h3>
    <ul class="reasons did">${pressed.map(
      (one) => html`<li><span><b>${actWords(one.act, links)}</b>
        <span class="soft small block break">${answerWords(one, now)}</span></span>
        <span class="soft small when">${clockTag(one.at, zone)}</span></li>`,
    )}</ul></section>`;
}

function answerWords({ state, answer, dueAt = 0 }: Pressed, now: number): Html {
  switch (state) {
    case 'waits':
      return html`Goes out ${fromNow(dueAt, now)}: sooner, nobody has found and opened the mail, and it would count as a machine.`;
    case 'failed':
      return html`${chip('did not work', 'rust')} ${answer}`;
    case 'done':
      return html`Answered ${answer}`;
  }
}

function story({ story: told, pressed }: MailView, zone: string): Html {
  if (told === undefined) {
    return html`<p class="soft">This mail is not in the ledger: whatever comes back of it is about no lead.</p>`;
  }
  const { send } = told;
  const entries = told.entries.filter(({ detail }) => detail['name'] !== 'Email Sent');
  const isFresh = pressed.some(({ act, at }) => settles(act) && lastAt(entries) < at + settlesMs);
  return html`<section><h3>What came of it</h3>
    ${entries.length === 0 && html`<p class="soft">Nothing has been heard of this mail yet.</p>`}
    <ul class="reasons">${entries.map(
      (
        entry,
      ) => html`<li><span><b>${entry.title}</b><span class="soft small block break">${entry.reasons.join(' · ')}</span></span>
        <span class="soft small when">${clockTag(entry.at, zone)}</span></li>`,
    )}</ul>
    <p class="small"><a href="/console/leads/${send.leadId}">The whole history of the lead</a>${isFresh && html` · <a href="?view=answers">Look again</a> <span class="soft">(clicks are judged some 15 seconds later)</span>`}</p>
  </section>`;
}

function byServer(view: MailView): Html {
  return html`<section><h3>The receiver’s server</h3>
    ${form(
      view,
      html`<div class="buttons">
        ${button('bounce:5.1.1', html`No such mailbox <small>5.1.1</small>`)}
        ${button('bounce:5.2.2', html`Mailbox full <small>5.2.2</small>`)}
        ${button('bounce:5.7.1', html`Blocked by policy <small>5.7.1</small>`)}
        ${button('report:delayed', 'Still tries')}
        ${button('report:delivered', 'Delivered')}
      </div>`,
    )}
    <p class="soft small">A delivery report (RFC 3464), as mail to the address that bounces come to.</p>
  </section>`;
}

function byPerson(view: MailView, now: number): Html {
  const { mail, links } = view;
  const nextWeek = new Date(now + 7 * 86_400_000).toISOString().slice(0, 10);
  const hasOneClick = mail.headers.some(({ name }) => name === 'list-unsubscribe-post');
  const followed = links.flatMap((link, index) =>
    isOurs(link) && link.kind !== 'trap' ? [{ ...link, index }] : [],
  );
  const choice = html`<select name="link" aria-label="Which link">${followed.map(
    ({ words, href, index }) =>
      html`<option value="${index}">${(words === '' ? href : words).slice(0, 60)}</option>`,
  )}</select>`;
  return html`<section><h3>The person</h3>
    ${followed.length > 0 && row(view, choice, button('click', 'Clicks'))}
    ${row(view, html`<input name="text" value="Thanks, can we talk on Thursday?" aria-label="The reply" maxlength="5000" />`, button('reply', 'Replies'))}
    ${row(view, html`<input type="date" name="until" value="${nextWeek}" aria-label="Out of office until" />`, button('away', 'Is away until then'))}
    ${form(
      view,
      html`<div class="buttons">
        ${button('reply:stop', 'Replies “stop”')}
        ${button('complain', 'Marks it as spam')}
        ${mail.images.length > 0 && button('open', 'Opens it, with pictures')}
        ${hasOneClick && button('one-click', 'Unsubscribes with one click')}
        ${hasOneClick && button('unsubscribe-by-mail', 'Unsubscribes by mail')}
      </div>`,
    )}
  </section>`;
}

function byMachine(view: MailView): Html {
  return html`<section><h3>A filter on the way</h3>
    ${form(view, html`<div class="buttons">${button('scan', 'Follows every link at once')}</div>`)}
    <p class="soft small">HEAD and GET of every link to this server: consent, scores and stages stay as they are.</p>
  </section>`;
}

function button(act: string, words: HtmlValue): Html {
  return html`<button class="quiet" name="act" value="${act}">${words}</button>`;
}

function row(view: MailView, field: Html, pressed: Html): Html {
  return form(view, html`<div class="field-row">${field}${pressed}</div>`);
}

function form({ mail }: MailView, ...fields: readonly Html[]): Html {
  return html`<form class="act" method="post" action="/mailbox/${mail.id}/acts">${fields}</form>`;
}

function settles(act: MailAct): boolean {
  return act.type === 'click' || act.type === 'open' || act.type === 'scan';
}

function lastAt(entries: readonly { readonly at: number }[]): number {
  return Math.max(0, ...entries.map(({ at }) => at));
}

function actWords(act: MailAct, links: MailView['links']): string {
  switch (act.type) {
    case 'bounce':
      return `Bounced with ${act.status}`;
    case 'report':
      return act.action === 'delayed' ? 'Reported that it is still tried' : 'Reported as delivered';
    case 'complain':
      return 'Marked as spam';
    case 'reply':
      return `Replied “${act.text}”`;
    case 'away':
      return `Out of office until ${act.until}`;
    case 'unsubscribe-by-mail':
      return 'Unsubscribed by mail';
    case 'one-click':
      return 'Unsubscribed with one click';
    case 'click': {
      const link = links[act.link];
      return `Clicked “${link === undefined || link.words === '' ? (link?.href ?? 'a link') : link.words}”`;
    }
    case 'open':
      return 'Opened, with pictures';
    case 'scan':
      return 'A filter followed every link';
  }
}

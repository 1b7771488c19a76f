/** What a lead sees behind "unsubscribe": a question, then a plain answer. Opening it changes nothing. */
import { html } from '../html.ts';
import { page } from '../layout.ts';

export function unsubscribePage(address: string, state: 'ask' | 'done'): string {
  if (state === 'done') {
    return page(
      { title: 'Unsubscribed' },
      html`<h1>You are unsubscribed</h1>
        <p>We will send no more marketing emails to <b>${address}</b>. It took effect at once.</p>
        <p class="soft">Answers to things you ask for yourself, such as a demo, may still reach you.</p>`,
    );
  }
  return page(
    { title: 'Unsubscribe' },
    html`<h1>Unsubscribe?</h1>
      <p>We will stop sending marketing emails to <b>${address}</b>.</p>
      <form method="post"><button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>`,
  );
}

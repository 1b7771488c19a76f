/**
 * The frame of the pages that leads see: the sender's name on top, who it is and how to reach them at the
 * foot, and what has just happened as a notice. Nothing of the product shows; nothing needs JavaScript.
 */
import { html, type Html, type HtmlValue } from './html.ts';
import { page } from './layout.ts';

export interface Outside {
  /** As people know the sender: the name in the From line. */
  readonly brand: string;
  readonly contact: string;
  readonly postalAddress: string;
}

const notices = ['saved', 'stayed', 'topic', 'fewer', 'asked', 'asked-before', 'cannot'] as const;
export type Notice = (typeof notices)[number];

/** Of a query: words of ours or none. */
export function asNotice(value: unknown): Notice | undefined {
  return notices.find((known) => known === value);
}

export function outsidePage(
  { brand, contact, postalAddress }: Outside,
  title: string,
  ...body: readonly HtmlValue[]
): string {
  return page(
    { title, brand },
    html`<p class="sender">${brand}</p>
      <section class="card sheet">${body}</section>
      <footer class="imprint">
        <p>Something wrong with this page? Write to <a href="mailto:${contact}">${contact}</a> and a person will see to it.</p>
        <p>${postalAddress}</p>
      </footer>`,
  );
}

export function noticeLine(notice: Notice | undefined, { contact }: Outside): Html | false {
  switch (notice) {
    case undefined:
      return false;
    case 'saved':
      return good('Saved. It took effect at once, also for emails that were already planned.');
    case 'stayed':
      return good('You are still subscribed, just as before.');
    case 'topic':
      return good('This topic is off now. Everything else stays as it was.');
    case 'fewer':
      return good('Done: you will hear from us less often. It took effect at once.');
    case 'asked':
      return good(
        'We have sent you one email. Press the button in it, and you are back; do nothing, and nothing changes.',
      );
    case 'asked-before':
      return html`<p class="notice sun" role="status">We have sent you an email for this already. Please look for it, also in the spam folder, before asking for another one tomorrow.</p>`;
    case 'cannot':
      return html`<p class="notice sun" role="status">This cannot be done from here. Please write to <a href="mailto:${contact}">${contact}</a>.</p>`;
  }
}

function good(words: string): Html {
  return html`<p class="notice" role="status">${words}</p>`;
}

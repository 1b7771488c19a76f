/** The headers of a mail, those that mail programs and filters act on first, each with what it is for. */
import type { MailboxMessage } from '../../runtime/embedded/mailbox-message.ts';
import { html, type Html } from '../html.ts';

const explained: { readonly [name: string]: string } = {
  from: 'Who writes, as people see it. DMARC looks at its domain.',
  to: 'Whom it is for.',
  subject: 'What people decide by.',
  'reply-to': 'Where answers go: signed, so that each finds its mail.',
  'list-unsubscribe': 'How mail programs let people leave without opening the mail.',
  'list-unsubscribe-post': 'The link above works with one click (RFC 8058).',
  'list-id': 'Which list it is, for filters of the reader.',
  'feedback-id': 'By what Gmail groups complaints.',
  'dkim-signature': 'Signs the mail with the key of the domain.',
  'message-id': 'The same for the same row of the ledger, for ever: two copies are one mail.',
  'auto-submitted': 'A machine wrote it: vacation programs keep silent.',
  'x-auto-response-suppress': 'The same, for Exchange.',
  'x-entity-ref-id': 'The row of the ledger.',
  date: 'When it was written.',
};

export function headersTab({ headers }: Pick<MailboxMessage, 'headers'>): Html {
  const names = Object.keys(explained);
  const rank = (name: string) => (names.indexOf(name) + names.length + 1) % (names.length + 1);
  const sorted = headers.toSorted((one, other) => rank(one.name) - rank(other.name));
  return html`<dl class="headers">${sorted.map(
    ({ name, value }) =>
      html`<dt><code>${name}</code>${explained[name] !== undefined && html`<span class="soft small">${explained[name]}</span>`}</dt><dd class="break">${value}</dd>`,
  )}</dl>`;
}

/**
 * Complaints of mailbox providers in ARF (RFC 5965): a person pressed "this is spam". Also finds the
 * signed address or link of ours in the mail they return, because providers leave out whom it was to.
 */
import { readReturnAddress } from '../return-address.ts';
import { readToken } from '../tokens.ts';
import type { InboundMail } from './inbound-mail.ts';
import { fieldGroups } from './report-fields.ts';

/** `other`: a report that is no complaint (not spam after all, authentication). */
export type Complaint = { readonly type: 'complaint' | 'opt-out' | 'other'; readonly word: string };

/** Undefined: no report of this kind. */
export function readComplaint(mail: InboundMail): Complaint | undefined {
  const report = mail.parts.find(({ type }) => type === 'message/feedback-report');
  if (report === undefined) return undefined;
  const [fields] = fieldGroups(report.text);
  const word = (fields?.get('feedback-type') ?? '').toLowerCase();
  switch (word) {
    case 'abuse':
    case 'fraud':
    case 'virus':
      return { type: 'complaint', word };
    // AOL's, from before the standard.
    case 'opt-out':
    case 'opt-out-list':
      return { type: 'opt-out', word };
    default:
      return { type: 'other', word };
  }
}

/** The email a report is about, by what only we can have signed. */
export function sendInReport(mail: InboundMail, secret: string): string | undefined {
  for (const { text } of mail.parts) {
    // Headers are folded anywhere, also inside an address.
    const unfolded = text.replace(/=\r?\n|\r?\n[ \t]+/g, '');
    for (const [address] of unfolded.matchAll(/\b[bru]\+[a-z2-7]{42}@/gi)) {
      const returned = readReturnAddress(secret, address);
      if (returned !== undefined) return returned.send;
    }
    for (const [, token] of unfolded.matchAll(/\/u\/([\w-]+\.[\w-]+\.[\w-]+)/g)) {
      const read = readToken(secret, 'unsubscribe', token);
      if (read.ok) return read.payload;
    }
  }
  return undefined;
}

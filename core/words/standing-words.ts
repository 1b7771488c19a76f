/**
 * What stops mail to an address, as people read it: on the page of a lead, on its timeline and in
 * `perennial explain`. The reason a suppression carries is a word of ours; this is the sentence.
 */
import type { Suppression } from '../facts/lead.ts';

type Known = Pick<Suppression, 'scope' | 'reason'>;

/** "Nothing is sent to the address". */
export function suppressionTitle({ scope }: Pick<Known, 'scope'>, holds = true): string {
  if (!holds) {
    return scope === 'all' ? 'The address may be written to again' : 'Marketing goes on';
  }
  return scope === 'all' ? 'Nothing is sent to the address' : 'No more marketing';
}

/** "mails came back, softly and often". */
export function suppressionReason({ reason }: Pick<Known, 'reason'>): string {
  return reasons[reason] ?? reason;
}
const reasons: { readonly [reason: string]: string } = {
  'hard-bounce': 'the address does not exist',
  complaint: 'the person called an email spam',
  unsubscribe: 'the person asked for no more',
  'soft-bounce': 'mails came back from a full or failing mailbox; tried again by itself',
  erased: 'the person was erased, and has not asked for it since',
  sunset: 'nobody reacted for very long; any sign of life ends this',
};

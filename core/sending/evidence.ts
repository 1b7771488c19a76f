/**
 * What is heard of a mail later, as evidence about its ledger row: whether the server had taken it.
 *
 * Whatever speaks of the mail itself (a report, a click, a reply) proves that it left; only a refusal
 * or a delay told by the server at the door says that it did not. A bounce that comes back as a report
 * was written by somebody who had taken the mail first: the row is `sent`, and what became of it then is
 * an event of the lead.
 */
import type { Feedback } from '../feedback/feedback.ts';

export type Evidence = Pick<Feedback, 'type' | 'source' | 'at'>;

/** Undefined: it says nothing about whether the server has the mail. */
export function settledBy({ type, source }: Evidence): 'sent' | 'failed' | undefined {
  if (source !== 'smtp') return 'sent';
  if (type === 'deferred') return undefined;
  return type === 'bounced' ? 'failed' : 'sent';
}

/**
 * What `Email Verified` says of the address: the lead carries the latest verdict on the address it has.
 *
 * A verdict on an address that the lead no longer has, one with a status nobody knows, and one older
 * than what is known change nothing. Apart from permissions because being allowed to write and being
 * able to are two questions.
 */
import type { EmailCheck, Lead } from '../facts/lead.ts';
import { verificationStatuses } from '../verification/verdict.ts';
import { nothing, type Moment } from './context.ts';
import type { Decided } from './decision.ts';
import { textOf } from './properties.ts';

export function applyVerification(lead: Lead, { event }: Moment): Decided {
  const { properties, occurredAt: at } = event;
  const about = textOf(properties['address']);
  const status = verificationStatuses.find((known) => known === properties['status']);
  const isOlder = lead.emailCheck !== undefined && lead.emailCheck.at > at;
  if (status === undefined || isOlder) return nothing(lead);
  if (about !== undefined && about !== lead.address) return nothing(lead);
  const reason = textOf(properties['reason']) ?? 'not-told';
  const by = textOf(properties['by']) ?? event.source;
  const emailCheck: EmailCheck = { status, reason, at };
  return {
    lead: { ...lead, emailCheck },
    decisions: [],
    effects: [
      // What somebody else found out is not gone over by us.
      { type: 'email-check', ...emailCheck, by, again: event.source === 'verification' },
    ],
  };
}

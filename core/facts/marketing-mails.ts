/**
 * Which emails that went out were marketing or outbound: what somebody who never reacts is judged by.
 *
 * Of the journey the mail came from; one that is no longer published counts as marketing, because
 * nearly all journeys are.
 */
import type { Release } from '../definitions/release.ts';
import { eventsByName } from './event-index.ts';
import type { Lead, LeadEvent } from './lead.ts';

/** Sent after the one instant and up to the other, oldest first. */
export function marketingMails(
  release: Release,
  lead: Lead,
  after: number,
  upTo: number,
): readonly LeadEvent[] {
  const sent = eventsByName(lead.events).get('Email Sent') ?? [];
  return sent.filter(
    (event) => event.occurredAt > after && event.occurredAt <= upTo && isMarketing(release, event),
  );
}

function isMarketing({ journeys }: Release, { properties }: LeadEvent): boolean {
  const { journey, step } = properties;
  const plan = typeof journey === 'string' ? journeys[journey]?.plan : undefined;
  const sent = typeof step === 'string' ? plan?.steps[step] : undefined;
  const own = sent?.type === 'send' ? sent.class : undefined;
  return (own ?? plan?.sending.class) !== 'transactional';
}

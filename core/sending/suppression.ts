/**
 * What stops mail to an address, and for how long.
 *
 * Two reasons pass by themselves: mails that came back softly (`soft-bounce`, until its `until`) and
 * silence (`sunset`, until a sign of life). Every other one stands until a person lifts it, and takes
 * the place of a passing one of its scope. Apart from consent, which is what the person said.
 */
import type { Suppression } from '../facts/lead.ts';
import type { MessageClass } from '../journey/plan.ts';

export const passingReasons = ['soft-bounce', 'sunset'] as const;
export type PassingReason = (typeof passingReasons)[number];

export function isPassing({ reason }: Pick<Suppression, 'reason'>): boolean {
  return passingReasons.some((known) => known === reason);
}

/** One that is over may still be there: the clock says so before anybody has tidied up. */
export function isInForce({ until }: Suppression, now: number): boolean {
  return until === undefined || until > now;
}

/** Transactional mail is stopped by scope `all` only. */
export function stoppedBy(
  suppressions: readonly Suppression[],
  messageClass: MessageClass,
  now: number,
): Suppression | undefined {
  return suppressions.find(
    (one) => isInForce(one, now) && (one.scope === 'all' || messageClass !== 'transactional'),
  );
}

/**
 * Hands a written mail to the relay when it is its turn. The wait for a turn is short and holds no
 * connection; a longer one goes back to the claim, which holds the mail until then. Only a mail that has
 * a connection is in transmission: a crash leaves no others in doubt.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { TransmitRequest, TransmitStart } from '../core/sending/ledger.ts';
import { failpoint } from '../faults/failpoint.ts';
import type { OutgoingEmail } from '../mail/outgoing.ts';
import type { Delivery } from '../mail/smtp.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Well below the lease of a claim. */
const shortWaitMs = 5_000;
/** Whoever comes late with its turn waits for a gap between the others. */
const waitsMax = 20;

/** Undefined: something changed since the claim, or its turn is far: decide anew. */
export async function transmission(
  deps: Pick<ActivityDependencies, 'mail' | 'ledger'>,
  request: TransmitRequest,
  email: OutgoingEmail,
  /** Asked with the connection in hand, which may have been long in coming. */
  stillSends: (now: number) => boolean = () => true,
): Promise<Delivery | undefined> {
  const askedAt = performance.now();
  for (let waits = 0; ; waits += 1) {
    let start: TransmitStart = { type: 'changed' };
    const delivery = await deps.mail.inTurn(async () => {
      const now = request.now + Math.round(performance.now() - askedAt);
      if (!stillSends(now)) return undefined;
      start = await deps.ledger.beginTransmit({ ...request, now });
      return start.type === 'started' ? deliver(deps, email) : undefined;
    });
    if (delivery !== undefined) return delivery;
    const waitMs = waitOf(start);
    if (waitMs === undefined || waitMs > shortWaitMs || waits >= waitsMax) return undefined;
    await delay(waitMs + 1);
  }
}

function waitOf(start: TransmitStart): number | undefined {
  return start.type === 'wait' ? start.ms : undefined;
}

/** Between the commit of `transmitting` and the answer: the only stretch in which a crash is unknown. */
export async function deliver(
  deps: Pick<ActivityDependencies, 'mail'>,
  email: OutgoingEmail,
): Promise<Delivery> {
  await failpoint('send.connected');
  return deps.mail.deliver(email);
}

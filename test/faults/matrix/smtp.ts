/**
 * The SMTP matrix: a marketing mail meets each behaviour once; then the server is well again, and the
 * journey asks as it was told to. One line per behaviour.
 */
import { createActivities } from '../../../activities/index.ts';
import { createSmtpTransport } from '../../../mail/smtp.ts';
import { createWorld, tuesday, type World } from '../../activities/world.ts';
import type { Sink } from '../support/sink.ts';
import { behaviours, greetingTimeoutMs, socketTimeoutMs, type Behaviour } from './behaviours.ts';
import { fateOf, journeyWords, leadWords } from './seen.ts';

export interface SmtpLine {
  readonly behaviour: string;
  readonly copies: number;
  readonly ledger: string;
  readonly journey: string;
  readonly lead: string;
  readonly operator: string;
  /** When the server is well again and the journey has asked. */
  readonly afterwards: string;
}

export async function playServers(url: string, sink: Sink): Promise<readonly SmtpLine[]> {
  const world = await createWorld({
    url,
    mailbox: { smtpUrl: sink.smtpUrl },
    steps: { welcome: { type: 'send', template: 'welcome' } },
    leases: { claimMs: 5_000, transmitMs: 5_000 },
    // Two quick tries; then the journey is told when to come back.
    limits: { firstRetryMs: 20, retryForMs: 30, retryAfterMs: 5 * 60_000 },
  });
  const met = new Set<string>();
  for (const { id, at, fault } of behaviours) {
    if (fault === undefined) continue;
    sink.rules.push(({ stage, to }) =>
      stage === at && to[0] === addressOf(id) && !met.has(id) ? fault : undefined,
    );
  }
  try {
    return await Promise.all(behaviours.map((behaviour) => lineOf(world, sink, behaviour, met)));
  } finally {
    await world.close();
  }
}

/** A receiver of its own: what one does is no reason to stop writing to another. */
function addressOf(id: string): string {
  return `ana@${id}.example`;
}

async function lineOf(
  world: World,
  sink: Sink,
  behaviour: Behaviour,
  met: Set<string>,
): Promise<SmtpLine> {
  const address = addressOf(behaviour.id);
  const { leadId, enrolmentId } = await world.enrol(address);
  const outcome = await meeting(world, sink, behaviour, enrolmentId);
  const command = `${enrolmentId}/welcome/1`;
  const { copies, ledger, operator } = await fateOf(world, sink, command);
  const line = {
    behaviour: behaviour.title,
    ...{ copies, ledger, operator },
    journey: journeyWords(outcome, tuesday),
    lead: await leadWords(world, leadId, address),
  };
  if (outcome.type !== 'retry-at') return { ...line, afterwards: 'the same' };
  met.add(behaviour.id);
  const again = await world.run(enrolmentId, 'welcome', { now: outcome.at, last: true });
  const later = await fateOf(world, sink, command);
  const went = again.type === 'done' ? '' : `, ${journeyWords(again, outcome.at)}`;
  return { ...line, afterwards: `${later.ledger}, ${copiesWords(later.copies)}${went}` };
}

async function meeting(world: World, sink: Sink, behaviour: Behaviour, enrolmentId: string) {
  const elsewhere = await behaviour.server?.();
  const mail = createSmtpTransport({
    ...{ url: elsewhere?.url ?? sink.smtpUrl, socketTimeoutMs, greetingTimeoutMs },
  });
  const step = { enrolmentId, step: 'welcome', visit: 1, last: true, now: tuesday };
  try {
    return await createActivities({ ...world.deps, mail }).executeStep(step);
  } finally {
    await mail.close(0);
    await elsewhere?.close();
  }
}

function copiesWords(copies: number): string {
  return copies === 1 ? '1 copy' : `${copies} copies`;
}

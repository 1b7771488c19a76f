// Ready-made ways for an SMTP server to misbehave, to be given to `createSmtpSink`: by recipient
// (anyone can try them in the development mailbox), for a period, or with a seeded probability,
// so that a failing run can be repeated. They decide; the sink acts.
import type { SmtpAttempt, SmtpFault } from './smtp-sink.ts';

export type FaultRule = (attempt: SmtpAttempt) => SmtpFault | undefined;

/** What an address does by its local part (before a `+`): `gone@any.example` does not exist. */
export function faultsByAddress(settings: { readonly slowMs: number }): FaultRule {
  const atRecipient: Readonly<Record<string, SmtpFault>> = {
    gone: { type: 'refuse', code: 550, text: '5.1.1 No such mailbox' },
    busy: { type: 'refuse', code: 451, text: '4.7.1 Greylisted, try again later' },
    full: { type: 'refuse', code: 552, text: '5.2.2 Mailbox full' },
    blocked: { type: 'refuse', code: 550, text: '5.7.1 Sender blocked by policy' },
  };
  const atData: Readonly<Record<string, SmtpFault>> = {
    slow: { type: 'delay', ms: settings.slowMs },
    drop: { type: 'drop' },
  };
  return ({ stage, to }) => {
    const faults = stage === 'recipient' ? atRecipient : atData;
    return to.map((address) => faults[localPart(address)]).find((fault) => fault !== undefined);
  };
}

/** Applies `fault` at `stage` from `fromMs` until `untilMs` (epoch milliseconds). */
export function duringPeriod(
  period: { readonly fromMs: number; readonly untilMs: number },
  stage: SmtpAttempt['stage'],
  fault: SmtpFault,
): FaultRule {
  return (attempt) =>
    attempt.stage === stage && attempt.at >= period.fromMs && attempt.at < period.untilMs
      ? fault
      : undefined;
}

/** Applies `fault` at `stage` with `probability`; the same seed picks the same attempts. */
export function withProbability(
  probability: number,
  seed: number,
  stage: SmtpAttempt['stage'],
  fault: SmtpFault,
): FaultRule {
  const next = mulberry32(seed);
  return (attempt) => (attempt.stage === stage && next() < probability ? fault : undefined);
}

/** The first rule that has a fault for the attempt. */
export function firstOf(...rules: readonly FaultRule[]): FaultRule {
  return (attempt) => {
    for (const rule of rules) {
      const fault = rule(attempt);
      if (fault) return fault;
    }
    return undefined;
  };
}

function localPart(address: string): string {
  return (address.split('@')[0] ?? '').split('+')[0]?.toLowerCase() ?? '';
}

/** A small seeded generator (public domain, Tommy Ettinger): values in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

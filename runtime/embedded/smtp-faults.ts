// Ready-made ways for an SMTP server to misbehave, to be given to `createSmtpSink`: by recipient
// (anyone can try them in the development mailbox), for a period, or with a seeded probability,
// so that a failing run can be repeated. They decide; the sink acts.
import { misbehaviours, nameIn } from './misbehaviour.ts';
import type { SmtpAttempt, SmtpFault } from './smtp-sink.ts';

export type FaultRule = (attempt: SmtpAttempt) => SmtpFault | undefined;

/** What an address does by its local part (before a `+`): `gone@any.example` does not exist. */
export function faultsByAddress(settings: { readonly slowMs: number }): FaultRule {
  const rows = new Map(misbehaviours(settings).map((row) => [row.name, row]));
  const seen = new Set<string>();
  return ({ stage, from, to }) => {
    for (const address of to) {
      const row = rows.get(nameIn(address));
      if (row?.type !== 'fault' || row.at !== stage) continue;
      if (row.once !== true) return row.fault;
      // As greylists do: who writes to whom, and without memory of what is long ago.
      const pair = `${from} ${address.toLowerCase()}`;
      if (seen.has(pair)) continue;
      if (seen.size >= pairsMax) seen.clear();
      seen.add(pair);
      return row.fault;
    }
    return undefined;
  };
}
const pairsMax = 10_000;

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

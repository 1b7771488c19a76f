/**
 * How fast mails may leave: the places of a warm-up day, the turns of a rate, and the back-off from a
 * receiver that refuses for now. Pure; the ledger counts and gives the turns, this file says how many
 * there are, and what a mail without one does: it is held, and ends like any hold after `holdAtMost`.
 *
 * Transactional mail answers something the lead just did: it takes a turn, and waits for none of them.
 */
import type { MessageClass } from '../journey/plan.ts';
import type { JsonObject } from '../rules/condition.ts';
import { domainOfAddress } from './address.ts';
import { dayOf, spread } from './calendar.ts';
import type { Rate, SendingPolicy, WarmUp } from './model.ts';
import type { SendDecision } from './policy.ts';
import { receiverOf } from './receiver.ts';
import { dayMs, wallTime } from './zone.ts';

/** What the ledger is to observe when a transmission begins. */
export interface PaceRules {
  readonly warmUp?: { readonly day: string; readonly max: number };
  readonly rate?: { readonly id: string; readonly everyMs: number };
}
export interface WarmUpDay {
  /** ISO date in the zone of the workspace. */
  readonly day: string;
  /** 1 on the first day. */
  readonly number: number;
  readonly of: number;
  readonly max: number;
  /** When the next day begins. */
  readonly endsAt: number;
}
export interface Backoff {
  readonly sender: string;
  readonly receiver: string;
  readonly refusals: number;
  readonly blockedUntil: number;
  /** Somebody's mail is trying whether it goes again. */
  readonly trialUntil: number | null;
  readonly response: string | null;
}
/** As the ledger has it. */
export interface PaceView {
  readonly backoffs: readonly Backoff[];
  /** Of the day that was asked for. */
  readonly warmedUp: readonly { readonly sender: string; readonly count: number }[];
  /** The turn that this mail has of a rate. */
  readonly turnAt?: number;
}
export interface PaceQuestion {
  readonly key: string;
  readonly class: MessageClass;
  readonly sender: string;
  readonly address: string;
  /** Since when it is being held, and for how long at most. */
  readonly dueAt: number;
  readonly holdAtMostMs: number;
}

/** A turn this long ago was missed: the window closed, the worker was away. It takes another. */
export const turnLastsMs = 60_000;

/** Undefined: send. */
export function heldByPace(
  now: number,
  question: PaceQuestion,
  view: PaceView,
  policy: SendingPolicy,
): SendDecision | undefined {
  if (question.class === 'transactional') return undefined;
  const found =
    byBackoff(now, question, view) ??
    byWarmUp(now, question, view, policy) ??
    byRate(now, question, view, policy);
  if (found === undefined) return undefined;
  const giveUpAt = question.dueAt + question.holdAtMostMs;
  const { sender } = question;
  if (now >= giveUpAt) {
    const evidence = { ...found.evidence, heldMs: now - question.dueAt };
    return { type: 'skip', reason: 'sender-paused', evidence };
  }
  const until = Math.max(now + 1, Math.min(found.until, giveUpAt));
  const evidence = { ...found.evidence, sender, until };
  return { type: 'hold', until, reason: 'sender-paused', evidence };
}

interface Found {
  readonly until: number;
  readonly evidence: JsonObject;
}

/** Whoever waits comes back a little apart, so that one of them tries first. */
const backoffSpread = { share: 0.5, mostMs: 30_000 };

function byBackoff(now: number, question: PaceQuestion, view: PaceView): Found | undefined {
  const receiver = receiverOf(question.address);
  const backoff = view.backoffs.find(
    (one) => one.sender === question.sender && one.receiver === receiver,
  );
  if (backoff === undefined) return undefined;
  const { blockedUntil, trialUntil, refusals } = backoff;
  const until = Math.max(blockedUntil, trialUntil ?? 0);
  if (until <= now) return undefined;
  const spreadMs = Math.min((until - now) * backoffSpread.share, backoffSpread.mostMs);
  const later = until + spread(question.key, spreadMs);
  return { until: later, evidence: { rule: 'back-off', receiver, refusals } };
}

const warmUpSpreadMs = 10 * 60_000;

function byWarmUp(
  now: number,
  { sender, key }: PaceQuestion,
  view: PaceView,
  policy: SendingPolicy,
): Found | undefined {
  const today = warmUpDay(policy, sender, now);
  if (today === undefined) return undefined;
  const sent = view.warmedUp.find((one) => one.sender === sender)?.count ?? 0;
  if (sent < today.max) return undefined;
  const evidence = { rule: 'warm-up', sent, max: today.max, day: today.number, of: today.of };
  return { until: today.endsAt + spread(key, warmUpSpreadMs), evidence };
}

function byRate(
  now: number,
  { address }: PaceQuestion,
  { turnAt }: PaceView,
  { rates }: SendingPolicy,
): Found | undefined {
  if (turnAt === undefined || turnAt <= now) return undefined;
  const rate = rateOf(rates ?? [], address);
  if (rate === undefined) return undefined;
  const { id, max, perMs } = rate;
  return { until: turnAt, evidence: { rule: `rate:${id}`, max, perMs } };
}

/** Undefined: it has not begun, is over, or there is none. */
export function warmUpDay(
  { warmUp, from, zoneIfUnknown }: Pick<SendingPolicy, 'warmUp' | 'from' | 'zoneIfUnknown'>,
  sender: string,
  now: number,
): WarmUpDay | undefined {
  const plan = warmUp?.find((one) => senderOfPlan(one, from) === sender.toLowerCase());
  if (plan === undefined) return undefined;
  const { day, date } = wallTime(now, zoneIfUnknown);
  const number = day - Math.floor(Date.parse(plan.from) / dayMs) + 1;
  const max = plan.perDay[number - 1];
  if (max === undefined) return undefined;
  return { day: date, number, of: plan.perDay.length, max, endsAt: dayOf(now, zoneIfUnknown).to };
}

function senderOfPlan({ sender }: WarmUp, from: SendingPolicy['from']): string {
  return (sender ?? from.email).toLowerCase();
}

/** The first that names the receiver, by its domain or by its group; "*" is everybody else. */
export function rateOf(rates: readonly Rate[], address: string): Rate | undefined {
  const names = [domainOfAddress(address), receiverOf(address), '*'];
  return rates.find(({ to }) => to.some((name) => names.includes(name)));
}

/** Undefined: nothing to observe. */
export function paceRules(
  policy: SendingPolicy,
  question: Pick<PaceQuestion, 'class' | 'sender' | 'address'>,
  now: number,
): PaceRules | undefined {
  const rate = rateOf(policy.rates ?? [], question.address);
  const exempt = question.class === 'transactional';
  const today = exempt ? undefined : warmUpDay(policy, question.sender, now);
  if (rate === undefined && today === undefined) return undefined;
  return {
    ...(today === undefined ? {} : { warmUp: { day: today.day, max: today.max } }),
    ...(rate === undefined ? {} : { rate: { id: rate.id, everyMs: rate.perMs / rate.max } }),
  };
}

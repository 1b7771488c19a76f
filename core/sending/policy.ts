/**
 * Whether one email may leave now: send it, hold it until an instant, or end it with one reason.
 *
 * One pure function over facts that the caller read under the lead's lock. The rules stand in the
 * order in which they answer: what ends a send for good comes before what only delays it, so a mail
 * that can never leave is not held for days first. Every answer carries the numbers that decided it.
 * Transactional mail answers something the lead just did: consent, caps, windows and marketing
 * suppressions do not hold it; suppression of scope `all`, exits, pauses and the address do.
 */
import type { EmailCheck, Suppression } from '../facts/lead.ts';
import type { InterestGate } from '../interests/model.ts';
import type { Again, MessageClass, SendWindow } from '../journey/plan.ts';
import type { JsonObject } from '../rules/condition.ts';
import { parseAddress } from './address.ts';
import { dayOf, nextAllowed, ruleAt, spread } from './calendar.ts';
import type { CalendarRule, SendingHours } from './calendar.ts';
import { capStates, fewerState, type CapState, type CountedSend } from './caps.ts';
import type { MayEmail } from './consent.ts';
import { offInterest, type KnownInterest } from './interest-gate.ts';
import type { SendingPolicy, SkipReason } from './model.ts';
import { stoppedBy } from './suppression.ts';
import { wallTime, zoneOfLead } from './zone.ts';

export type HoldReason =
  'capped' | 'quiet-hours' | 'outside-window' | 'journey-paused' | 'sender-paused';
export type SendDecision =
  | { readonly type: 'send' }
  | {
      readonly type: 'hold';
      /** Null: until a pause ends, of which the run is told. */
      readonly until: number | null;
      readonly reason: HoldReason;
      readonly evidence: JsonObject;
    }
  | { readonly type: 'skip'; readonly reason: SkipReason; readonly evidence: JsonObject };

/** What the plan and the template say about this mail. */
export interface SendRequest {
  /** Scatters wake-ups that many share: lead and step. */
  readonly key: string;
  readonly class: MessageClass;
  readonly priority: number;
  readonly template: string;
  readonly again: Again;
  readonly window?: SendWindow;
  readonly holdAtMostMs: number;
  /** `whenPaused.resume.skipIfOlderThan`: a mail that pauses delayed by so much is no longer sent. */
  readonly pausedAtMostMs?: number;
  /** The instant that `sendBy` means, when it is known. */
  readonly sendBy?: number;
  readonly onlyIfSent?: string;
  /** Interests that the template is about. */
  readonly about?: readonly string[];
  /** Of `rules/interests.json`; without one everything is sent. */
  readonly gate?: InterestGate;
}
export interface SendFacts {
  readonly enrolmentOpen: boolean;
  readonly disqualified?: { readonly id: string };
  readonly address?: string;
  readonly suppressions: readonly Suppression[];
  /** What verification said of the address. */
  readonly emailCheck?: EmailCheck;
  /** The fact `mayEmail`, for this class and topic. */
  readonly mayEmail: string;
  /** How it came to that. */
  readonly permission?: Pick<MayEmail, 'rule' | 'needs' | 'has' | 'expiredAt'>;
  /** The interests of the lead that are alive; asked for only where the mail says what it is about. */
  readonly interests?: readonly KnownInterest[];
  /** The preference "fewer emails". */
  readonly fewer?: boolean;
  readonly timezone?: unknown;
  readonly country?: unknown;
}
/** An unsent row of another open enrolment of the lead. */
export interface Rival {
  readonly priority: number;
  /** When it is looked at next. */
  readonly dueAt: number;
  readonly journey: string;
  readonly step: string;
}
export interface Pause {
  readonly scope: 'journey' | 'lead' | 'sender' | 'all';
  readonly until: number | null;
}
/** What the ledger holds about this lead, without the row being decided. */
export interface SendHistory {
  /** Since when the policy (not a pause) has been holding it. */
  readonly dueAt: number;
  readonly counted: readonly CountedSend[];
  /** When this template last counted for this lead. */
  readonly templateAt?: number;
  /** Ledger state of the step named by `onlyIfSent`. */
  readonly earlier?: string;
  /** Those of the same class; what a pause holds is not among them. */
  readonly rivals: readonly Rival[];
  /** Those that are on. */
  readonly pauses: readonly Pause[];
  /** By how much pauses have delayed it, and which kind of pause did. */
  readonly delay?: { readonly ms: number; readonly reason: 'journey-paused' | 'sender-paused' };
}

/** Two mails due this close to each other compete for the room a cap leaves. */
const rivalryMs = 30 * 60_000;
/** Named in the evidence; the rest is a number. */
const rivalsToldMax = 3;

export function decideSend(
  now: number,
  request: SendRequest,
  facts: SendFacts,
  history: SendHistory,
  policy: SendingPolicy,
): SendDecision {
  return (
    endedByLead(now, request, facts) ??
    endedByLedger(now, request, history) ??
    heldByPause(request, history) ??
    heldByPolicy(now, request, facts, history, policy) ?? { type: 'send' }
  );
}

/**
 * Whether a mail that was decided at `decidedAt` may still start at `now`: the same question asked
 * again, of facts as they are at `now`, since a connection to the relay may have been long in coming. A
 * mail that was counted on a calendar day which is over counts on the new one: it is decided anew.
 */
export function sendsStill(
  decidedAt: number,
  now: number,
  request: SendRequest,
  facts: SendFacts,
  history: SendHistory,
  policy: SendingPolicy,
): boolean {
  if (decideSend(now, request, facts, history, policy).type !== 'send') return false;
  if (request.class === 'transactional') return true;
  return now < dayOf(decidedAt, zoneOfLead(facts, policy.zoneIfUnknown)).to;
}

/** Windows, quiet hours and holidays as this lead meets them. */
function sendingHours(request: SendRequest, facts: SendFacts, policy: SendingPolicy): SendingHours {
  const { window } = request;
  const country = typeof facts.country === 'string' ? facts.country.toUpperCase() : '';
  return {
    ...(window === undefined ? {} : { window }),
    ...(policy.quiet === undefined ? {} : { quiet: policy.quiet }),
    holidays: policy.holidays[country] ?? [],
    zone: zoneOfLead(facts, policy.zoneIfUnknown),
  };
}

function endedByLead(
  now: number,
  request: SendRequest,
  facts: SendFacts,
): SendDecision | undefined {
  const exempt = request.class === 'transactional';
  if (!facts.enrolmentOpen) return skip('exited', { rule: 'enrolment-closed' });
  if (facts.disqualified !== undefined && !exempt) {
    return skip('disqualified', { rule: facts.disqualified.id });
  }
  if (facts.address === undefined) return skip('no-address', { rule: 'address' });
  const parsed = parseAddress(facts.address);
  if (!parsed.ok) return skip('invalid-email', { rule: 'address', problem: parsed.problem });
  const suppression = stoppedBy(facts.suppressions, request.class, now);
  if (suppression !== undefined) {
    const { scope, reason, at, until } = suppression;
    const ends = until === undefined ? {} : { until };
    return skip('suppressed', { rule: `suppression:${scope}`, because: reason, at, ...ends });
  }
  const { emailCheck } = facts;
  if (emailCheck?.status === 'invalid') {
    const { reason, at } = emailCheck;
    return skip('invalid-email', { rule: 'verification', because: reason, at });
  }
  if (exempt) return undefined;
  if (facts.mayEmail !== 'yes') return skip('no-consent', consentEvidence(facts));
  const { about, gate } = request;
  const off = about && gate && offInterest(about, gate, facts.interests ?? []);
  return off && skip('off-interest', off);
}

/** The rule is the one of `rules/sending.json` that decided. */
function consentEvidence({ mayEmail, permission }: SendFacts): JsonObject {
  if (permission === undefined) return { rule: 'consent', mayEmail };
  const { rule, needs, has, expiredAt } = permission;
  return {
    rule: `consent:${rule}`,
    mayEmail,
    ...(needs === undefined ? {} : { needs }),
    ...(has === undefined ? {} : { has }),
    ...(expiredAt === undefined ? {} : { expiredAt }),
  };
}

function endedByLedger(
  now: number,
  request: SendRequest,
  history: SendHistory,
): SendDecision | undefined {
  const { again, onlyIfSent, sendBy } = request;
  if (onlyIfSent !== undefined && history.earlier !== 'sent') {
    const found = history.earlier ?? 'none';
    return skip('earlier-not-sent', { rule: 'onlyIfSent', step: onlyIfSent, found });
  }
  if (sendBy !== undefined && now > sendBy) {
    return skip('too-late', { rule: 'sendBy', sendBy, lateMs: now - sendBy });
  }
  const { templateAt } = history;
  if (templateAt === undefined || again.type === 'always') return undefined;
  if (again.type === 'after' && now >= templateAt + again.ms) return undefined;
  const until = again.type === 'after' ? { allowedAt: templateAt + again.ms } : {};
  return skip('duplicate', {
    rule: `again:${again.type}`,
    template: request.template,
    lastAt: templateAt,
    ...until,
  });
}

/** Runs park before they come here; this is for pauses of a sender, and for one that has just begun. */
function heldByPause(request: SendRequest, history: SendHistory): SendDecision | undefined {
  const { pausedAtMostMs } = request;
  const { pauses, delay } = history;
  const [pause] = pauses;
  if (pause !== undefined) {
    const evidence = { rule: `pause:${pause.scope}`, pausedUntil: pause.until };
    return { type: 'hold', until: null, reason: pauseReason(pause), evidence };
  }
  if (delay === undefined || pausedAtMostMs === undefined || delay.ms < pausedAtMostMs) {
    return undefined;
  }
  const evidence = { rule: 'skipIfOlderThan', atMostMs: pausedAtMostMs, lateMs: delay.ms };
  return skip(delay.reason, evidence);
}

export function pauseReason({ scope }: Pick<Pause, 'scope'>): 'journey-paused' | 'sender-paused' {
  return scope === 'journey' || scope === 'lead' ? 'journey-paused' : 'sender-paused';
}

/** The three holds that the calendar and the caps give; each ends after `holdAtMost`. */
function heldByPolicy(
  now: number,
  request: SendRequest,
  facts: SendFacts,
  history: SendHistory,
  policy: SendingPolicy,
): SendDecision | undefined {
  if (request.class === 'transactional') return undefined;
  const hours = sendingHours(request, facts, policy);
  const hold = (reason: HoldReason & SkipReason, earliest: number, evidence: JsonObject) => {
    const giveUpAt = history.dueAt + request.holdAtMostMs;
    if (now >= giveUpAt) return skip(reason, { ...evidence, heldMs: now - history.dueAt });
    const next = scattered(earliest, hours, request.key, policy.spreadMs) ?? giveUpAt;
    const until = Math.max(now + 1, Math.min(next, giveUpAt, deadlineOf(request)));
    return { type: 'hold', until, reason, evidence: { ...evidence, until } } as const;
  };
  const { zone } = hours;
  const rule = ruleAt(now, hours);
  if (rule !== undefined) return hold(rule, now, hoursEvidence(rule, now, hours));
  const caps = [
    ...capStates(policy.caps, request.class, history.counted, now, zone),
    ...(facts.fewer === true && policy.fewer !== undefined
      ? [fewerState(policy.fewer, history.counted, now, zone)]
      : []),
  ];
  const full = fullest(caps);
  if (full !== undefined) return hold('capped', full.freeAt, { ...capEvidence(full), zone });
  const rivals = history.rivals.filter(
    (rival) => rival.priority > request.priority && Math.abs(rival.dueAt - now) <= rivalryMs,
  );
  const tight = caps.find(({ cap, counted }) => cap.max - counted <= rivals.length);
  if (tight === undefined || rivals.length === 0) return undefined;
  const evidence = {
    ...{ ...capEvidence(tight), rule: 'priority', cap: tight.cap.id, zone },
    rivals: rivals.slice(0, rivalsToldMax).map((rival) => ({ ...rival })),
    ...(rivals.length > rivalsToldMax ? { otherRivals: rivals.length - rivalsToldMax } : {}),
  };
  // A minute after the rival is due it has taken the room, or is no longer in the way.
  return hold('capped', Math.max(now, ...rivals.map(({ dueAt }) => dueAt)) + 60_000, evidence);
}

/** The first allowed instant from `earliest` on; scattered when many wake at the same opening. */
function scattered(
  earliest: number,
  hours: SendingHours,
  key: string,
  spreadMs: number,
): number | null {
  const { at, rule } = nextAllowed(earliest, hours);
  if (at === null || rule === undefined) return at;
  const later = at + spread(key, spreadMs);
  return ruleAt(later, hours) === undefined ? later : at;
}

/** The hours that forbid it, as the file says them, and whose clock they are of. */
function hoursEvidence(rule: CalendarRule, now: number, hours: SendingHours): JsonObject {
  const { window, quiet, holidays, zone } = hours;
  const { date } = wallTime(now, zone);
  if (rule === 'outside-window' && holidays.includes(date)) return { rule, holiday: date, zone };
  const shut = rule === 'quiet-hours' ? quiet : window;
  if (shut === undefined) return { rule, zone };
  const days = rule === 'quiet-hours' ? {} : { days: [...(window?.days ?? [])] };
  const of = shut.zone === 'lead' ? zone : shut.zone;
  return { rule, ...days, from: shut.from, to: shut.to, zone: of };
}

/** Of the caps without room, the one that frees last. */
function fullest(caps: readonly CapState[]): CapState | undefined {
  return caps
    .filter(({ cap, counted }) => counted >= cap.max)
    .sort((left, right) => right.freeAt - left.freeAt)[0];
}

function capEvidence({ cap, counted }: CapState): JsonObject {
  const per = cap.per.type === 'day' ? 'day' : cap.per.ms;
  return { rule: `cap:${cap.id}`, max: cap.max, per, counted };
}

/** A held mail wakes just after its deadline at the latest, to end as `too-late`. */
function deadlineOf(request: SendRequest): number {
  return request.sendBy === undefined ? Number.POSITIVE_INFINITY : request.sendBy + 1;
}

function skip(reason: SkipReason, evidence: JsonObject): SendDecision {
  return { type: 'skip', reason, evidence };
}

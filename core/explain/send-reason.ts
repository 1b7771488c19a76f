/**
 * Why one email waits or was not sent, in a sentence with the numbers that decided it.
 *
 * Read from the evidence that the policy stored with its answer, so an old answer is told as it was
 * given, whatever the files say by now. Evidence of a rule that is not known here gives undefined, and
 * the reader shows the plain fields. How an instant is written is the reader's business.
 */
import type { Release } from '../definitions/release.ts';
import type { Json, JsonObject } from '../rules/condition.ts';
import { durationInWords } from '../rules/duration.ts';
import { paceReason } from './pace-reason.ts';
import { suppressionReason } from '../words/standing-words.ts';
import { capitalised, count, dayWords, listed, quoted, windowWords } from '../words/values.ts';

export interface SendSaying {
  readonly release: Pick<Release, 'journeys' | 'interests' | 'sending' | 'qualification'>;
  /** In the zone given; the workspace's without one. */
  readonly when: (at: number, zone?: string) => string;
}

export function sendReasonInWords(
  reason: string,
  evidence: JsonObject,
  saying: SendSaying,
): string | undefined {
  const told = sentences[reason]?.(evidence, saying);
  const heldMs = numberAt(evidence, 'heldMs');
  if (told === undefined || heldMs === undefined || heldMs <= 0) return told;
  return `${told}. It had waited ${durationInWords(heldMs)}, and no longer is allowed`;
}

type Sentence = (evidence: JsonObject, saying: SendSaying) => string | undefined;

const sentences: { readonly [reason: string]: Sentence } = {
  suppressed: ({ because, at, until }, { when }) => {
    if (typeof because !== 'string' || typeof at !== 'number') return undefined;
    const ends = typeof until === 'number' ? ` and until ${when(until)}` : '';
    return `${capitalised(suppressionReason({ reason: because }))}, since ${when(at)}${ends}`;
  },
  'no-consent': noConsent,
  capped: (evidence, saying) =>
    evidence['rule'] === 'priority' ? yields(evidence, saying) : capped(evidence, saying),
  'quiet-hours': (evidence) => {
    const hours = hoursOf(evidence);
    return hours && `Quiet hours are ${hours}`;
  },
  'outside-window': (evidence) => {
    const { holiday, zone } = evidence;
    if (typeof holiday === 'string' && typeof zone === 'string') {
      return `${dayWords(holiday)} is a holiday where the lead lives, on the clock of ${zone}`;
    }
    const hours = hoursOf(evidence);
    return hours && `The window is ${hours}`;
  },
  'too-late': ({ sendBy, lateMs }, { when }) =>
    typeof sendBy === 'number' && typeof lateMs === 'number'
      ? `It had to go by ${when(sendBy)}; that was ${durationInWords(lateMs)} ago`
      : undefined,
  'off-interest': offInterest,
  duplicate: ({ template, lastAt, allowedAt }, { when }) => {
    if (typeof template !== 'string' || typeof lastAt !== 'number') return undefined;
    const again =
      typeof allowedAt === 'number' ? `again from ${when(allowedAt)} on` : 'never again';
    return `${quoted(template)} went to them on ${when(lastAt)}: ${again}`;
  },
  'earlier-not-sent': ({ step, found }) =>
    typeof step === 'string' && typeof found === 'string'
      ? `It follows ${quoted(step)}, which ${states[found] ?? `is ${found}`}`
      : undefined,
  'missing-variable': ({ variable }) =>
    typeof variable === 'string' ? `The email needs ${quoted(variable)}` : undefined,
  'sender-paused': paceReason,
  disqualified: ({ rule }, { release }) => {
    const found = release.qualification.disqualified.find(({ id }) => id === rule);
    return found && `Because: ${found.why}`;
  },
};
const states: { readonly [state: string]: string } = {
  none: 'was never reached',
  skipped: 'was not sent',
  failed: 'the server refused',
  unknown: 'is of unknown fate',
  held: 'still waits',
};

function noConsent(
  { rule, needs, has, expiredAt }: JsonObject,
  { release, when }: SendSaying,
): string | undefined {
  if (typeof rule !== 'string' || typeof needs !== 'string' || typeof has !== 'string') {
    return undefined;
  }
  const found = release.sending.consent.find(({ id }) => `consent:${id}` === rule);
  const expired =
    typeof expiredAt === 'number' ? `; what they gave expired on ${when(expiredAt)}` : '';
  return `${quoted(found?.why ?? rule)} needs ${needs}, and they have given ${has === 'none' ? 'none' : has}${expired}`;
}

function capped(evidence: JsonObject, { release }: SendSaying): string | undefined {
  const { rule, counted } = evidence;
  const most = mostOf(evidence);
  if (typeof rule !== 'string' || typeof counted !== 'number' || most === undefined) {
    return undefined;
  }
  const id = rule.replace(/^cap:/, '');
  if (id === 'fewer') {
    const title = release.sending.fewer?.title ?? 'fewer emails';
    return `They asked for fewer (${quoted(title)}: ${most}), and ${counted} went out or are on their way`;
  }
  return `The limit ${quoted(id)} is ${most}, and ${counted} went out or are on their way`;
}

/** "“Trial nurture” › congrats has priority 80 and is due …; the limit “week” (2 in 7 days) leaves room for 1". */
function yields(evidence: JsonObject, { release, when }: SendSaying): string | undefined {
  const { rivals, counted, max, cap, zone } = evidence;
  const most = mostOf(evidence);
  if (!Array.isArray(rivals) || typeof counted !== 'number' || typeof max !== 'number') {
    return undefined;
  }
  const named = rivals.filter(isObject).map(({ journey, step, priority, dueAt }) => {
    const title = release.journeys[textOf(journey)]?.plan.title ?? textOf(journey);
    const at = when(Number(dueAt), typeof zone === 'string' ? zone : undefined);
    return `${quoted(title)} › ${textOf(step)} has priority ${Number(priority)} and is due ${at}`;
  });
  const others = numberAt(evidence, 'otherRivals');
  const all = others === undefined ? named : [...named, count(others, 'other email')];
  return `${listed(all)}; the limit ${quoted(textOf(cap))} (${most ?? max}) leaves room for ${max - counted}`;
}

function offInterest(evidence: JsonObject, { release }: SendSaying): string | undefined {
  const { about, known } = evidence;
  if (!Array.isArray(about) || !Array.isArray(known)) return undefined;
  const titleOf = (id: Json | undefined) =>
    quoted(release.interests?.[textOf(id)]?.title ?? textOf(id));
  const shown = known
    .filter(isObject)
    .map(({ id, strength }) => `${titleOf(id)} (strength ${Number(strength)})`);
  const has =
    shown.length === 0 ? 'no interest is known' : `they are interested in ${listed(shown)}`;
  return `It is about ${listed(about.map(titleOf), 'or')}; ${has}`;
}

/** "2 in 7 days", "1 on one day". */
function mostOf({ max, per }: JsonObject): string | undefined {
  if (typeof max !== 'number') return undefined;
  if (per === 'day') return `${max} on one day`;
  return typeof per === 'number' ? `${max} in ${durationInWords(per)}` : undefined;
}

function hoursOf({ days, from, to, zone }: JsonObject): string | undefined {
  if (typeof from !== 'string' || typeof to !== 'string' || typeof zone !== 'string') {
    return undefined;
  }
  const weekdays = Array.isArray(days) ? days.filter((one) => typeof one === 'number') : [];
  return windowWords({ ...(weekdays.length === 0 ? {} : { days: weekdays }), from, to, zone });
}

function numberAt(evidence: JsonObject, key: string): number | undefined {
  const value = evidence[key];
  return typeof value === 'number' ? value : undefined;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

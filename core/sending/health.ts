/**
 * When sending stops by itself: what came back, counted per sender and receiver, against the limits of
 * `stopWhen`; and how long a receiver that refuses for now is left alone.
 *
 * A breaker that opened is a pause that a person ends: whoever goes on sending to addresses that do not
 * exist, or past a complaint, makes the next day worse. A refusal for now ends by itself: after a while
 * one mail tries. Pure; what is counted and what is written is the caller's.
 */
import { durationInWords } from '../rules/duration.ts';
import type { RefusalClass } from '../feedback/classify.ts';
import { countedShareInWords, shareInWords } from '../rules/share.ts';
import type { SendingPolicy } from './model.ts';
import { receiverTitle } from './receiver.ts';

/** Of what left since anybody last resumed this way, within the span of `stopWhen`. */
export interface Outcomes {
  readonly sender: string;
  readonly receiver: string;
  readonly sent: number;
  readonly hard: number;
  readonly complained: number;
  /** Of the last hour: what left, and what was refused because of us. */
  readonly lately: number;
  readonly policy: number;
  /** The answer that was given last to one of those. */
  readonly said: string | null;
}
export interface Opened {
  readonly sender: string;
  /** Absent: whatever this sender sends. */
  readonly receiver?: string;
  readonly why: string;
}

/** Where `stopWhen` says nothing, only refusals because of us are watched. */
export const policySpanMs = 3_600_000;
const policyRefusalsMin = 3;
const policyShareMin = 0.1;

/** Ways that are paused already must not be among what is counted. */
export function decideBreakers(
  outcomes: readonly Outcomes[],
  stopWhen: SendingPolicy['stopWhen'],
): readonly Opened[] {
  const opened: Opened[] = outcomes.flatMap((one) => {
    const why = policyWords(one) ?? rateWords(one, stopWhen, ` to ${receiverTitle(one.receiver)}`);
    return why === undefined ? [] : [{ sender: one.sender, receiver: one.receiver, why }];
  });
  const isOpen = ({ sender, receiver }: Outcomes): boolean =>
    opened.some((one) => one.sender === sender && one.receiver === receiver);
  const others = outcomes.filter((one) => !isOpen(one));
  const altogether = [...new Set(others.map(({ sender }) => sender))].flatMap((sender) => {
    const all = sumOf(others.filter((one) => one.sender === sender));
    const why = all.receivers > 1 ? rateWords(all, stopWhen, '') : undefined;
    return why === undefined ? [] : [{ sender, why }];
  });
  return [...opened, ...altogether];
}

function sumOf(outcomes: readonly Outcomes[]) {
  const sum = (of: (one: Outcomes) => number): number =>
    outcomes.reduce((total, one) => total + of(one), 0);
  return {
    sent: sum(({ sent }) => sent),
    hard: sum(({ hard }) => hard),
    complained: sum(({ complained }) => complained),
    receivers: outcomes.length,
  };
}

function policyWords({ receiver, policy, lately, said }: Outcomes): string | undefined {
  if (policy < policyRefusalsMin || policy < lately * policyShareMin) return undefined;
  const answer = said === null ? '' : `, the last with “${said}”`;
  return `${receiverTitle(receiver)} refused ${policy} of ${counted(lately)} within an hour because of us${answer}`;
}

function rateWords(
  { sent, hard, complained }: Pick<Outcomes, 'sent' | 'hard' | 'complained'>,
  stopWhen: SendingPolicy['stopWhen'],
  to: string,
): string | undefined {
  if (stopWhen === undefined || sent < stopWhen.atLeast) return undefined;
  const { hardBounceRate, complaintRate, overMs } = stopWhen;
  const within = `in ${durationInWords(overMs)}`;
  if (hard > sent * hardBounceRate) {
    return `${hard} of ${counted(sent)}${to} ${within} came back because the address does not exist (${countedShareInWords(hard, sent)}; at most ${shareInWords(hardBounceRate)})`;
  }
  if (complained > sent * complaintRate) {
    return `${complained} of ${counted(sent)}${to} ${within} ${complained === 1 ? 'was' : 'were'} called spam (${countedShareInWords(complained, sent)}; at most ${shareInWords(complaintRate)})`;
  }
  return undefined;
}

function counted(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'email' : 'emails'}`;
}

/** What a refusal says something about. */
export type RefusalConcerns = 'address' | 'mailbox' | 'sender' | 'receiver' | 'mail-server';

export interface Refusal {
  readonly class: RefusalClass;
  /** What the server was told when it refused: "RCPT TO", "DATA". */
  readonly command?: string;
  readonly enhancedCode?: string;
  readonly response: string;
}

/** Greylisting asks each mail once; it says nothing about the next one. */
const greylisted = /gr[ae]y-?list/i;

export function concernsOf(refusal: Refusal): RefusalConcerns {
  switch (refusal.class) {
    case 'address':
      return 'address';
    case 'mailbox':
      return 'mailbox';
    case 'policy':
      return 'sender';
    case 'transient':
      return transientConcerns(refusal);
    case 'config':
    case 'infra':
      return 'mail-server';
  }
}

function transientConcerns({ command, enhancedCode, response }: Refusal): RefusalConcerns {
  const isAboutRecipient = command === 'RCPT TO' || command === 'DATA';
  if (!isAboutRecipient) return 'mail-server';
  // x.1 and x.2 speak of the address and of its mailbox.
  const isOfMailbox = /^4\.[12]\./.test(enhancedCode ?? '') || greylisted.test(response);
  return isOfMailbox ? 'mailbox' : 'receiver';
}

/** So many different mails in a row; fewer may be chance. */
const refusalsMin = 5;
const coolDownMinMs = 10_000;
const coolDownMaxMs = 3_600_000;

/** Undefined: too few to say. 10 seconds, 20, 40 … an hour; then one mail tries, and the others wait for it. */
export function coolDownMs(refusals: number): number | undefined {
  if (refusals < refusalsMin) return undefined;
  return Math.min(coolDownMaxMs, coolDownMinMs * 2 ** Math.min(refusals - refusalsMin, 20));
}

/** How long the others wait for the mail that tries. */
export const trialMs = 60_000;

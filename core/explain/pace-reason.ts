/** Why an email waits for its sender, in a sentence with the numbers: breaker, back-off, warm-up, rate. */
import type { JsonObject } from '../rules/condition.ts';
import { durationInWords } from '../rules/duration.ts';
import { receiverTitle } from '../sending/receiver.ts';

export function paceReason(evidence: JsonObject): string | undefined {
  const { rule, because } = evidence;
  if (rule === 'breaker') {
    return typeof because === 'string' ? `It stopped by itself: ${because}` : undefined;
  }
  if (rule === 'warm-up') return warmUp(evidence);
  if (rule === 'back-off') return backoff(evidence);
  return typeof rule === 'string' && rule.startsWith('rate:') ? rate(evidence) : undefined;
}

/** The rules that hold a mail for a while without anything being paused. */
export function isPace({ rule }: JsonObject): boolean {
  return (
    rule === 'warm-up' ||
    rule === 'back-off' ||
    (typeof rule === 'string' && rule.startsWith('rate:'))
  );
}

function warmUp({ sender, ...numbers }: JsonObject): string | undefined {
  const [sent, max, day, of] = ['sent', 'max', 'day', 'of'].map((name) => Number(numbers[name]));
  if ([sent, max, day, of].some(Number.isNaN)) return undefined;
  return `${said(sender)} is warming up, day ${day} of ${of}: ${sent} of ${max} emails of that day had left`;
}

function backoff({ receiver, refusals }: JsonObject): string | undefined {
  if (typeof receiver !== 'string' || typeof refusals !== 'number') return undefined;
  return `${receiverTitle(receiver)} refused ${refusals} emails in a row for now, and is left alone for a while`;
}

function rate({ rule, sender, max, perMs }: JsonObject): string | undefined {
  if (typeof rule !== 'string' || typeof max !== 'number' || typeof perMs !== 'number') {
    return undefined;
  }
  return `At most ${max} in ${durationInWords(perMs)} leave from ${said(sender)} by the rate “${rule.slice('rate:'.length)}”`;
}

function said(sender: JsonObject[string] | undefined): string {
  return typeof sender === 'string' ? sender : 'its sender';
}

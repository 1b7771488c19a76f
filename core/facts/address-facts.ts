/**
 * What is known about writing to a lead: its address, the state of it, and what the person agreed to.
 *
 * `consentState` is what the person said; `mayEmail` is what follows from it under the rules of
 * `rules/sending.json` and the suppressions. Neither sends nor stops anything.
 */
import type { MessageClass } from '../journey/plan.ts';
import type { JsonObject, ReadFact } from '../rules/condition.ts';
import { consentState, mayEmail } from '../sending/consent.ts';
import { isInForce, isPassing } from '../sending/suppression.ts';
import { emailKind } from './email-kind.ts';
import type { Lead } from './lead.ts';
import type { Answers } from './reading.ts';

export const addressFacts: Answers = {
  emailKind: ({ read }) => {
    const email = read('email');
    return typeof email === 'string' ? emailKind(email) : undefined;
  },
  emailStatus: ({ lead, now }) => (lead.address === undefined ? undefined : emailStatus(lead, now)),
  emailVerdict: ({ lead, now }) => {
    if (lead.address === undefined) return undefined;
    return emailStatus(lead, now) === 'bounced' ? 'invalid' : lead.emailCheck?.status;
  },
  mayEmail: ({ lead, compiled, read, now }, params) => {
    if (lead.address === undefined) return 'no';
    const others: ReadFact = (fact, of) => (fact === 'mayEmail' ? undefined : read(fact, of));
    const asked = { class: classOf(params), topic: topicOf(params) };
    return mayEmail(compiled.consent, lead, others, now, asked).verdict;
  },
  consentState: ({ lead }, params) => consentState(lead.consents, classOf(params), topicOf(params)),
};

function emailStatus({ suppressions }: Lead, now: number): string {
  const known = suppressions.filter((one) => isInForce(one, now));
  const all = known.find(({ scope }) => scope === 'all');
  if (all === undefined) {
    const [marketing] = known;
    if (marketing === undefined) return 'ok';
    return marketing.reason === 'sunset' ? 'sunset' : 'unsubscribed';
  }
  if (isPassing(all)) return 'resting';
  if (/bounce/i.test(all.reason)) return 'bounced';
  return /complain/i.test(all.reason) ? 'complained' : 'suppressed';
}

function classOf(params: JsonObject): MessageClass {
  const asked = params['class'];
  return asked === 'outbound' || asked === 'transactional' ? asked : 'marketing';
}

function topicOf({ topic }: JsonObject): string | undefined {
  return typeof topic === 'string' ? topic : undefined;
}

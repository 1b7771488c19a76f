/**
 * What is known about writing to a lead: its address, the state of it, and what the person agreed to.
 *
 * `consentState` is what the person said; `mayEmail` is what follows from it under the rules of
 * `rules/sending.json` and the suppressions. Neither sends nor stops anything.
 */
import type { MessageClass } from '../journey/plan.ts';
import type { JsonObject, ReadFact } from '../rules/condition.ts';
import { consentState, mayEmail } from '../sending/consent.ts';
import { emailKind } from './email-kind.ts';
import type { Lead } from './lead.ts';
import type { Answers } from './reading.ts';

export const addressFacts: Answers = {
  emailKind: ({ read }) => {
    const email = read('email');
    return typeof email === 'string' ? emailKind(email) : undefined;
  },
  emailStatus: ({ lead }) => (lead.address === undefined ? undefined : emailStatus(lead)),
  emailVerdict: ({ lead }) => {
    if (lead.address === undefined) return undefined;
    return emailStatus(lead) === 'bounced' ? 'invalid' : lead.emailCheck?.status;
  },
  mayEmail: ({ lead, compiled, read, now }, params) => {
    if (lead.address === undefined) return 'no';
    const others: ReadFact = (fact, of) => (fact === 'mayEmail' ? undefined : read(fact, of));
    const asked = { class: classOf(params), topic: topicOf(params) };
    return mayEmail(compiled.consent, lead, others, now, asked).verdict;
  },
  consentState: ({ lead }, params) => consentState(lead.consents, classOf(params), topicOf(params)),
};

function emailStatus({ suppressions }: Lead): string {
  const all = suppressions.find(({ scope }) => scope === 'all');
  if (all === undefined) return suppressions.length === 0 ? 'ok' : 'unsubscribed';
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

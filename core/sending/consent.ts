/**
 * May this person be written to? Consent and suppression, and nothing else: caps, windows and pauses
 * only delay a send and live elsewhere.
 *
 * What a file requires is an ordered list, the first rule whose `if` holds decides. What a person gave
 * is append-only: a refusal undoes what came before it, a weaker consent never undoes a stronger one,
 * and one older than the rule allows counts as if it had not been given. Only a new consent renews it:
 * reading and clicking is no declaration.
 * Transactional mail is stopped by a suppression of scope `all` only.
 */
import type { Consent, Lead } from '../facts/lead.ts';
import type { MessageClass } from '../journey/plan.ts';
import type { ReadFact } from '../rules/condition.ts';
import { compileCondition, type CompiledCondition, type Segments } from '../rules/compile.ts';
import type { ConsentRequirement, ConsentRule, ConsentState, SendingPolicy } from './model.ts';
import { stoppedBy } from './suppression.ts';

export interface MayEmail {
  readonly verdict: 'yes' | 'after-confirmation' | 'no';
  /** Id of the consent rule that decided; `suppression` or `transactional` where none was asked. */
  readonly rule: string;
  readonly why: string;
  readonly reason?: 'suppressed' | 'no-consent';
  /** What the rule asks for and what the person gave, where one was asked. */
  readonly needs?: ConsentRequirement;
  readonly has?: ConsentState;
  /** What would have been enough ran out then. */
  readonly expiredAt?: number;
  /** The yes rests on a consent that runs out then. */
  readonly until?: number;
}
export interface CompiledConsentRule {
  readonly rule: ConsentRule;
  readonly condition?: CompiledCondition;
}

export function compileConsent(
  policy: SendingPolicy,
  segments: Segments,
): readonly CompiledConsentRule[] {
  return policy.consent.map((rule) =>
    rule.if === undefined ? { rule } : { rule, condition: compileCondition(rule.if, segments) },
  );
}

export function mayEmail(
  rules: readonly CompiledConsentRule[],
  lead: Pick<Lead, 'consents' | 'suppressions'>,
  read: ReadFact,
  now: number,
  asked: { readonly class: MessageClass; readonly topic?: string | undefined },
): MayEmail {
  const suppressed = stoppedBy(lead.suppressions, asked.class, now);
  if (suppressed !== undefined) {
    const why = `The address is suppressed: ${suppressed.reason}`;
    return { verdict: 'no', rule: 'suppression', why, reason: 'suppressed' };
  }
  if (asked.class === 'transactional') {
    return { verdict: 'yes', rule: 'transactional', why: 'It answers something the lead did' };
  }
  const found = rules.find(({ condition }) => condition?.holds(read, now) ?? true);
  if (found === undefined) {
    const why = 'No consent rule covers this lead';
    return { verdict: 'no', rule: 'none', why, reason: 'no-consent' };
  }
  return judge(found.rule, found.rule[asked.class], lead.consents, now, asked);
}

/** What a person gave for a class and a topic, from all they ever said. */
export function consentState(
  consents: readonly Consent[],
  messageClass: MessageClass,
  topic: string | undefined,
): ConsentState {
  return stateOf(about(consents, messageClass, topic));
}

/** When consents that a person gave run out under some rule; a refusal never does. */
export function consentEnds(
  rules: readonly CompiledConsentRule[],
  consents: readonly Consent[],
): readonly number[] {
  return rules.flatMap(({ rule: { expiresAfterMs } }) =>
    expiresAfterMs === undefined
      ? []
      : consents.filter(canExpire).map(({ at }) => at + expiresAfterMs),
  );
}

/** What was said about a class and a topic, in the order in which it is heard. */
function about(
  consents: readonly Consent[],
  messageClass: MessageClass,
  topic: string | undefined,
): readonly Consent[] {
  return consents
    .filter((one) => one.class === messageClass)
    .filter((one) => one.topic === undefined || one.topic === topic)
    .filter((one) => one.state !== 'none')
    .sort((a, b) => a.at - b.at || strength[b.state] - strength[a.state]);
}

function stateOf(said: readonly Consent[]): ConsentState {
  return said.reduce<ConsentState>(
    (state, { state: next }) =>
      next === 'refused' || strength[next] > strength[state] ? next : state,
    'none',
  );
}

function canExpire({ state }: Consent): boolean {
  return strength[state] > 0;
}

/** A refusal of the same instant is heard last. */
const strength = { refused: 0, none: 0, 'opt-in': 1, 'double-opt-in': 2 } as const;

function judge(
  rule: ConsentRule,
  needs: ConsentRequirement,
  consents: readonly Consent[],
  now: number,
  asked: { readonly class: MessageClass; readonly topic?: string | undefined },
): MayEmail {
  const said = about(consents, asked.class, asked.topic);
  const { expiresAfterMs = Infinity } = rule;
  const lasts = (at: number) =>
    said.filter((one) => !canExpire(one) || one.at + expiresAfterMs > at);
  const has = stateOf(lasts(now));
  const decided = { rule: rule.id, why: `${rule.why}: needs ${needs}, has ${has}`, needs, has };
  const answer = meets(needs, has, decided);
  if (expiresAfterMs === Infinity) return answer;
  const ends = said.filter(canExpire).map(({ at }) => at + expiresAfterMs);
  if (answer.verdict === 'yes') {
    const until = ends.find(
      (at) => at > now && meets(needs, stateOf(lasts(at)), decided).verdict !== 'yes',
    );
    return until === undefined ? answer : { ...answer, until };
  }
  // What was good enough until it ran out: the last end after which it no longer was.
  const expiredAt = ends.findLast(
    (at) => at <= now && meets(needs, stateOf(lasts(at - 1)), decided).verdict === 'yes',
  );
  if (expiredAt === undefined) return answer;
  const day = new Date(expiredAt).toISOString().slice(0, 10);
  return { ...answer, why: `${decided.why}; what was given expired on ${day}`, expiredAt };
}

function meets(
  required: ConsentRequirement,
  given: ConsentState,
  decided: Omit<MayEmail, 'verdict' | 'reason'>,
): MayEmail {
  switch (required) {
    case 'never':
      return { verdict: 'no', ...decided, reason: 'no-consent' };
    case 'opt-out':
    case 'legitimate-interest':
      return given === 'refused'
        ? { verdict: 'no', ...decided, reason: 'no-consent' }
        : { verdict: 'yes', ...decided };
    case 'opt-in':
      return strength[given] >= strength['opt-in']
        ? { verdict: 'yes', ...decided }
        : { verdict: 'no', ...decided, reason: 'no-consent' };
    case 'double-opt-in':
      if (given === 'double-opt-in') return { verdict: 'yes', ...decided };
      return given === 'opt-in'
        ? { verdict: 'after-confirmation', ...decided }
        : { verdict: 'no', ...decided, reason: 'no-consent' };
  }
}

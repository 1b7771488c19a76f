/**
 * Where a request for a subscription stands when somebody opens the link of its mail.
 *
 * A link confirms the request that its mail was written for: not one that is too old to be remembered,
 * and not one that the person took back since. Pure, so that the page and the act agree.
 */
import type { Consent, Suppression } from '../facts/lead.ts';
import type { MessageClass } from '../journey/plan.ts';
import type { JsonObject } from '../rules/condition.ts';
import { isPassing } from './suppression.ts';

const dayMs = 86_400_000;
/** As long as the journey that writes the mail (7 days) and its `again` (7 days): an old link can be renewed. */
export const confirmableForMs = 14 * dayMs;

export interface SubscriptionRequest {
  readonly class: MessageClass;
  readonly topic?: string;
  readonly askedAt: number;
}
export type RequestStanding = 'open' | 'confirmed' | 'taken-back' | 'expired' | 'stopped';

export const SUBSCRIPTION_REQUESTED = 'Subscription Requested';

/** What entered a journey asked for; an event of another kind speaks of topics only by chance. */
export function requestIn(
  {
    event,
    entry,
    askedAt,
  }: {
    readonly event: string | null;
    readonly entry: JsonObject;
    readonly askedAt: number;
  },
  topics: readonly { readonly id: string }[],
): SubscriptionRequest {
  const isRequest = event === SUBSCRIPTION_REQUESTED || event === 'Consent Given';
  const named =
    typeof entry['topic'] === 'string' && entry['topic'] !== '' ? entry['topic'] : undefined;
  // A request keeps the topic it names, known or not: less must never become more.
  const topic = isRequest || topics.some(({ id }) => id === named) ? named : undefined;
  const messageClass = entry['class'] === 'outbound' ? 'outbound' : 'marketing';
  return { class: messageClass, ...(topic === undefined ? {} : { topic }), askedAt };
}

export function requestStanding(
  request: SubscriptionRequest,
  known: {
    readonly consents: readonly Consent[];
    readonly suppressions: readonly Suppression[];
  },
  now: number,
): RequestStanding {
  const { topic, askedAt } = request;
  const stopped = known.suppressions.some((one) => one.scope === 'all' && !isPassing(one));
  if (stopped) return 'stopped';
  const since = known.consents
    .filter((one) => one.class === request.class)
    .filter((one) => one.topic === undefined || one.topic === topic)
    .filter(({ state, at }) =>
      state === 'refused' ? at > askedAt : state === 'double-opt-in' && at >= askedAt,
    )
    .sort((a, b) => a.at - b.at);
  const last = since.at(-1)?.state;
  if (last === 'double-opt-in') return 'confirmed';
  if (last === 'refused') return 'taken-back';
  return now - askedAt > confirmableForMs ? 'expired' : 'open';
}

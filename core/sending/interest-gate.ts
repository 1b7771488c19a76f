/**
 * Is this mail about something the lead is interested in? What a template is about, what the lead is
 * known to be interested in, and what `rules/interests.json` says of the two.
 *
 * Whoever took an e-book on HR gets no accounting mail. Only mail that says what it is about is asked
 * for, and never transactional mail: it answers the lead. Apart from the policy, which only asks it.
 */
import type { InterestGate } from '../interests/model.ts';
import type { JsonObject, ReadFact } from '../rules/condition.ts';

export interface KnownInterest {
  readonly id: string;
  /** The fact `intent`: its weights, faded. */
  readonly strength: number;
}

/** What keeps the mail back, or undefined where nothing does. */
export function offInterest(
  about: readonly string[],
  gate: InterestGate,
  known: readonly KnownInterest[],
): JsonObject | undefined {
  const evidence = { about: [...about], known: known.map((one) => ({ ...one })) };
  if (known.length === 0) {
    return gate.noInterestKnown === 'block'
      ? { rule: 'gate:noInterestKnown', ...evidence }
      : undefined;
  }
  if (known.some(({ id }) => about.includes(id)) || gate.otherInterest === 'send') return undefined;
  return { rule: 'gate:otherInterest', ...evidence };
}

/** The interests that are alive, the strongest first. */
export function knownInterests(read: ReadFact): readonly KnownInterest[] {
  const alive = read('interests');
  if (!Array.isArray(alive)) return [];
  return alive
    .filter((id) => typeof id === 'string')
    .map((id) => ({ id, strength: Number(read('intent', { interest: id }) ?? 0) }))
    .sort((a, b) => b.strength - a.strength || (a.id < b.id ? -1 : 1));
}

/**
 * Interests as facts: which are alive, how strong one is, whether it surges.
 *
 * What counts as interest is declared in `rules/interests.json` and computed in `core/interests`.
 */
import type { Evidence } from '../interests/interest.ts';
import { evidenceOf, isAlive, levelOf, surgeOf } from '../interests/interest.ts';
import type { Interest } from '../interests/model.ts';
import type { JsonObject } from '../rules/condition.ts';
import type { Answers, Reading } from './reading.ts';

export const interestFacts: Answers = {
  interests: (reading) =>
    Object.values(reading.release.interests ?? {})
      .filter((interest) => isAlive(interest, evidence(reading, interest), reading.now))
      .map(({ id }) => id),
  intent: (reading, params) => {
    const interest = named(reading, params);
    return interest && levelOf(interest, evidence(reading, interest), reading.now);
  },
  intentSurge: (reading, params) => {
    const interest = named(reading, params);
    return interest && surgeOf(evidence(reading, interest), reading.lead.bornAt, reading.now);
  },
};

function named({ release }: Reading, { interest }: JsonObject): Interest | undefined {
  const interests = release.interests ?? {};
  if (typeof interest !== 'string' || !Object.hasOwn(interests, interest)) return undefined;
  return interests[interest];
}

function evidence({ lead, release, now }: Reading, interest: Interest): readonly Evidence[] {
  return evidenceOf(interest, lead, release.segments, now);
}

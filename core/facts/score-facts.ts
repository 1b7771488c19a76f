/**
 * Scores and grades as facts: any score of any model at the reader's instant.
 *
 * `fitScore` and its kin are the short names of the two scores that every B2B team has; `score` and
 * `scoreGrade` read whatever a model declares, so several models and product lines stand side by side.
 */
import type { JsonObject } from '../rules/condition.ts';
import type { Scored } from '../scoring/score.ts';
import type { Answers, Reading } from './reading.ts';

export const DEFAULT_MODEL = 'core';

export const scoreFacts: Answers = {
  fitScore: (reading, params) => scoredBy(reading, params)?.scores['fit'] ?? undefined,
  engagementScore: (reading, params) =>
    scoredBy(reading, params)?.scores['engagement'] ?? undefined,
  fitGrade: (reading, params) => scoredBy(reading, params)?.grades['fit'],
  grade: (reading, params) => scoredBy(reading, params)?.grade,
  score: (reading, params) => own(scoredBy(reading, params)?.scores, params) ?? undefined,
  scoreGrade: (reading, params) => own(scoredBy(reading, params)?.grades, params),
};

function scoredBy({ scored }: Reading, params: JsonObject): Scored | undefined {
  return scored(typeof params['model'] === 'string' ? params['model'] : DEFAULT_MODEL);
}

function own<Value>(
  byScore: { readonly [score: string]: Value } | undefined,
  { score }: JsonObject,
): Value | undefined {
  if (byScore === undefined || typeof score !== 'string') return undefined;
  return Object.hasOwn(byScore, score) ? byScore[score] : undefined;
}

/** A scoring model as published: `rules/scoring*.json`, parsed. Durations are milliseconds. */
import type { Condition, EventMatch } from '../rules/condition.ts';

export type ScoreRule = {
  readonly id: string;
  /** `fit`, `engagement` or a score of the file's own. */
  readonly score: string;
  readonly points: number;
  readonly why: string;
} & (
  | { readonly type: 'when'; readonly when: Condition }
  | {
      readonly type: 'for-each';
      readonly match: EventMatch;
      readonly withinMs?: number;
      /** Limits the size of the rule's total, in either direction. */
      readonly atMost?: number;
      /** Keeps its points: the half-life does not apply. */
      readonly keeps: boolean;
    }
);

export interface ScoreScale {
  readonly min: number;
  readonly max: number;
  readonly halfLifeMs?: number;
  /** Unknown (grade `U`) unless at least so many of these facts are known. */
  readonly unknownUnless?: { readonly atLeast: number; readonly of: readonly string[] };
}

export interface ScoringModel {
  readonly model: string;
  readonly scores: { readonly [score: string]: ScoreScale };
  /** Letter bands of `fit` and number bands of `engagement`, highest first: `[label, from]`. */
  readonly grades: {
    readonly [score: string]: readonly { readonly grade: string; readonly from: number }[];
  };
  readonly rules: readonly ScoreRule[];
}

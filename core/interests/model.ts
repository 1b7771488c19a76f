/** An interest as published: `rules/interests.json`, parsed. Durations are milliseconds. */
import type { EventMatch } from '../rules/condition.ts';

export interface InterestSource {
  readonly match: EventMatch;
  /** What one such event weighs. */
  readonly points: number;
  /** Absent: it keeps its weight until the interest fades. */
  readonly halfLifeMs?: number;
}
export interface Interest {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  /** An event this old shows nothing any more. */
  readonly fadesAfterMs: number;
  readonly from: readonly InterestSource[];
}

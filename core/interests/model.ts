/** An interest as published: `rules/interests.json`, parsed. Durations are milliseconds. */
import type { EventMatch } from '../rules/condition.ts';

export interface InterestSource {
  readonly match: EventMatch;
  /** What one such event weighs. */
  readonly points: number;
  /** Absent: it keeps its weight until the interest fades. */
  readonly halfLifeMs?: number;
}
/** What becomes of mail about something the lead is not known to be interested in. */
export interface InterestGate {
  /** Of a lead that has shown no interest at all. */
  readonly noInterestKnown: 'send' | 'block';
  /** Of one that is interested in other things. */
  readonly otherInterest: 'send' | 'block';
}
/** A file as published; without a gate, its interests alone. */
export type InterestRules =
  readonly Interest[] | { readonly interests: readonly Interest[]; readonly gate: InterestGate };
export interface Interest {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  /** An event this old shows nothing any more. */
  readonly fadesAfterMs: number;
  readonly from: readonly InterestSource[];
}

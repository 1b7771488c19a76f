/**
 * What a proof has found: not that a file is written wrongly (the formats say that), but that what it
 * says cannot come true, never ends, or does more than its author can want.
 *
 * A finding always carries a witness: the lead, the path or the sum that shows it. Proofs are pure
 * functions of a compiled workspace and never report what they could not show.
 */
import type { Release } from '../definitions/release.ts';
import type { Path } from '../definitions/problems.ts';
import type { Sources } from '../definitions/sources.ts';

/** A closed list: the corpus of broken files holds at least one file for each. */
export const findings = [
  'contradicting-answers',
  'country-never-mailed',
  'date-always-past',
  'dead-branch',
  'email-bound',
  'follow-up-without-only-if-sent',
  'idle-warm-up',
  'loop-without-wait',
  'missing-fallback',
  'negation-without-known',
  'no-way-out',
  'overflow-circle',
  'ping-pong',
  'rule-always-matches',
  'rule-never-matches',
  'shadowed-route',
  'shadowed-sla',
  'stage-content',
  'threshold-out-of-reach',
  'unconfirmed-consent',
  'undeclared-event',
  'unreachable-step',
  'unrouted-leads',
  'unused-route',
] as const;
export type FindingId = (typeof findings)[number];

export interface Finding {
  readonly finding: FindingId;
  /** An error refuses to publish: it is certain and does harm. All else is a warning. */
  readonly severity: 'error' | 'warning';
  /** Relative to the workspace. */
  readonly file: string;
  /** Where in the file's JSON. */
  readonly path: Path;
  /** One sentence, without the place. */
  readonly message: string;
  /** A lead, a path of steps, a sum: what makes it true. */
  readonly witness: string;
  readonly fix?: string;
}

/** What proofs look at: what the files mean, and the files, to name the place. */
export interface ProvableWorkspace {
  readonly release: Release;
  readonly sources: Sources;
}
export type Proof = (workspace: ProvableWorkspace) => readonly Finding[];

/**
 * What a journey may ask for, and what the asking came to.
 *
 * Every command has an id that is stable under retry, replay and restart: `<step>/<visit>`. With the
 * enrolment id in front it is the key of the send ledger, the Message-ID and every provider's
 * idempotency key. Sleeps have ids of their own (`<step>/<visit>/wait/<n>`), so that a late timer is
 * told from a live one, and so has the completion (`$end/1`; no step id starts with `$`).
 */
import type { ArmId, StepId } from './flow.ts';

/** The driver puts `<enrolmentId>/` in front. */
export type CommandId = string;

/** A command that an activity carries out; a sleep is the driver's own. */
export type ActingCommand =
  /** Execute an acting step. `last`: nothing follows, so the same activity completes the enrolment. */
  | { readonly type: 'act'; readonly id: CommandId; readonly step: StepId; readonly last: boolean }
  /** Which arm of a branch or split. */
  | { readonly type: 'choose'; readonly id: CommandId; readonly step: StepId }
  /** Which instant a `wait-until`, or the `until` of a `wait-for`, means. */
  | { readonly type: 'resolve-date'; readonly id: CommandId; readonly step: StepId }
  | { readonly type: 'complete'; readonly id: CommandId; readonly why: string };

/** Sleep until the instant, unless a message ends it earlier. */
export interface WaitCommand {
  readonly type: 'wait';
  readonly id: CommandId;
  readonly step: StepId;
  readonly until: number;
}

export type Command = ActingCommand | WaitCommand;

/** Epoch milliseconds throughout. */
export type Outcome =
  | { readonly type: 'done' }
  /** Not now: ask again at `at`, with the same command id. */
  | { readonly type: 'retry-at'; readonly at: number }
  | { readonly type: 'arm'; readonly arm: ArmId }
  /** `at` is null when the date is not known. */
  | { readonly type: 'date'; readonly at: number | null }
  /** The enrolment is no longer open: end without a further step. */
  | { readonly type: 'closed' };

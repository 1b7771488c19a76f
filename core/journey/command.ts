/**
 * What a journey may ask for, and what the asking came to.
 *
 * Every command has an id that is stable under retry, replay and restart: `<step>/<visit>`. With the
 * enrolment id in front it is the key of the send ledger, the Message-ID and every provider's
 * idempotency key. Sleeps have ids of their own (`<step>/<visit>/wait/<n>`), so that a late timer is
 * told from a live one, and so has the completion (`$end/1`; no step id starts with `$`).
 */
import type { ArmId, Flow, StepId } from './flow.ts';
import type { JourneyMessage } from './input.ts';

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
  /** Whether anything is in the way of a run that sleeps at `step` until `until`: a pause, an edit. */
  | {
      readonly type: 'wake';
      readonly id: CommandId;
      readonly step: StepId;
      readonly until: number;
    }
  | { readonly type: 'complete'; readonly id: CommandId; readonly why: string };

/** Sleep until the instant, unless a message ends it earlier. */
export interface WaitCommand {
  readonly type: 'wait';
  readonly id: CommandId;
  readonly step: StepId;
  readonly until: number;
  /** When it was to end before a pause made it longer. */
  readonly nominal?: number;
}

/** Sleep without an end: only a message ends it. */
export interface ParkCommand {
  readonly type: 'park';
  readonly id: CommandId;
}

export type Command = ActingCommand | WaitCommand | ParkCommand;

/** Epoch milliseconds throughout. Each but `move` is for `advance`; `move` is for `moveTo`. */
export type Outcome =
  | { readonly type: 'done' }
  /** Not now: ask again at `at`, with the same command id. */
  | { readonly type: 'retry-at'; readonly at: number }
  /** Not now, and nobody knows when: ask again when a message `wake` comes. */
  | { readonly type: 'parked' }
  | { readonly type: 'arm'; readonly arm: ArmId }
  /** `at` is null when the date is not known. */
  | { readonly type: 'date'; readonly at: number | null }
  | ({ readonly type: 'move' } & Move)
  /** The enrolment is no longer open: end without a further step. */
  | { readonly type: 'closed' };

/** The run goes on under another plan; nothing was done for the command that was asked. */
export interface Move extends StepMapping {
  readonly planHash: string;
  readonly flow: Flow;
  /** What has satisfied waits of the newer plan so far: all of it, so that nothing else is remembered. */
  readonly heard: readonly JourneyMessage[];
  /** The lead's `seq` when that was looked up: what was told later is in the words of the newer plan. */
  readonly upTo?: number;
  /** It is marked to go on from there already: whoever woke it for that is not heard again. */
  readonly again?: true;
}

export interface StepMapping {
  /** Step of the plan that is left → step of the plan that is gone to. */
  readonly renamed: { readonly [step: StepId]: StepId };
  /** For a step that is gone: where its leads go on, as if they reached it now. */
  readonly removed: { readonly [step: StepId]: StepId };
}

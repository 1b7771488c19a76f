/**
 * What can happen to a journey. Every input carries the instant at which it is taken up, because the
 * core knows no clock. Messages come from ingest through the outbox, ordered by `seq`, perhaps twice.
 * Those that arrived together are one input: what happened first among them decides, not which of
 * them was delivered first.
 */
import type { CommandId, Outcome } from './command.ts';
import type { ArmId, StepId } from './flow.ts';

export type JourneyMessage =
  /** Ingest closed the enrolment: an exit held, or an operator or a merge ended it. */
  | { readonly type: 'exit'; readonly seq: number; readonly exit: string }
  /** An arm of a `wait-for` was satisfied by what happened at `at` (also before the step is reached). */
  | {
      readonly type: 'satisfied';
      readonly seq: number;
      readonly step: StepId;
      readonly arm: ArmId;
      readonly at: number;
    }
  /** Rows that concern this run have changed (a pause ended, an edit is to take hold): look at them. */
  | { readonly type: 'wake'; readonly seq: number };

export type Input =
  | { readonly type: 'started'; readonly now: number }
  | {
      readonly type: 'settled';
      readonly id: CommandId;
      readonly outcome: Outcome;
      readonly now: number;
    }
  | { readonly type: 'timer-fired'; readonly id: CommandId; readonly now: number }
  | {
      readonly type: 'messages';
      readonly messages: readonly JourneyMessage[];
      readonly now: number;
    };

/**
 * The flow of a journey: its steps flattened to a graph, and nothing else.
 *
 * This is the "compact plan" a workflow carries in its input (at most 16 KB). It knows the order of
 * steps, how long waits are and which arms exist. What a step sends, to whom and under which policy
 * stays in the `JourneyPlan` in Postgres, found by hash when the step is executed.
 */
export type StepId = string;
export type ArmId = string;
/** `null` ends the journey. */
export type Next = StepId | null;

export type FlowStep =
  /** send, update, task, notify, webhook, enrich, enter: one activity, then `next`. */
  | { readonly type: 'act'; readonly next: Next }
  | { readonly type: 'wait'; readonly ms: number; readonly next: Next }
  /** Waits until a date that an activity resolves; `inside` are the nested steps that `skip` passes over. */
  | {
      readonly type: 'wait-until';
      readonly ifPast: 'skip' | 'continue' | 'exit';
      readonly inside: Next;
      readonly next: Next;
    }
  /** Ends at the first satisfied arm, or after `upToMs` (or at a date an activity resolves when it is absent). */
  | {
      readonly type: 'wait-for';
      readonly since: 'entry' | 'step';
      readonly upToMs?: number;
      readonly arms: { readonly [arm: ArmId]: Next };
      readonly timedOut: Next;
    }
  /** branch and split: an activity names the arm. */
  | { readonly type: 'choose'; readonly arms: { readonly [arm: ArmId]: Next } }
  | { readonly type: 'exit' };

export interface Flow {
  /** From 2 on the end of a `wait-for` is confirmed before its arm is taken. */
  readonly v: 1 | 2;
  readonly start: Next;
  readonly steps: { readonly [step: StepId]: FlowStep };
}

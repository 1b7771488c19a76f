/**
 * A step as the file has it, after its form was read: what compiling, proofs and words start from.
 *
 * Written by hand because steps hold steps: a type that refers to itself cannot be told from its format
 * (`journey-step.ts`), which is checked against this one.
 */
import type { BusinessDuration } from '../routing/model.ts';
import type { MessageClass } from '../journey/plan.ts';
import type { Condition, Json, JsonObject } from '../rules/condition.ts';

export interface DateSource {
  readonly date: string;
  readonly offset: number;
}
export interface MatchSource {
  readonly event: string;
  readonly where?: Condition | undefined;
  readonly same?: string | undefined;
  readonly trust?: 'human' | undefined;
}
export type WatchSource = MatchSource | { readonly when: Condition };
export type WaitForSource = {
  readonly since: 'entry' | 'step';
  readonly upTo?: number | undefined;
  readonly until?: DateSource | undefined;
} & (
  | WatchSource
  | { readonly first: readonly (WatchSource & { readonly id: string; readonly steps: Steps })[] }
);
export type Steps = readonly StepSource[];
export type StepSource = { readonly id: string } & (
  | {
      readonly send: string;
      readonly class?: MessageClass | undefined;
      readonly because?: string | undefined;
      readonly sendBy?: DateSource | undefined;
      readonly onlyIfSent?: string | undefined;
    }
  | { readonly wait: number }
  | {
      readonly wait: { readonly until: string; readonly offset: number };
      readonly ifPast: 'skip' | 'continue' | 'exit';
      readonly steps: Steps;
    }
  | {
      readonly waitFor: WaitForSource;
      readonly happened?: Steps | undefined;
      readonly timedOut: Steps;
    }
  | {
      readonly branch: readonly (
        | { readonly id: string; readonly if: Condition; readonly steps: Steps }
        | { readonly id: string; readonly else: true; readonly steps: Steps }
      )[];
    }
  | {
      readonly split: readonly {
        readonly id: string;
        readonly share: number;
        readonly holdout: boolean;
        readonly steps: Steps;
      }[];
    }
  | { readonly update: JsonObject & { readonly tags?: Json } }
  | {
      readonly task: string;
      readonly kind: string;
      readonly due: BusinessDuration;
      readonly for: string;
      readonly ifNone?: string | undefined;
    }
  | { readonly notify: string; readonly text: string }
  | { readonly webhook: string }
  | { readonly enrich: readonly string[]; readonly upTo: number }
  | { readonly enter: string; readonly with: JsonObject }
  | { readonly exit: string }
);

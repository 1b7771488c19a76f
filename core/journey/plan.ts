/**
 * A journey as published: everything `journeys/<key>.json` says, parsed, checked and flattened.
 *
 * Plans are immutable and addressed by content hash; a lead in flight stays on its plan until a release
 * marks it for a newer one. The workflow carries only `flow`; ingest reads `enter`, `exits` and the
 * `listen` of waits; the activity that executes a step reads `steps`.
 */
import type { Condition, EventMatch, JsonObject } from '../rules/condition.ts';
import type { ArmId, Flow, StepId } from './flow.ts';

export type Again =
  | { readonly type: 'never' }
  | { readonly type: 'always' }
  | { readonly type: 'after'; readonly ms: number };

interface EntryCommon {
  readonly whileInside: 'ignore';
  readonly again: Again;
  readonly existing: 'ignore' | 'enrol';
  readonly perHour?: number;
  /** A property of the entry event: one run per value of it. */
  readonly oncePer?: string;
  readonly if?: Condition;
}
export type Entry = EntryCommon &
  (
    | { readonly on: 'event'; readonly match: EventMatch }
    | { readonly on: 'segment'; readonly segment: string }
    | { readonly on: 'stage'; readonly stage: string }
    | { readonly on: 'api' }
  );

export type Watch =
  | { readonly type: 'event'; readonly match: EventMatch }
  | { readonly type: 'condition'; readonly condition: Condition };

export interface Exit {
  readonly id: string;
  readonly why: string;
  readonly goal: boolean;
  readonly when: Watch;
}

export type MessageClass = 'marketing' | 'outbound' | 'transactional';
export interface DateReference {
  /** A fact that holds an instant (`entry.startsAt`, `trialEndsAt`) or an ISO date. */
  readonly date: string;
  readonly offsetMs: number;
}
export interface SendWindow {
  /** 1 = Monday … 7 = Sunday. */
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
  /** `lead`, or an IANA zone. */
  readonly zone: string;
}
export interface SendingRules {
  readonly class: MessageClass;
  readonly topic?: string;
  readonly priority: number;
  readonly holdAtMostMs: number;
  readonly window?: SendWindow;
  readonly because?: string;
}

export interface SplitArm {
  readonly id: ArmId;
  /** Shares of one split total 100. */
  readonly share: number;
  readonly holdout: boolean;
}
/** `owner`, `last-owner`, `account-owner`, `rep:<id>`, `pool:<id>`, `queue:<id>` or `route:<routing>`. */
export type Assignee = string;

export type PlanStep =
  | {
      readonly type: 'send';
      readonly template: string;
      readonly class?: MessageClass;
      readonly because?: string;
      readonly sendBy?: DateReference;
      readonly onlyIfSent?: StepId;
    }
  | { readonly type: 'wait'; readonly ms: number }
  | {
      readonly type: 'wait-until';
      readonly until: DateReference;
      readonly ifPast: 'skip' | 'continue' | 'exit';
    }
  | {
      readonly type: 'wait-for';
      readonly arms: readonly { readonly id: ArmId; readonly when: Watch }[];
      readonly since: 'entry' | 'step';
      readonly upToMs?: number;
      readonly until?: DateReference;
    }
  /** The last arm has no `if`. */
  | {
      readonly type: 'branch';
      readonly arms: readonly { readonly id: ArmId; readonly if?: Condition }[];
    }
  | { readonly type: 'split'; readonly arms: readonly SplitArm[] }
  | {
      readonly type: 'update';
      readonly attributes: JsonObject;
      readonly addTags: readonly string[];
      readonly removeTags: readonly string[];
    }
  | {
      readonly type: 'task';
      readonly text: string;
      readonly kind: string;
      /** A duration as written ("2 business days"): business hours are the assignee's. */
      readonly due: string;
      readonly for: Assignee;
      readonly ifNone?: Assignee;
    }
  | { readonly type: 'notify'; readonly who: Assignee; readonly text: string }
  | { readonly type: 'webhook'; readonly target: string }
  | { readonly type: 'enrich'; readonly facts: readonly string[]; readonly upToMs: number }
  | { readonly type: 'enter'; readonly journey: string; readonly with: JsonObject }
  | { readonly type: 'exit'; readonly why: string };

export interface JourneyPlan {
  readonly v: 1;
  readonly journey: string;
  readonly title: string;
  readonly owner: string;
  readonly enter: readonly Entry[];
  readonly exits: readonly Exit[];
  readonly sending: SendingRules;
  readonly steps: { readonly [step: StepId]: PlanStep };
  readonly flow: Flow;
  readonly whenEdited: {
    readonly inFlight: 'stay' | 'move-at-next-step' | 'exit';
    readonly renamed: { readonly [step: StepId]: StepId };
    readonly removed: { readonly [step: StepId]: StepId };
  };
  readonly whenPaused: {
    readonly timers: 'freeze';
    readonly perHour?: number;
    readonly skipIfOlderThanMs?: number;
  };
}

/** `rules/routing*.json` and `rules/handoffs.json`, parsed: who gets a lead, and how fast. */
import type { Condition } from '../rules/condition.ts';

/** A duration as written; `business` ones run only in the assignee's hours. */
export interface BusinessDuration {
  readonly amount: number;
  readonly unit: 'minutes' | 'hours' | 'days';
  readonly business: boolean;
}
/** `account-owner`, `rep:<id>`, `pool:<id>` or `queue:<id>`. */
export type Destination = string;

export interface Match {
  readonly id: string;
  readonly why: string;
  /** Absent on the last match only. */
  readonly if?: Condition;
  readonly to: Destination;
  readonly ifAway?: 'next-match' | 'assign-anyway';
}
export interface Pool {
  readonly share: 'round-robin' | 'weighted';
  readonly whenFull?: Destination;
  /** `assign-now-clock-later`, or where a lead goes while nobody is in hours. */
  readonly whenClosed: Destination;
  readonly afterAbsence: 'no-catch-up' | 'catch-up';
  readonly members: readonly { readonly rep: string; readonly weight: number }[];
}
export interface Hours {
  readonly zone: string;
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
  /** ISO dates. */
  readonly holidays: readonly string[];
}
export interface Rep {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone?: string;
  readonly meetingLink?: string;
  readonly hours: string;
  readonly speaks: readonly string[];
  readonly perDay?: number;
  /** Inclusive ISO dates in the rep's zone. */
  readonly away: readonly { readonly from: string; readonly to: string }[];
}
export interface Queue {
  readonly watchedBy: readonly string[];
  readonly takeWithin: BusinessDuration;
}
export interface Sla {
  readonly id: string;
  readonly why: string;
  /** Absent on the last only. Facts `handoff.cause` and `handoff.to`. */
  readonly if?: Condition;
  readonly acceptWithin: BusinessDuration;
  readonly remindAfter: readonly BusinessDuration[];
  readonly reassignAtMost: number;
  readonly escalateTo: Destination;
  readonly firstTouchWithin: BusinessDuration;
}
export interface Routing {
  readonly routing: string;
  readonly match: readonly Match[];
  readonly sla: readonly Sla[];
}
/** Reps, hours, pools and queues are declared once and seen by all routing files. */
export interface SalesTeam {
  readonly reps: { readonly [rep: string]: Rep };
  readonly hours: { readonly [hours: string]: Hours };
  readonly pools: { readonly [pool: string]: Pool };
  readonly queues: { readonly [queue: string]: Queue };
}
export interface HandoffKind {
  readonly handoff: string;
  readonly title: string;
  readonly routing: string;
  readonly whenOpen: 'tell-the-owner';
  readonly required: readonly string[];
  readonly ifMissing: 'hand-over-and-show-gap';
  readonly brief: {
    readonly facts: readonly string[];
    readonly historyMs: number;
    readonly playbook?: string;
  };
}
export interface RejectReason {
  readonly id: string;
  readonly label: string;
  readonly asks: readonly ('date' | 'text' | 'lead')[];
  readonly then: {
    readonly stage?: string;
    readonly journey?: string;
    readonly sameRepBack?: boolean;
    readonly reroute?: boolean;
    readonly merge?: 'ask';
    readonly disqualify?: boolean;
  };
}

/**
 * A lead as the deciders see it: plain data, loaded whole by store/ (or held in memory by the
 * simulator) and folded forward by `core/decision`.
 *
 * It holds no score: scores are functions of the events and the instant. `events` holds those that
 * some rule of the release, or the plan of an open enrolment, can still look at; `counts` are over all time.
 * Instants are epoch milliseconds.
 */
import type { ConsentState } from '../sending/model.ts';
import type { MessageClass } from '../journey/plan.ts';
import type { Json, JsonObject } from '../rules/condition.ts';

export type LeadId = string;
/** Human unless something speaks against it; robots never count as activity. */
export type Trust = 'human' | 'likely-robot' | 'unknown';

/** Where the value of a trait comes from; what it means for survival is in `survivors.ts`. */
export interface Origin {
  /** Of the event that brought it; `''` for what was known before origins were kept. */
  readonly source: string;
  readonly at: number;
  readonly by: SaidBy;
  /** 0 to 1; of enrichment. */
  readonly confidence?: number;
  /** From a list that fills what is unknown and replaces nothing. */
  readonly fillOnly?: true;
}
export type SaidBy = 'person' | 'import' | 'enrichment';
export interface Origins {
  readonly [trait: string]: Origin;
}

export interface LeadEvent {
  readonly id: string;
  readonly name: string;
  readonly properties: JsonObject;
  readonly occurredAt: number;
  /** Order of decision for this lead; 0 while it is not folded yet. */
  readonly seq: number;
  readonly trust: Trust;
}
export interface EventCount {
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}
export interface Account {
  readonly id: string;
  readonly name?: string;
  readonly domain?: string;
  /** A rep id. */
  readonly owner?: string;
  readonly tags: readonly string[];
  readonly traits: JsonObject;
  /** The `groupId` of the caller, or `domain:<domain>`. */
  readonly key?: string;
  /** How it came to its owner, where a rep's word made one. */
  readonly ownerSource?: OwnerSource;
  /** The other members, each by itself; loaded only where the release asks for what they say together. */
  readonly others?: readonly Lead[];
  /** All of them, when there are more than are loaded. */
  readonly memberCount?: number;
  /** The handoff of another member that is open: an account has one at a time. */
  readonly openHandoff?: { readonly id: string; readonly leadId: LeadId };
}
export interface OwnerSource {
  readonly by: 'accepted' | 'assigned';
  readonly leadId: LeadId;
  readonly at: number;
}
export interface Consent {
  readonly class: MessageClass;
  /** Absent: for every topic. */
  readonly topic?: string;
  readonly state: ConsentState;
  readonly at: number;
}
export interface Suppression {
  readonly scope: 'all' | 'marketing';
  /** Two of them pass by themselves: see `core/sending/suppression.ts`. */
  readonly reason: string;
  readonly at: number;
  /** Of one that ends by itself. */
  readonly until?: number;
}
export interface Preferences {
  /** Fewer emails: the cap `fewer` of rules/sending.json counts too. */
  readonly fewer?: boolean;
  /** False: clicks and opens of this person are not told apart. */
  readonly tracking?: boolean;
  /** When the latest of them was said. */
  readonly at?: number;
}
/** The latest verdict on an address; see `core/verification`. */
export interface EmailCheck {
  readonly status: 'valid' | 'risky' | 'invalid';
  readonly reason: string;
  readonly at: number;
}
export interface StageState {
  readonly stage: string;
  readonly since: number;
  /** When each stage was last entered and left, for `again`. */
  readonly entered: { readonly [stage: string]: number };
  readonly left: { readonly [stage: string]: number };
  /** Since when the `when` of a stage with `holdFor`, or of one that was left, has held without a break. */
  readonly holding: { readonly [stage: string]: number };
  /** The stage was set by a person; rules leave it alone until then, for ever without `until`. */
  readonly byHand?: {
    readonly why: string;
    readonly by: string;
    readonly at: number;
    readonly until?: number;
  };
  /** Stages that were left because a verdict took their evidence away: the id of that event. */
  readonly takenBack?: { readonly [stage: string]: string };
}
export type HandoffStatus = 'open' | 'accepted' | 'rejected' | 'closed';
export interface HandoffState {
  readonly id: string;
  readonly handoff: string;
  readonly status: HandoffStatus;
  readonly openedAt: number;
  /** The event that caused it, or the stage entered. */
  readonly cause: string;
  readonly to?: string;
  readonly rep?: string;
  /** Why it was rejected: the id of the reason. */
  readonly reason?: string;
}
export interface EnrolmentState {
  readonly id: string;
  readonly journey: string;
  /** Value of `oncePer`, `''` without one. */
  readonly onceKey: string;
  readonly entryNumber: number;
  readonly status: 'open' | 'closed';
  readonly planHash: string;
  readonly enteredAt: number;
  readonly closedAt?: number;
  /** Properties of the entry event, read as `entry.<property>`. */
  readonly entry: JsonObject;
  /** Waits already reported, so that one message is written per wait. */
  readonly satisfied: readonly string[];
}
export interface Lead {
  readonly id: LeadId;
  /** The id the lead was born with: kept through merges. */
  readonly splitKey: string;
  readonly bornAt: number;
  /** Normalised; absent for an anonymous visitor. */
  readonly address?: string;
  /** Canonical facts and every trait sent (`traits.x` is read at `x`). */
  readonly traits: { readonly [trait: string]: Json };
  /** Of each trait; the address is the trait `email`. */
  readonly origins?: Origins;
  readonly tags: readonly string[];
  readonly owner?: string;
  readonly account?: Account;
  readonly stage: StageState;
  readonly disqualified?: { readonly id: string; readonly why: string; readonly at: number };
  readonly consents: readonly Consent[];
  readonly suppressions: readonly Suppression[];
  /** What the person asked for beside all or nothing; by address, like consent. */
  readonly preferences?: Preferences;
  /** Of its address; absent while nothing is known. */
  readonly emailCheck?: EmailCheck;
  readonly events: readonly LeadEvent[];
  readonly counts: { readonly [event: string]: EventCount };
  readonly lastActivityAt?: number;
  readonly lastSeenAt?: number;
  /** The latest handoff only. */
  readonly handoff?: HandoffState;
  /** Every open enrolment, and the latest closed one per journey and `onceKey`. */
  readonly enrolments: readonly EnrolmentState[];
  /** Highest `seq` folded. */
  readonly seq: number;
  readonly dueAt?: number;
  /** Which segments matched at the last decision: `on: segment` fires when one starts to match. */
  readonly segments: readonly string[];
  /** Of the rules that `segments` were judged by; other rules begin with a baseline of their own. */
  readonly segmentsHash?: string;
}

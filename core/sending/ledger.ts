/**
 * The words of the send ledger: what a row can be, and what those who use it tell each other.
 *
 *   planned ─► held(until) ─┐
 *      ▲  └────────────────►├─► claimed(token, lease) ─► transmitting ─► sent | failed | unknown
 *      └────────────────────┴─► skipped(reason)
 *
 * An `unknown` row is settled later: by evidence (whatever is heard of the mail itself proves that it left;
 * a report of a bounce too, since somebody had taken it: `sent`), or by a person, who may have a mail that
 * was not sent go out once more (`planned`). `failed` and `sent` stay as they are. `held` is also a mail that
 * its template keeps from being written. Whose journey ended while it waited is `skipped` (`exited`).
 *
 * `claimed` reserves the room under caps. `transmitting` is committed before a byte goes to the relay,
 * so a crash earlier is safely tried again and only a crash after it is `unknown`. A row is planned again
 * when the relay certainly did not take the mail. Types only: store/ moves rows, activities/ asks.
 */
import type { Lead } from '../facts/lead.ts';
import type { MessageClass } from '../journey/plan.ts';
import type { JsonObject } from '../rules/condition.ts';
import type { CountedSend } from './caps.ts';
import type { PaceRules, PaceView } from './pacing.ts';
import type { Pause, Rival, SendDecision } from './policy.ts';

export type SendState =
  'planned' | 'held' | 'claimed' | 'transmitting' | 'sent' | 'failed' | 'unknown' | 'skipped';

/** What a row says about its mail, whoever it is for. */
export interface SendIdentity {
  /** Derived from the command id. */
  readonly id: string;
  /** enrolmentId/step/visit, or handoffId/step/visit. */
  readonly commandId: string;
  readonly step: string;
  readonly class: MessageClass | 'internal';
  readonly template: string;
  readonly templateHash: string;
  readonly messageId: string;
  readonly releaseId: string;
}
/** Where the run stands after this step: written with the row, in the same statement. */
export interface Progress {
  readonly enrolmentId: string;
  readonly step: string;
  readonly at: number;
  /** When the run is heard of next; null where a date decides. */
  readonly expectedBy: number | null;
  /** The last step: the enrolment is closed as completed. */
  readonly completes: boolean;
  /** A pause keeps the run from going on: what would be done now without it. */
  readonly parked?: Parked;
}
/** Of a run that a pause keeps from acting at `step`; it slept from `from` and was to wake at `until`. */
export interface Parked {
  readonly step: string;
  readonly from: number;
  readonly until: number;
  readonly planned: number;
}

export interface ClaimRequest extends SendIdentity {
  readonly class: MessageClass;
  readonly leadId: string;
  readonly enrolmentId: string;
  readonly journey: string;
  /** A run that has moved to another plan meanwhile sends nothing for this one. */
  readonly planHash: string;
  readonly topic?: string;
  readonly priority: number;
  readonly onlyIfSent?: string;
  readonly now: number;
  /** How far back caps look. */
  readonly horizonMs: number;
  /** Of an earlier claim of this same attempt: its row may be decided anew at once. */
  readonly token?: string;
  /** An `unknown` row may be sent again, at most this often in all. */
  readonly attemptsMax: number;
  /** Today in the zone of the workspace, while a sender is warming up. */
  readonly warmUpDay?: string;
}
/** Read under the lead's lock; the row itself is not among what is counted. */
export interface LedgerView {
  readonly lead: Lead;
  readonly enrolmentOpen: boolean;
  readonly plannedAt: number;
  readonly dueAt: number;
  readonly counted: readonly CountedSend[];
  readonly templateAt?: number;
  readonly earlier?: string;
  readonly rivals: readonly Rival[];
  /** Of the journey, the lead, all, and of every sender. */
  readonly pauses: readonly (Pause & {
    readonly key: string;
    readonly by: string;
    readonly why: string;
  })[];
  readonly pace: PaceView;
}
/** What the caller made of it: the policy's decision, and what follows for the run. */
export interface ClaimVerdict {
  readonly decision: SendDecision;
  readonly progress: Progress;
}
export interface Claimed {
  readonly type: 'claimed';
  readonly token: string;
  readonly address: string;
  readonly lead: Lead;
  /** How often its transmission began before. */
  readonly attempts: number;
  /** Consent rows of the address up to here are part of the decision. */
  readonly consentSeq: number;
  /** When the server began to refuse it, try after try. */
  readonly refusedSince?: number;
}
export type Claim =
  | Claimed
  /** `until` null: for as long as a pause lasts. */
  | { readonly type: 'held'; readonly until: number | null; readonly reason: string }
  /** Settled now or before: nothing is left to do for this command. */
  | {
      readonly type: 'settled';
      readonly state: SendState;
      readonly reason: string | null;
      /** It was written to; the lead may have another one by now. */
      readonly address?: string;
    }
  /** Another attempt holds the row; its lease ends in `leaseMs` by the database's clock. */
  | { readonly type: 'busy'; readonly leaseMs: number };

export interface InternalClaimRequest extends SendIdentity {
  readonly leadId: string;
  readonly handoffId: string | null;
  readonly enrolmentId: string | null;
  readonly address: string;
  readonly now: number;
  readonly attemptsMax: number;
}

export interface TransmitRequest {
  readonly id: string;
  readonly token: string;
  readonly leadId: string;
  readonly enrolmentId: string;
  readonly journey: string;
  readonly sender: string;
  /** Whose mail servers it goes to. */
  readonly receiver: string;
  /** Absent: no rate and no warm-up is to be observed. */
  readonly pace?: PaceRules;
  /** Of the lead at the claim: whatever ingest stored about it since has moved it on. */
  readonly leadSeq: number;
  readonly consentSeq: number;
  readonly subject: string;
  /** Where its tracked links lead that are another for each lead. */
  readonly linkTargets?: { readonly [link: string]: string };
  readonly now: number;
}

export type TransmitStart =
  | { readonly type: 'started' }
  /** Since the claim (token, exit, consent, suppression, address, pause), or there is no room: decide anew. */
  | { readonly type: 'changed' }
  /** It has its turn, in `ms`: ask again then. The row is still claimed. */
  | { readonly type: 'wait'; readonly ms: number };

export interface Settlement {
  readonly id: string;
  readonly token: string;
  /** `planned`: the relay certainly did not take it, and it may be tried again. `held`: it cannot be written. */
  readonly state: 'sent' | 'failed' | 'unknown' | 'planned' | 'held' | 'skipped';
  readonly reason?: string;
  readonly evidence?: JsonObject;
  readonly response?: string;
  readonly at: number;
  /** Of `planned` and `held`: when it is tried next. */
  readonly heldUntil?: number;
  readonly progress?: Progress;
}

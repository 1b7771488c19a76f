/**
 * What ingest decides about one event of one lead, as data.
 *
 * `decide(lead, event, context)` folds one event and returns the lead after it, the decisions with
 * their reasons (stored for ever, shown in explanations) and the effects the shell has to write in the
 * same transaction. Decisions are made once, in `seq` order, and never rewritten.
 */
import type { JourneyMessage } from '../journey/input.ts';
import type { ConsentState } from '../sending/model.ts';
import type { PassingReason } from '../sending/suppression.ts';
import type { MessageClass } from '../journey/plan.ts';
import type { Account, EmailCheck, Lead, SaidBy, Trust, LeadEvent } from '../facts/lead.ts';
import type { JsonObject } from '../rules/condition.ts';

/** An event as it reaches the fold: validated, normalised, its lead resolved. */
export interface IncomingEvent {
  /** UUID; derived from (source, messageId), so a repeat has the same id. */
  readonly id: string;
  readonly source: string;
  readonly messageId: string;
  /** `tick` is the clock as an input, `rules` are other rules: no event is stored for either. */
  readonly type:
    | 'identify'
    | 'track'
    | 'page'
    | 'screen'
    | 'group'
    | 'alias'
    | 'enrol'
    | 'merge'
    | 'tick'
    | 'rules';
  /** Event name; `Page Viewed` for a page call, `` for identify, group, alias, merge and tick. */
  readonly name: string;
  readonly properties: JsonObject;
  /** Traits to merge into the lead. */
  readonly traits: JsonObject;
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  /** Set when the event's traits only fill what is unknown (imports). */
  readonly fillOnly?: boolean;
  /** Who says so: a person unless told. Enrichment never replaces what a person or a list said. */
  readonly by?: SaidBy;
  /** 0 to 1: how sure a provider is. */
  readonly confidence?: number;
  readonly address?: string;
  /** The address that permission is about, where that may be another than the lead's: a key of it. */
  readonly concerns?: string;
  readonly account?: Account;
  readonly occurredAt: number;
  /** The caller's clock when the event was taken in: the `now` of the decision. */
  readonly receivedAt: number;
  readonly trust: Trust;
  /** `enrol`: which journey, asked for by the API, a rejection or an `enter` step. */
  readonly journey?: string;
  /** `enrol` at publishing: by which entry of the journey (`entryKey`) the lead was one already. */
  readonly existing?: string;
  /** A run that this event enters starts no earlier: whoever enters many at once spreads them. */
  readonly startsAt?: number;
  /** Past facts of an import or a demo: never enters a journey nor opens a handoff. */
  readonly historical?: boolean;
  /** `rules`: what is told as the cause; sales hears of the stage reached that way only when asked to. */
  readonly rules?: { readonly cause: string; readonly handOver: boolean };
}

/** The clock and other rules bring no event of their own. */
export function bringsNoEvent({ type }: Pick<IncomingEvent, 'type'>): boolean {
  return type === 'tick' || type === 'rules';
}

export type Decision = { readonly at: number } & (
  | {
      readonly kind: 'score';
      readonly model: string;
      readonly before: ScoreSummary;
      readonly after: ScoreSummary;
      readonly points: readonly {
        readonly rule: string;
        readonly why: string;
        readonly points: number;
      }[];
    }
  | {
      readonly kind: 'stage';
      readonly from: string;
      readonly to: string;
      readonly rule: string;
      readonly why: string;
      readonly cause: string;
      readonly explanation: unknown;
      /** Who set it by hand, and until when rules leave it alone; `quiet`: nobody is told, nothing begins. */
      readonly by?: string;
      readonly until?: number;
      readonly quiet?: true;
    }
  | {
      readonly kind: 'disqualified';
      readonly rule: string;
      readonly why: string;
      readonly holds: boolean;
      readonly explanation: unknown;
    }
  | {
      readonly kind: 'entry';
      readonly journey: string;
      readonly entered: boolean;
      readonly enrolmentId?: string;
      readonly planHash: string;
      /** Why not: `inside`, `again`, `exit-holds`, `no-address`, `too-old`, `disqualified`, `once-per`, `historical`, `suppressed`, `unknown-journey`. */
      readonly because?: string;
      readonly detail?: string;
    }
  | {
      readonly kind: 'exit';
      readonly enrolmentId: string;
      readonly journey: string;
      readonly exit: string;
      readonly goal: boolean;
      readonly why: string;
      readonly explanation: unknown;
    }
  | {
      readonly kind: 'wait';
      readonly enrolmentId: string;
      readonly journey: string;
      readonly step: string;
      readonly arm: string;
    }
  | {
      readonly kind: 'handoff';
      readonly handoffId?: string;
      readonly handoff: string;
      readonly opened: boolean;
      readonly because: string;
    }
  | {
      readonly kind: 'verdict';
      readonly handoffId: string;
      readonly verdict: 'accepted' | 'rejected' | 'closed';
      readonly by: string;
      readonly reason?: string;
    }
  /** What stops mail to the address, or no longer does. */
  | {
      readonly kind: 'suppression';
      readonly holds: boolean;
      readonly scope: 'all' | 'marketing';
      readonly reason: string;
      readonly why: string;
      readonly until?: number;
    }
  /** An answer to an email: what it stopped, and who is told. */
  | {
      readonly kind: 'reply';
      readonly journey?: string;
      readonly template?: string;
      readonly stopped: readonly string[];
      /** Such as `rep:ana`; absent: nobody. */
      readonly to?: string;
      readonly because: 'handoff' | 'owner' | 'no-owner' | 'nobody';
    }
);
export interface ScoreSummary {
  readonly scores: { readonly [score: string]: number | null };
  readonly grade: string;
}

export type Effect =
  | {
      readonly type: 'enrol';
      readonly enrolmentId: string;
      readonly journey: string;
      readonly planHash: string;
      readonly onceKey: string;
      readonly entryNumber: number;
      readonly entry: JsonObject;
      readonly enteredAt: number;
      /** When the run is to act first; null where a date decides. */
      readonly expectedBy: number | null;
    }
  /** Ingest is the one writer of an exit; the message that ends the run goes with it. */
  | {
      readonly type: 'close-enrolment';
      readonly enrolmentId: string;
      readonly journey: string;
      readonly exit: string;
      readonly why: string;
      readonly goal: boolean;
      readonly at: number;
    }
  | {
      readonly type: 'tell-journey';
      readonly enrolmentId: string;
      readonly journey: string;
      readonly message: JourneyMessage;
    }
  | {
      readonly type: 'open-handoff';
      readonly handoffId: string;
      readonly handoff: string;
      readonly routing: string;
      readonly stage: string;
      readonly cause: string;
      readonly openedAt: number;
      /** Skips the rep a rejection came from (`reroute`), or wants the same rep back. */
      readonly avoidRep?: string;
      readonly preferRep?: string;
    }
  /** Compare and set: open → status. Stops the clock of the handoff workflow. */
  | {
      readonly type: 'settle-handoff';
      readonly handoffId: string;
      readonly status: 'accepted' | 'rejected' | 'closed';
      readonly by: string;
      readonly reason?: string;
      readonly detail?: JsonObject;
      readonly at: number;
      /** Whoever has it is written to: it lost its point. */
      readonly tell?: true;
    }
  /** A verdict on the address of the lead. */
  | {
      readonly type: 'email-check';
      readonly status: EmailCheck['status'];
      readonly reason: string;
      readonly by: string;
      readonly at: number;
      /** Whether it is looked at again by itself. */
      readonly again: boolean;
    }
  /** A verdict on an earlier event: its row is trusted otherwise from now on. */
  | {
      readonly type: 'judge-event';
      readonly eventId: string;
      readonly trust: Trust;
      readonly before: LeadEvent;
    }
  /** A cause while a handoff is open: the owner is told, nobody gets a second one. */
  | {
      readonly type: 'tell-handoff';
      readonly handoffId: string;
      /** Where it is the handoff of somebody else of the account: whom the news is about. */
      readonly about?: string;
      readonly cause: string;
      readonly at: number;
    }
  | {
      readonly type: 'consent';
      /** Absent: the lead's. */
      readonly address?: string;
      readonly class: MessageClass;
      readonly topic?: string;
      readonly state: ConsentState;
      readonly basis: string;
      readonly text?: string;
      readonly evidence?: string;
      readonly at: number;
    }
  | {
      readonly type: 'suppress';
      /** Absent: the lead's. */
      readonly address?: string;
      readonly scope: 'all' | 'marketing';
      readonly reason: string;
      readonly at: number;
      /** Of one that ends by itself. */
      readonly until?: number;
    }
  /** What the person prefers beside consent; what is absent stays as it is. */
  | {
      readonly type: 'preferences';
      /** Absent: the lead's. */
      readonly address?: string;
      readonly fewer?: boolean;
      readonly tracking?: boolean;
      readonly at: number;
    }
  /** The person asked for marketing again after an unsubscribe; a dead address stays dead. */
  | {
      readonly type: 'lift-suppression';
      readonly scope: 'all' | 'marketing';
      /** Only a passing one of this reason; absent: whatever began before `at`. */
      readonly reason?: PassingReason;
      readonly at: number;
      readonly address?: string;
    }
  /** The person is away: nothing but transactional mail is due meanwhile. Never makes a pause shorter. */
  | {
      readonly type: 'pause-lead';
      readonly from: number;
      readonly until: number;
      readonly why: string;
    }
  /** Somebody of ours is written to, because the lead answered an email. */
  | {
      readonly type: 'tell-rep';
      readonly to: string;
      /** Journeys that the answer ended. */
      readonly stopped: readonly string[];
      readonly at: number;
    };

export interface Decided {
  readonly lead: Lead;
  readonly decisions: readonly Decision[];
  readonly effects: readonly Effect[];
}

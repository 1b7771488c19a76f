/** `rules/sending.json`, parsed: when, how often and to whom the workspace may write. */
import type { Condition } from '../rules/condition.ts';
import type { MessageClass } from '../journey/plan.ts';

/** Ordered from strictest; what a file requires of a person. */
export type ConsentRequirement =
  'never' | 'double-opt-in' | 'opt-in' | 'legitimate-interest' | 'opt-out';
/** What a person gave. */
export type ConsentState = 'none' | 'refused' | 'opt-in' | 'double-opt-in';

export interface Cap {
  readonly id: string;
  readonly class: MessageClass;
  readonly max: number;
  /** `day` is the calendar day in the lead's zone; a number of days is rolling. */
  readonly per: { readonly type: 'day' } | { readonly type: 'rolling'; readonly ms: number };
}
export interface ConsentRule {
  readonly id: string;
  readonly why: string;
  readonly if?: Condition;
  readonly marketing: ConsentRequirement;
  readonly outbound: ConsentRequirement;
  /** A consent as old as this counts as if it had not been given. Absent: it never ages. */
  readonly expiresAfterMs?: number;
}
/** What those get who asked for fewer emails: a cap over everything that is not transactional. */
export interface FewerCap {
  readonly title: string;
  readonly max: number;
  readonly per: Cap['per'];
}
/** What is learned from links in emails. */
export interface TrackingPolicy {
  readonly clicks: boolean;
  readonly opens: boolean;
  /** Of transactional emails as well. */
  readonly transactional: boolean;
  /** Added to links without UTM parameters of their own, tracked or not. */
  readonly utm?: UtmDefaults;
}
export interface UtmDefaults {
  readonly source: string;
  readonly medium: string;
  /** Only links to these domains and below them; any, when left out. */
  readonly domains?: readonly string[];
}
/** At most so many mails to these receivers in a time, evenly: one every `perMs / max`. */
export interface Rate {
  /** Its name in explanations, and in the ledger, where its turns are counted. */
  readonly id: string;
  /** Domains, groups of core/sending/receiver.ts, or "*": everybody whom no other rate names. */
  readonly to: readonly string[];
  readonly max: number;
  readonly perMs: number;
}
/** A sender that receivers do not know yet: at most so many mails on each day of the plan. */
export interface WarmUp {
  /** Absent: the workspace's own. */
  readonly sender?: string;
  /** ISO date of the first day. */
  readonly from: string;
  readonly perDay: readonly number[];
}
export interface SendingPolicy {
  readonly from: { readonly name: string; readonly email: string };
  readonly postalAddress: string;
  readonly zoneIfUnknown: string;
  readonly topics: readonly { readonly id: string; readonly title: string }[];
  readonly caps: readonly Cap[];
  /** In force for a lead whose preference is `fewer`, beside the caps. */
  readonly fewer?: FewerCap;
  readonly quiet?: { readonly from: string; readonly to: string; readonly zone: string };
  /** Country code → ISO dates. */
  readonly holidays: { readonly [country: string]: readonly string[] };
  readonly spreadMs: number;
  readonly consent: readonly ConsentRule[];
  readonly uncertainSend: 'park' | 'resend';
  readonly replies?: ReplyRules;
  readonly sunset?: SunsetRule;
  readonly stopWhen?: {
    readonly hardBounceRate: number;
    readonly complaintRate: number;
    readonly overMs: number;
    readonly atLeast: number;
  };
  readonly rates?: readonly Rate[];
  readonly warmUp?: readonly WarmUp[];
  readonly tracking?: TrackingPolicy;
}

/** What an answer to an email stops, and who hears of it. */
export interface ReplyRules {
  /** The journey whose email was answered, every journey of marketing or outbound mail, or none. */
  readonly stop: 'journey' | 'all-marketing' | 'nothing';
  readonly tell: 'owner' | 'nobody';
  /** Where nobody owns the lead; such as `queue:inbox`. */
  readonly ifNoOwner?: string;
}
/** After so many mails, and so long without a sign of life, marketing ends until there is one. */
export interface SunsetRule {
  readonly afterMs: number;
  readonly emails: number;
}

/** The closed list: a send that does not happen ends in exactly one of these. */
export const skipReasons = [
  'suppressed',
  'no-consent',
  'capped',
  'quiet-hours',
  'outside-window',
  'too-late',
  'off-interest',
  'missing-variable',
  'invalid-email',
  'no-address',
  'duplicate',
  'journey-paused',
  'sender-paused',
  'exited',
  'earlier-not-sent',
  'disqualified',
] as const;
export type SkipReason = (typeof skipReasons)[number];

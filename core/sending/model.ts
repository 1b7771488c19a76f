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
}
export interface SendingPolicy {
  readonly from: { readonly name: string; readonly email: string };
  readonly postalAddress: string;
  readonly zoneIfUnknown: string;
  readonly topics: readonly { readonly id: string; readonly title: string }[];
  readonly caps: readonly Cap[];
  readonly quiet?: { readonly from: string; readonly to: string; readonly zone: string };
  /** Country code → ISO dates. */
  readonly holidays: { readonly [country: string]: readonly string[] };
  readonly spreadMs: number;
  readonly consent: readonly ConsentRule[];
  readonly uncertainSend: 'park' | 'resend';
  readonly stopWhen?: {
    readonly hardBounceRate: number;
    readonly complaintRate: number;
    readonly overMs: number;
    readonly atLeast: number;
  };
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

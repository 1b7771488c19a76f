/**
 * What a final refusal means: the address is dead, this mailbox cannot take this mail, or somebody
 * objects to us. One table for the answers our relay gets (`mail/smtp-error.ts`) and for the reports
 * that come back later, so that the same words never mean two things.
 *
 * The enhanced code (RFC 3463) decides where it says something; many servers say 5.0.0 or nothing and
 * put it into words. In doubt it is the mailbox: an address is never given up on a guess.
 */
import type { BounceKind } from './feedback.ts';

/** Whose trouble it is: the address, this mailbox, our standing, the moment, our settings, the way there. */
export type RefusalClass = FinalClass | 'transient' | 'config' | 'infra';
type FinalClass = 'address' | 'mailbox' | 'policy';

interface Refusal {
  /** `5.1.1`; missing where the server gave none. */
  readonly status?: string;
  readonly text: string;
  /** The words are an answer about the recipient, so "no such user" may be believed. */
  readonly aboutRecipient: boolean;
}

export function bounceKind(refusal: Refusal): BounceKind {
  return kinds[refusalClass(refusal)];
}

export function refusalClass({ status, text, aboutRecipient }: Refusal): FinalClass {
  const coded = status === undefined ? undefined : byStatus(status, text);
  if (coded !== undefined) return coded;
  if (policyWords.test(text)) return 'policy';
  return aboutRecipient && noSuchMailboxWords.test(text) ? 'address' : 'mailbox';
}

/** `transient`: a mail that was given up after days of trying came back too. */
const kinds = {
  address: 'hard',
  mailbox: 'soft',
  transient: 'soft',
  policy: 'sender',
} as const satisfies { readonly [kind in RefusalClass]?: BounceKind };

/** Of a mail that ended as `failed`, by the reason in the ledger; undefined: it was no bounce. */
export function bounceKindOf(reason: string): BounceKind | undefined {
  return Object.entries(kinds).find(([known]) => known === reason)?.[1];
}

/** Words by which servers say "you", not "this mailbox", when they send no enhanced code. */
const policyWords =
  /spam|blocked|blacklist|blocklist|reputation|policy|dmarc|dkim|\bspf\b|not permitted|relay|unauthenticated|listed/i;
const noSuchMailboxWords =
  /no such (?:user|mailbox|recipient|address)|user (?:unknown|not found)|(?:unknown|invalid) (?:user|recipient|mailbox)|(?:does not|doesn't) exist|(?:isn't|is not) a (?:known|valid) (?:user|mailbox)|no mailbox here by that name|mailbox (?:not found|unavailable)|recipient (?:not found|unknown)|account (?:has been )?(?:disabled|closed)/i;
/** Gmail says 5.2.1 also of a mailbox that is only busy. */
const busyWords = /receiving (?:mail|e-?mail|messages) (?:at a rate|too quickly)/i;

/** The middle number is the subject. Undefined: it says nothing, and the words decide. */
function byStatus(status: string, text: string): FinalClass | undefined {
  const [, subject, detail] = status.split('.').map(Number);
  switch (subject) {
    case 7:
      return 'policy';
    case 1:
      // 5.1.7 and 5.1.8 speak of the sender's address; 5.1.0 does not say whose it is.
      if (detail === 0) return undefined;
      return detail === 7 || detail === 8 ? 'policy' : 'address';
    case 2:
      return detail === 1 && !busyWords.test(text) ? 'address' : 'mailbox';
    case 0:
      return undefined;
    case 5:
      return detail === 0 ? undefined : 'mailbox';
    default:
      return 'mailbox';
  }
}

/**
 * What is heard of an email after it was handed over, in one vocabulary: whoever says it (our relay's
 * answer, a delivery report, a complaint, a reply, a provider's webhook, a click) says one of these.
 *
 * Adapters make them, `events.ts` turns each into one event of the lead. Nothing here decides what
 * follows from it. It names the mail by its ledger row, never a person.
 */
import type { Trust } from '../facts/lead.ts';

export type FeedbackSource =
  'smtp' | 'dsn' | 'arf' | 'inbound' | 'link' | 'operator' | `webhook:${string}`;

/**
 * Whose fault a bounce is. `hard`: the address is dead. `soft`: this mailbox, this time. `sender`: ours
 * (policy, content, reputation), which says nothing about the lead.
 */
export type BounceKind = 'hard' | 'soft' | 'sender';

/** `stop`: the person asked to be left alone. */
export type ReplyKind = 'reply' | 'stop';

export type FeedbackAbout =
  | { readonly type: 'delivered' }
  /** The receiver has not taken it yet; it is still being tried. */
  | { readonly type: 'deferred'; readonly status?: string; readonly detail: string }
  | {
      readonly type: 'bounced';
      readonly kind: BounceKind;
      /** Enhanced status code (RFC 3463), `5.1.1`. */
      readonly status?: string;
      /** What the server said, shortened; without the address. */
      readonly detail: string;
    }
  | { readonly type: 'complained' }
  | {
      readonly type: 'replied';
      readonly reply: ReplyKind;
      /** The first words, without what was quoted. */
      readonly excerpt?: string;
    }
  /** `until`: when they are back, where the text says so plainly. */
  | { readonly type: 'auto-replied'; readonly until?: number }
  | { readonly type: 'unsubscribed' }
  | { readonly type: 'opened'; readonly trust: Trust; readonly because?: string }
  | {
      readonly type: 'clicked';
      readonly trust: Trust;
      readonly because?: string;
      readonly url?: string;
      readonly link?: string;
    };

export type Feedback = {
  /** Id of the ledger row (`send.id`). */
  readonly send: string;
  /** When it happened, as its source says; epoch milliseconds. */
  readonly at: number;
  readonly source: FeedbackSource;
  /** Unique per source: makes a repeat harmless. */
  readonly key: string;
} & FeedbackAbout;

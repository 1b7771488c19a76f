/**
 * The port for mail providers that tell by webhook what became of an email. One file per provider makes
 * one of these; `docs/feedback.md` walks through adding another. An adapter checks who speaks and
 * translates words: it stores nothing, asks nobody, and decides nothing about leads.
 */
import type { Feedback } from '../../core/feedback/feedback.ts';

export interface WebhookRequest {
  /** By name, in any case. */
  readonly header: (name: string) => string | undefined;
  /** The bytes as they came: signatures are over them, not over what was parsed. */
  readonly raw: Buffer;
  readonly now: number;
}

export type Verified = { readonly ok: true } | { readonly ok: false; readonly problem: string };

export interface WebhookReading {
  readonly feedback: readonly Feedback[];
  /** Events without meaning for us, or of mail that is not ours. */
  readonly ignored: number;
}

export interface FeedbackProvider {
  /** In the path: `POST /v1/feedback/<name>`. */
  readonly name: string;
  /** Before anything else; what does not pass is never parsed. */
  readonly verify: (request: WebhookRequest) => Verified;
  /** Throws a `SyntaxError` where the body is not what the provider documents. */
  readonly read: (request: WebhookRequest) => WebhookReading;
}

/** A recorded request is good for this long, here and in most providers' own examples. */
export const replayWindowMs = 5 * 60_000;

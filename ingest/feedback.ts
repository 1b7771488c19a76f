/**
 * Takes in what was heard of emails: one event of the lead for each, and the fate of a ledger row that
 * was unknown until then. Everything that hears (SMTP receiver, webhooks, tracking links) ends here.
 *
 * Saying the same twice changes nothing, and half of a call that died may be said again as a whole.
 * What names no email of ours is counted and forgotten: a stranger must not be able to make us retry.
 */
import { feedbackEvent } from '../core/feedback/events.ts';
import type { Feedback } from '../core/feedback/feedback.ts';
import { serverWords } from '../core/feedback/said.ts';
import type { Sql } from '../store/client.ts';
import { findFeedbackSends, keepInternalBounce, type FeedbackSend } from '../store/feedback.ts';
import { noteFeedback } from '../store/receptions.ts';
import { settleByEvidence } from '../store/settlements.ts';
import { eventAbout, type IngestAnswer, type IngestRequest } from './request.ts';

export interface FeedbackDeps {
  readonly sql: Sql;
  readonly ingest: (requests: readonly IngestRequest[]) => Promise<readonly IngestAnswer[]>;
  readonly clock: () => number;
}

export interface FeedbackOutcome {
  /** Events, new or known before. */
  readonly recorded: number;
  /** About emails to reps. */
  readonly internal: number;
  /** About emails that are not, or no longer, ours. */
  readonly unknown: number;
}

/** Resolves when all of it is committed. */
export async function recordFeedback(
  deps: FeedbackDeps,
  heard: readonly Feedback[],
): Promise<FeedbackOutcome> {
  if (heard.length === 0) return { recorded: 0, internal: 0, unknown: 0 };
  const sends = await findFeedbackSends(
    deps.sql,
    heard.map(({ send }) => send),
  );
  const known = heard.flatMap((feedback) => {
    const send = sends.get(feedback.send);
    return send === undefined ? [] : [{ feedback, send }];
  });
  const ofReps = known.filter(({ send }) => send.class === 'internal');
  const ofLeads = known.filter(({ send }) => send.class !== 'internal');
  const now = deps.clock();
  if (ofLeads.length > 0) {
    await deps.ingest(ofLeads.map(({ send, feedback }) => requestOf(send, feedback, now)));
  }
  for (const { send, feedback } of ofReps) await keepOfRep(deps.sql, send, feedback);
  for (const { send, feedback } of known) await settle(deps.sql, send, feedback);
  for (const { feedback } of ofLeads) await note(deps.sql, feedback);
  return {
    recorded: ofLeads.length,
    internal: ofReps.length,
    unknown: heard.length - known.length,
  };
}

function requestOf(send: FeedbackSend, feedback: Feedback, now: number): IngestRequest {
  const { properties, ...said } = feedbackEvent(send, feedback);
  const occurredAt = Math.min(feedback.at, now);
  const own = { ...said, now, occurredAt };
  const { leadId, address } = send;
  switch (feedback.type) {
    case 'unsubscribed':
      return eventAbout(
        { leadId },
        { ...own, properties: { ...properties, address }, concerns: address },
      );
    // Of the address that was written to, which may not be the lead's any more.
    case 'bounced':
      return eventAbout(
        { leadId },
        { ...own, properties: { ...properties, address }, concerns: address },
      );
    case 'complained':
      return eventAbout({ leadId }, { ...own, properties, concerns: address });
    case 'delivered':
    case 'deferred':
    case 'replied':
    case 'auto-replied':
    case 'opened':
    case 'clicked':
      return eventAbout({ leadId }, { ...own, properties });
  }
}

/** A rep's dead mailbox is for an operator; it says nothing about the lead of that email. */
async function keepOfRep(sql: Sql, { send }: FeedbackSend, feedback: Feedback): Promise<void> {
  if (feedback.type !== 'bounced') return;
  const { kind, detail, at } = feedback;
  await keepInternalBounce(sql, { send, kind, detail: serverWords(detail), at });
}

/** On the row of the email, where the circuit breaker and the page about sending count it. */
async function note(sql: Sql, feedback: Feedback): Promise<void> {
  const { send, at, type } = feedback;
  switch (type) {
    case 'delivered':
    case 'complained':
      return noteFeedback(sql, { send, at, type });
    case 'bounced':
      return noteFeedback(sql, {
        ...{ send, at, type, kind: feedback.kind },
        said: serverWords(feedback.detail),
      });
    default:
      return;
  }
}

async function settle(sql: Sql, { send, state }: FeedbackSend, feedback: Feedback): Promise<void> {
  if (state === 'sent' || state === 'failed' || state === 'skipped') return;
  await settleByEvidence(sql, { sendId: send, evidence: feedback });
}

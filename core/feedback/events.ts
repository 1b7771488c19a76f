/**
 * Feedback as the event of a lead: its name, its properties, and a message id that makes a repeat
 * harmless. Whoever hears of a mail (our relay's answer, a report, a webhook) says the same event by it,
 * so that a refusal at the door and a report of it an hour later are one bounce.
 */
import { createHash } from 'node:crypto';
import type { Trust } from '../facts/lead.ts';
import type { JsonObject } from '../rules/condition.ts';
import type { BounceKind, Feedback, FeedbackAbout } from './feedback.ts';
import { serverWords, storable } from './said.ts';

/** Of the ledger row, what an event says about its mail. */
export interface MailOfFeedback {
  readonly send: string;
  readonly commandId: string;
  readonly journey: string | null;
  readonly step: string;
  readonly template: string;
}

export interface FeedbackEvent {
  readonly source: string;
  readonly messageId: string;
  readonly name: string;
  readonly properties: JsonObject;
  readonly trust: Trust;
}

export function feedbackEvent(mail: MailOfFeedback, feedback: Feedback): FeedbackEvent {
  const { commandId } = mail;
  const about = aboutMail(mail);
  if (feedback.type === 'unsubscribed') {
    const evidence = `${evidenceOf[feedback.source] ?? feedback.source} of ${commandId}`;
    const properties = { class: 'marketing', evidence };
    // The same act as pressing the button behind the link in that mail.
    const said = { source: 'unsubscribe', messageId: commandId, name: 'Consent Withdrawn' };
    return { ...said, properties, trust: 'human' };
  }
  return {
    source: 'mail',
    messageId: messageIdOf(commandId, feedback),
    name: names[feedback.type],
    properties: { ...about, ...detailsOf(feedback) },
    trust: feedback.type === 'opened' || feedback.type === 'clicked' ? feedback.trust : 'human',
  };
}

/** What every event about a mail says of it. */
export function aboutMail({
  journey,
  step,
  template,
  send,
}: Omit<MailOfFeedback, 'commandId'>): JsonObject {
  return { ...(journey === null ? {} : { journey }), step, template, send };
}

const evidenceOf: { readonly [source: string]: string } = { inbound: 'unsubscribe mail' };

const names: Readonly<Record<Exclude<FeedbackAbout['type'], 'unsubscribed'>, string>> = {
  delivered: 'Email Delivered',
  deferred: 'Email Deferred',
  bounced: 'Email Bounced',
  complained: 'Email Complained',
  replied: 'Email Replied',
  'auto-replied': 'Email Auto Replied',
  opened: 'Email Opened',
  clicked: 'Email Clicked',
};

function messageIdOf(commandId: string, feedback: Feedback): string {
  if (feedback.type === 'bounced') return bounceMessageId(commandId, feedback.kind);
  if (feedback.type === 'deferred') return deferredMessageId(commandId);
  return `${commandId}/${lastPartOf(feedback)}`;
}

/** One event per kind: a vague report first and a clear one later are two, the same twice is one. */
export function bounceMessageId(commandId: string, kind: BounceKind): string {
  return `${commandId}/bounced/${kind}`;
}

/** However often it is refused for now, and whoever says so. */
export function deferredMessageId(commandId: string): string {
  return `${commandId}/deferred`;
}

/** A mail is delivered, called spam or bounces in one way once; it may be answered and read often. */
function lastPartOf(
  feedback: Exclude<Feedback, { readonly type: 'bounced' | 'deferred' }>,
): string {
  const { type, source, key } = feedback;
  switch (type) {
    case 'delivered':
    case 'complained':
    case 'unsubscribed':
      return type;
    case 'replied':
    case 'auto-replied':
    case 'opened':
    case 'clicked':
      // Keys may be Message-IDs of other people's servers: they are compared, never kept.
      return `${type}/${createHash('sha256').update(`${source}:${key}`).digest('hex').slice(0, 16)}`;
  }
}

function detailsOf(feedback: Feedback): JsonObject {
  switch (feedback.type) {
    case 'deferred': {
      const { status, detail } = feedback;
      return defined({ status, detail: serverWords(detail) });
    }
    case 'bounced': {
      const { kind, status, detail } = feedback;
      return defined({ kind, status, detail: serverWords(detail) });
    }
    case 'replied': {
      const { reply, excerpt } = feedback;
      return defined({ reply, excerpt });
    }
    case 'auto-replied':
      return feedback.until === undefined ? {} : { until: new Date(feedback.until).toISOString() };
    case 'opened':
      return defined({ because: feedback.because });
    case 'clicked': {
      const { because, url, link } = feedback;
      return defined({ because, url, link });
    }
    case 'delivered':
    case 'complained':
    case 'unsubscribed':
      return {};
  }
}

function defined(properties: { readonly [name: string]: string | undefined }): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, storable(value)]],
    ),
  );
}

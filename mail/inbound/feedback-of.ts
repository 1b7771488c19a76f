/**
 * What a mail that came in says about one of ours, in the shared vocabulary. What the mail is decides,
 * not the address it came to: bounces are sent to reply addresses too, and some vacation programs
 * answer the bounce address. Pure; who may speak was settled by the signed address before.
 */
import { absenceUntil } from '../../core/feedback/absence.ts';
import type { Feedback, FeedbackAbout, FeedbackSource } from '../../core/feedback/feedback.ts';
import { excerptOf, ownWords, replyKind } from '../../core/feedback/own-words.ts';
import type { ReturnPurpose } from '../return-address.ts';
import { isAutoReply } from './auto-reply.ts';
import { readComplaint } from './complaint.ts';
import { readDeliveryReport } from './delivery-report.ts';
import type { InboundMail } from './inbound-mail.ts';

export interface InboundContext {
  /** The ledger row that the address named. */
  readonly send: string;
  readonly purpose: ReturnPurpose;
  /** Whom that email was written to. */
  readonly address?: string;
  readonly receivedAt: number;
  /** Of the bytes: the key of a mail that has no Message-ID. */
  readonly digest: string;
}

export type InboundReading =
  | { readonly type: 'feedback'; readonly feedback: Feedback }
  | { readonly type: 'nothing'; readonly because: string };

export function feedbackOf(mail: InboundMail, context: InboundContext): InboundReading {
  const complaint = readComplaint(mail);
  switch (complaint?.type) {
    case 'complaint':
      return heard(mail, context, 'arf', { type: 'complained' });
    case 'opt-out':
      return heard(mail, context, 'arf', { type: 'unsubscribed' });
    case 'other':
      return { type: 'nothing', because: `a report of "${complaint.word}" is no complaint` };
    case undefined:
  }
  const report = readDeliveryReport(mail, context.address);
  if (report === null) return { type: 'nothing', because: 'relayed to where no reports come from' };
  if (report !== undefined) return heard(mail, context, 'dsn', report);
  if (mail.parts.some(({ type }) => type === 'message/disposition-notification')) {
    return { type: 'nothing', because: 'a read receipt' };
  }
  // Mail programs write it by themselves and say so; the wish is the person's.
  if (context.purpose === 'unsubscribe') {
    return heard(mail, context, 'inbound', { type: 'unsubscribed' });
  }
  return heard(mail, context, 'inbound', isAutoReply(mail) ? absence(mail, context) : reply(mail));
}

function absence(mail: InboundMail, { receivedAt }: InboundContext): FeedbackAbout {
  const words = `${mail.subject}\n${ownWords(mail.text)}`;
  const until = absenceUntil(words, mail.sentAt ?? receivedAt);
  return { type: 'auto-replied', ...(until === undefined ? {} : { until }) };
}

function reply(mail: InboundMail): FeedbackAbout {
  const own = ownWords(mail.text);
  const excerpt = excerptOf(own);
  const kind = replyKind(own, mail.subject);
  return { type: 'replied', reply: kind, ...(excerpt === undefined ? {} : { excerpt }) };
}

/** By our clock: that of the writer may be wrong, and what is far in the past would count for little. */
function heard(
  mail: InboundMail,
  { send, receivedAt, digest }: InboundContext,
  source: FeedbackSource,
  about: FeedbackAbout,
): InboundReading {
  const key = mail.messageId ?? digest;
  return { type: 'feedback', feedback: { send, at: receivedAt, source, key, ...about } };
}

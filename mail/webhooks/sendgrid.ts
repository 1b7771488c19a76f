/**
 * SendGrid's signed event webhook in our words. Chosen as the first provider because its signature
 * covers time stamp and body (ECDSA P-256, checked without asking anybody), a request carries a batch,
 * and each event has an id of its own. Its words: https://www.twilio.com/docs/sendgrid (Event Webhook).
 *
 * Mails are found by an argument we send along, else by our Message-ID. Opens and clicks that it counts
 * itself never count as a person's.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { bounceKind } from '../../core/feedback/classify.ts';
import { sendId } from '../../core/decision/ids.ts';
import type { Feedback, FeedbackAbout } from '../../core/feedback/feedback.ts';
import { ledgerIdOf, type MessageHeaders } from '../headers.ts';
import {
  replayWindowMs,
  type FeedbackProvider,
  type Verified,
  type WebhookReading,
  type WebhookRequest,
} from './provider.ts';

const argument = 'perennial_send';

/** Makes every event name the ledger row. */
export function sendGridHeaders(send: string): MessageHeaders {
  return { 'X-SMTPAPI': JSON.stringify({ unique_args: { [argument]: send } }) };
}

/** `verificationKey`: of the webhook's settings page, a public key as base64 of its DER form. */
export function createSendGrid(verificationKey: string): FeedbackProvider {
  const key = createPublicKey({
    key: Buffer.from(verificationKey, 'base64'),
    format: 'der',
    type: 'spki',
  });
  return { name: 'sendgrid', verify: (request) => verifySigned(key, request), read: readEvents };
}

function verifySigned(key: KeyObject, { header, raw, now }: WebhookRequest): Verified {
  const signature = header('x-twilio-email-event-webhook-signature') ?? '';
  const timestamp = header('x-twilio-email-event-webhook-timestamp') ?? '';
  if (signature === '' || !/^\d{9,11}$/.test(timestamp)) return refused('it is not signed');
  const signed = Buffer.concat([Buffer.from(timestamp), raw]);
  const given = Buffer.from(signature, 'base64');
  if (!verify('sha256', signed, { key, dsaEncoding: 'der' }, given)) {
    return refused('its signature is wrong');
  }
  // After the signature: a time stamp that nobody signed says nothing.
  const ageMs = Math.abs(now - Number(timestamp) * 1_000);
  return ageMs <= replayWindowMs ? { ok: true } : refused('it was signed more than 5 minutes ago');
}

function refused(problem: string): Verified {
  return { ok: false, problem };
}

type Event = { readonly [field: string]: unknown };

function readEvents({ raw, now }: WebhookRequest): WebhookReading {
  const body: unknown = JSON.parse(raw.toString('utf8'));
  if (!Array.isArray(body)) throw new SyntaxError('expected an array of events');
  const feedback = body.flatMap((event: unknown) => {
    const read = isObject(event) ? feedbackOf(event, now) : undefined;
    return read === undefined ? [] : [read];
  });
  return { feedback, ignored: body.length - feedback.length };
}

function feedbackOf(event: Event, now: number): Feedback | undefined {
  const about = aboutOf(event);
  const send = sendOf(event);
  const key = textOf(event['sg_event_id']);
  if (about === undefined || send === undefined || key === '') return undefined;
  const told = Number(event['timestamp']) * 1_000;
  const at = Number.isFinite(told) && told > 0 ? Math.min(told, now) : now;
  return { send, at, source: 'webhook:sendgrid', key, ...about };
}

function sendOf(event: Event): string | undefined {
  const named = textOf(event[argument]);
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(named)) return named;
  const messageId = textOf(event['smtp-id']);
  const [, domain = ''] = /@([^@>]+)>$/.exec(messageId) ?? [];
  const commandId = ledgerIdOf(messageId, domain);
  return commandId === undefined ? undefined : sendId(commandId);
}

function aboutOf(event: Event): FeedbackAbout | undefined {
  const detail = textOf(event['reason']) || textOf(event['response']);
  const status = /^[245]\.\d{1,3}\.\d{1,3}$/.exec(textOf(event['status']))?.[0];
  const coded = { detail, ...(status === undefined ? {} : { status }) };
  switch (event['event']) {
    case 'delivered':
      return { type: 'delivered' };
    case 'deferred':
      return { type: 'deferred', ...coded };
    case 'bounce':
      return { type: 'bounced', kind: kindOf(event, detail, status), ...coded };
    case 'dropped':
      return droppedOf(detail);
    case 'spamreport':
      return { type: 'complained' };
    case 'unsubscribe':
    case 'group_unsubscribe':
      return { type: 'unsubscribed' };
    case 'open':
      return event['sg_machine_open'] === true
        ? { type: 'opened', trust: 'likely-robot', because: 'machine-open' }
        : { type: 'opened', trust: 'unknown', because: 'counted-by-provider' };
    case 'click': {
      const url = textOf(event['url']);
      const because = 'counted-by-provider';
      return { type: 'clicked', trust: 'unknown', because, ...(url === '' ? {} : { url }) };
    }
    // `processed` says what we know; leaving a group again is no consent that we could prove.
    default:
      return undefined;
  }
}

/** Its own classes say more than many servers' codes do. */
function kindOf(event: Event, detail: string, status: string | undefined) {
  switch (textOf(event['bounce_classification']).toLowerCase()) {
    case 'content':
    case 'reputation':
    case 'frequency or volume too high':
      return 'sender';
    case 'technical':
    case 'mailbox unavailable':
    case 'technical failure':
      return softly(detail, status);
    default:
      // `blocked`: refused this time; the provider itself keeps sending to that address.
      return event['type'] === 'blocked' ? softly(detail, status) : kindByWords(detail, status);
  }
}

function kindByWords(detail: string, status: string | undefined) {
  const coded = status === undefined ? {} : { status };
  return bounceKind({ ...coded, text: detail, aboutRecipient: true });
}

function softly(detail: string, status: string | undefined) {
  return kindByWords(detail, status) === 'sender' ? 'sender' : 'soft';
}

/** Never handed over: the provider remembers the address from an earlier mail, perhaps of another sender. */
function droppedOf(reason: string): FeedbackAbout {
  if (/unsubscribed/i.test(reason)) return { type: 'unsubscribed' };
  if (/spam report/i.test(reason)) return { type: 'complained' };
  const isDead = /bounced address|invalid/i.test(reason) && !/header/i.test(reason);
  return { type: 'bounced', kind: isDead ? 'hard' : 'sender', detail: `dropped: ${reason}` };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: unknown): value is Event {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

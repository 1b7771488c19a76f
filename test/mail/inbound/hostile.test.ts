/**
 * Whoever has one mail of ours can send anything to its addresses. Each of these once kept the process
 * busy for minutes, because work grew with the square of what was sent.
 */
import { expect, test } from 'vitest';
import { feedbackEvent } from '../../../core/feedback/events.ts';
import { feedbackOf } from '../../../mail/inbound/feedback-of.ts';
import { readInbound } from '../../../mail/inbound/inbound-mail.ts';

const characters = 500_000;
const from = 'From: ana@nordwind.example\r\n';

const report = (fields: string): string =>
  [
    `${from}Content-Type: multipart/report; report-type=delivery-status; boundary=b`,
    '\r\n--b\r\nContent-Type: message/delivery-status',
    `\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.0.0\r\n${fields}\r\n--b--\r\n`,
  ].join('\r\n');

test.each([
  ['what a server said', report(`Diagnostic-Code: smtp; ${'x'.repeat(characters)}`)],
  ['a recipient without @', report(`Final-Recipient: rfc822; ${'x'.repeat(characters)}`)],
  ['nested markup', `${from}Content-Type: text/html\r\n\r\n${'<div>'.repeat(characters / 5)}`],
  ['a group of groups', `From: ${'a:'.repeat(characters / 2)}\r\n\r\nHello`],
])('%s without end is read, or refused, at once', async (_what, raw) => {
  const startedAt = performance.now();
  const mail = await readInbound(Buffer.from(raw), 'ana@nordwind.example').catch(() => undefined);
  if (mail !== undefined) {
    const send = '019a8f3e-5b1c-5d2e-8f00-0123456789ab';
    const context = { send, purpose: 'bounce', receivedAt: 0, digest: 'digest' } as const;
    const reading = feedbackOf(mail, context);
    if (reading.type !== 'feedback') throw new Error(`nothing was heard: ${reading.because}`);
    const ours = { send, commandId: 'run/welcome/1', journey: null };
    const event = feedbackEvent({ ...ours, step: 'welcome', template: 'x' }, reading.feedback);
    expect(JSON.stringify(event.properties).length).toBeLessThan(1_000);
  }
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

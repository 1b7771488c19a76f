import { describe, expect, test } from 'vitest';
import { feedbackOf, type InboundContext } from '../../../mail/inbound/feedback-of.ts';
import { readInbound } from '../../../mail/inbound/inbound-mail.ts';
import * as samples from './samples.ts';

const context: InboundContext = {
  send: '019a8f3e-5b1c-5d2e-8f00-0123456789ab',
  purpose: 'bounce',
  address: 'ana@nordwind.example',
  receivedAt: Date.parse('2026-12-21T10:00:00Z'),
  digest: 'digest',
};

async function check(
  raw: Buffer,
  over: Partial<InboundContext> & { readonly from?: string } = {},
): Promise<object> {
  const { from = '', ...changes } = over;
  const reading = feedbackOf(await readInbound(raw, from), { ...context, ...changes });
  if (reading.type === 'nothing') return { nothing: reading.because };
  const { send: _send, at: _at, key: _key, ...told } = reading.feedback;
  return told;
}

describe('bounces and delays', () => {
  test.each([
    ['Postfix: unknown user', samples.postfixUnknown, { kind: 'hard', status: '5.1.1' }],
    ['Exchange: unknown user', samples.exchangeUnknown, { kind: 'hard', status: '5.1.10' }],
    ['Gmail: full', samples.gmailFull, { kind: 'soft', status: '5.2.2' }],
    [
      'Exim: 5.0.0 with the truth in the text',
      samples.eximGeneric,
      { kind: 'hard', status: '5.1.1' },
    ],
    ['a list blocks us', samples.policyBlock, { kind: 'sender', status: '5.7.1' }],
    ['given up after days', samples.expired, { kind: 'soft', status: '4.4.7' }],
    ['an address that ours forwards to is gone', samples.forwarded, { kind: 'soft' }],
    ['qmail', samples.qmail, { kind: 'hard', status: '5.1.1' }],
    ['Exim in prose', samples.eximLetter, { kind: 'soft', status: '5.2.2' }],
    ['a report without its report', samples.reportWithoutStatus, { kind: 'soft' }],
    ['hardly a word', samples.vagueBounce, { kind: 'soft' }],
  ])('%s', async (_what, raw, expected) => {
    expect(await check(raw)).toMatchObject({ type: 'bounced', source: 'dsn', ...expected });
  });

  test.each([
    ['Gmail', samples.gmailDelayed],
    ['sendmail', samples.sendmailWarning],
  ])('%s still tries', async (_what, raw) => {
    expect(await check(raw)).toMatchObject({ type: 'deferred', source: 'dsn' });
  });

  test('delivered is said, relayed says nothing', async () => {
    expect(await check(samples.delivered)).toEqual({ type: 'delivered', source: 'dsn' });
    expect(await check(samples.relayed)).toHaveProperty('nothing');
  });

  test('a bounce sent to the reply address is a bounce', async () => {
    const told = await check(samples.postfixUnknown, { purpose: 'reply' });
    expect(told).toMatchObject({ type: 'bounced', kind: 'hard' });
  });

  test('of several recipients the one that is ours counts', async () => {
    const both = samples.dsn({
      status: `
Reporting-MTA: dns; mx.nordwind.example

Final-Recipient: rfc822; other@nordwind.example
Action: failed
Status: 5.1.1

Final-Recipient: rfc822; ana@nordwind.example
Action: delayed
Status: 4.2.2`,
    });
    expect(await check(both)).toMatchObject({ type: 'deferred', status: '4.2.2' });
  });

  test('what cannot be made out never gives an address up', async () => {
    const { address: _address, ...unknown } = context;
    const reading = feedbackOf(await readInbound(samples.qmail, ''), unknown);
    expect(reading).toMatchObject({ feedback: { type: 'bounced', kind: 'soft' } });
  });
});

describe('complaints', () => {
  test('a person pressed "spam"', async () => {
    expect(await check(samples.abuse)).toEqual({ type: 'complained', source: 'arf' });
  });
  test('an opt-out of the older kind is a wish to leave', async () => {
    expect(await check(samples.optOut)).toEqual({ type: 'unsubscribed', source: 'arf' });
  });
  test.each([samples.notSpam, samples.authFailure])('other reports are none', async (raw) => {
    expect(await check(raw)).toHaveProperty('nothing');
  });
});

function written(headers: string, text: string): Buffer {
  return samples.mail(`
From: Ana Nord <ana@nordwind.example>
Date: Mon, 21 Dec 2026 10:00:00 +0100
Message-ID: <reply-1@nordwind.example>
${headers}
Content-Type: text/plain; charset=utf-8

${text}
`);
}
const person = { purpose: 'reply', from: 'ana@nordwind.example' } as const;

describe('answers of machines', () => {
  const away = 'I am out of the office until Tuesday, 5 January 2027.\n\n> we write until 31 March';
  const until = Date.parse('2027-01-05T00:00:00Z');
  test.each([
    ['RFC 3834', 'Subject: Re: News\nAuto-Submitted: auto-replied', person],
    ['Exchange', 'Subject: Automatic reply: News\nX-Auto-Response-Suppress: All', person],
    ['X-Autoreply', 'Subject: News\nX-Autoreply: yes', person],
    ['Precedence', 'Subject: News\nPrecedence: auto_reply', person],
    ['no return path', 'Subject: Re: News', { purpose: 'reply', from: '' } as const],
    ['only a subject', 'Subject: Out of Office: News', person],
    ['a German subject', 'Subject: Abwesenheitsnotiz: Re: News', person],
    ['to the bounce address', 'Subject: Out of office', { purpose: 'bounce', from: '' } as const],
  ])('%s', async (_what, headers, over) => {
    const told = await check(written(headers, away), over);
    expect(told).toEqual({ type: 'auto-replied', source: 'inbound', until });
  });

  test('a date in the subject counts, none is none', async () => {
    const dated = written('Subject: Abwesend bis 05.01.2027', 'Bin im Urlaub.');
    expect(await check(dated, person)).toMatchObject({ until: until + 86_400_000 });
    const ticket = written('Subject: Re: News\nAuto-Submitted: auto-generated', 'Ticket 4711');
    expect(await check(ticket, person)).toEqual({ type: 'auto-replied', source: 'inbound' });
  });

  test('a read receipt is no answer', async () => {
    const receipt = samples.mail(`
From: ana@nordwind.example
Subject: Read: News
Content-Type: multipart/report; report-type=disposition-notification; boundary="xx"

--xx
Content-Type: text/plain

Your message was read.
--xx
Content-Type: message/disposition-notification

Final-Recipient: rfc822; ana@nordwind.example
Disposition: manual-action/MDN-sent-manually; displayed
--xx--
`);
    expect(await check(receipt, person)).toEqual({ nothing: 'a read receipt' });
  });
});

describe('answers of people', () => {
  test('their own first words are kept, what they quote is not', async () => {
    const raw = written(
      'Subject: Re: News',
      'Thursday at ten?\n\nOn Mon, 21 Dec 2026 at 09:30, Maria <m@acme.example> wrote:\n> Stop by',
    );
    const excerpt = 'Thursday at ten?';
    expect(await check(raw, person)).toEqual({
      ...{ type: 'replied', source: 'inbound', reply: 'reply', excerpt },
    });
  });

  test('a wish to be left alone is heard', async () => {
    const raw = written('Subject: Re: News', 'Please unsubscribe me.');
    expect(await check(raw, person)).toMatchObject({ type: 'replied', reply: 'stop' });
  });

  test('an answer in HTML alone is read without its quote', async () => {
    const raw = samples.mail(`
From: ana@nordwind.example
Subject: Re: News
Content-Type: text/html; charset=utf-8

<div>Sounds good.<br></div><div class="gmail_quote">On Monday<blockquote>stop</blockquote></div>
`);
    expect(await check(raw, person)).toMatchObject({ reply: 'reply', excerpt: 'Sounds good.' });
  });

  test('any mail to the unsubscribe address is a wish to leave', async () => {
    const raw = written('Subject: unsubscribe\nAuto-Submitted: auto-generated', '');
    const told = await check(raw, { purpose: 'unsubscribe', from: 'ana@nordwind.example' });
    expect(told).toEqual({ type: 'unsubscribed', source: 'inbound' });
  });

  test('a mail that was cut off is read as far as it goes', async () => {
    const raw = written('Subject: Re: News', 'Yes please.');
    const cut = samples.mail(`
From: ana@nordwind.example
Subject: Re: News
Content-Type: multipart/mixed; boundary="xx"

--xx
Content-Type: text/plain

Yes please.
--xx
Content-Type: application/pdf
Content-Transfer-Encoding: base64

JVBERi0xLjQKJ`);
    const expected = { reply: 'reply', excerpt: 'Yes please.' };
    expect(await check(raw, person)).toMatchObject(expected);
    expect(await check(cut, person)).toMatchObject(expected);
  });
});

/**
 * Mails as servers and people write them, each after the manner of a program that is in wide use:
 * what counts is which fields and words they use, and which they leave out.
 */

/** Lines end as on the wire. */
export function mail(text: string): Buffer {
  return Buffer.from(text.replace(/^\n/, '').replace(/\r?\n/g, '\r\n'));
}

interface Dsn {
  readonly from?: string;
  readonly subject?: string;
  readonly words?: string;
  readonly status: string;
  readonly returned?: string;
}

/** A report of three parts, as RFC 3464 has it. */
export function dsn({ from, subject, words, status, returned }: Dsn): Buffer {
  return mail(`
From: ${from ?? 'Mail Delivery System <MAILER-DAEMON@mx.nordwind.example>'}
To: b+token@bounces.acme.example
Subject: ${subject ?? 'Undelivered Mail Returned to Sender'}
Date: Mon, 21 Dec 2026 10:00:00 +0100
Message-ID: <20261221.1@mx.nordwind.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="xx"

This is a MIME-encapsulated message.

--xx
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

${words ?? 'I am sorry to have to inform you that your message could not be delivered.'}

--xx
Content-Description: Delivery report
Content-Type: message/delivery-status

${status.trim()}

--xx
Content-Description: Undelivered Message
${returned ?? 'Content-Type: text/rfc822-headers\n\nSubject: News'}

--xx--
`);
}

export const postfixUnknown = dsn({
  words: `This is the mail system at host mx.nordwind.example.

<ana@nordwind.example>: host mail.nordwind.example[192.0.2.7] said: 550 5.1.1
    <ana@nordwind.example>: Recipient address rejected: User unknown (in reply to RCPT TO)`,
  status: `
Reporting-MTA: dns; mx.nordwind.example
X-Postfix-Queue-ID: 4A2B91C0D2
X-Postfix-Sender: rfc822; b+token@bounces.acme.example
Arrival-Date: Mon, 21 Dec 2026 09:59:58 +0100 (CET)

Final-Recipient: rfc822; ana@nordwind.example
Original-Recipient: rfc822;ana@nordwind.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.nordwind.example
Diagnostic-Code: smtp; 550 5.1.1 <ana@nordwind.example>: Recipient address
    rejected: User unknown`,
});

export const exchangeUnknown = dsn({
  from: 'Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@nordwind.example>',
  subject: 'Undeliverable: News',
  status: `
Reporting-MTA: dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.example
Received-From-MTA: dns;mail.acme.example
Arrival-Date: Mon, 21 Dec 2026 08:59:58 +0000

Final-Recipient: rfc822;ana@nordwind.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup`,
});

export const gmailFull = dsn({
  from: 'Mail Delivery Subsystem <mailer-daemon@googlemail.example>',
  subject: 'Delivery Status Notification (Failure)',
  status: `
Reporting-MTA: dns; googlemail.example
Arrival-Date: Mon, 21 Dec 2026 00:59:58 -0800 (PST)
X-Original-Message-ID: <a@acme.example>

Final-Recipient: rfc822; ana@nordwind.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552-5.2.2 The recipient's inbox is out of storage space.
 552 5.2.2 https://support.example/mail/?p=OverQuotaPerm
Last-Attempt-Date: Mon, 21 Dec 2026 01:00:00 -0800 (PST)`,
});

export const gmailDelayed = dsn({
  from: 'Mail Delivery Subsystem <mailer-daemon@googlemail.example>',
  subject: 'Delivery Status Notification (Delay)',
  status: `
Reporting-MTA: dns; googlemail.example

Final-Recipient: rfc822; ana@nordwind.example
Action: delayed
Status: 4.4.1
Diagnostic-Code: smtp; The recipient server did not accept our requests to connect.
Will-Retry-Until: Thu, 24 Dec 2026 01:00:00 -0800 (PST)`,
});

/** Says 5.0.0 and leaves the truth to the diagnostic text. */
export const eximGeneric = dsn({
  subject: 'Mail delivery failed: returning message to sender',
  status: `
Reporting-MTA: dns; mx.nordwind.example

Action: failed
Final-Recipient: rfc822;ana@nordwind.example
Status: 5.0.0
Remote-MTA: dns; mail.nordwind.example
Diagnostic-Code: smtp; 550 5.1.1 No such user here`,
});

export const policyBlock = dsn({
  status: `
Reporting-MTA: dns; mx.nordwind.example

Final-Recipient: rfc822; ana@nordwind.example
Action: failed
Status: 5.7.1
Diagnostic-Code: smtp; 550 5.7.1 Service unavailable; client host [192.0.2.1] blocked using a list`,
});

/** Gave up after days of 4yz: it failed, but nobody said that the address is dead. */
export const expired = dsn({
  subject: 'Returned mail: see transcript for details',
  status: `
Reporting-MTA: dns; mx.nordwind.example

Final-Recipient: RFC822; ana@nordwind.example
Action: failed
Status: 4.4.7
Diagnostic-Code: SMTP; 450 4.2.0 Greylisted`,
});

/** Our address passed it on to two others, one of which is gone. */
export const forwarded = dsn({
  status: `
Reporting-MTA: dns; mx.nordwind.example

Final-Recipient: rfc822; former@elsewhere.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 unknown`,
});

export const delivered = dsn({
  subject: 'Successful Mail Delivery Report',
  status: `
Reporting-MTA: dns; mx.nordwind.example

Final-Recipient: rfc822; ana@nordwind.example
Action: delivered
Status: 2.0.0`,
});

export const relayed = dsn({
  subject: 'Delivery Status Notification (Relay)',
  status: `
Reporting-MTA: dns; mx.nordwind.example

Final-Recipient: rfc822; ana@nordwind.example
Action: relayed
Status: 2.0.0`,
});

/** The report part is missing: only the type of the whole says what it is. */
export const reportWithoutStatus = mail(`
From: postmaster@nordwind.example
Subject: Your message could not be delivered
Content-Type: multipart/report; report-type=delivery-status; boundary="xx"

--xx
Content-Type: text/plain

Something went wrong with ana@nordwind.example. 550 5.1.1 perhaps.

--xx--
`);

export const qmail = mail(`
From: MAILER-DAEMON@mx.nordwind.example
To: b+token@bounces.acme.example
Subject: failure notice
Date: 21 Dec 2026 09:00:00 -0000

Hi. This is the qmail-send program at mx.nordwind.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ana@nordwind.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <b+token@bounces.acme.example>
Subject: News
`);

/** Exim without a report: the same facts in prose. */
export const eximLetter = mail(`
From: Mail Delivery System <Mailer-Daemon@mx.nordwind.example>
X-Failed-Recipients: ana@nordwind.example
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ana@nordwind.example
    host mail.nordwind.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<ana@nordwind.example>:
    552 5.2.2 Mailbox full

------ This is a copy of the message, including all the headers. ------
`);

export const sendmailWarning = mail(`
From: Mail Delivery Subsystem <MAILER-DAEMON@mx.nordwind.example>
Subject: Warning: could not send message for past 4 hours

    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

   ----- Transcript of session follows -----
<ana@nordwind.example>... Deferred: Connection refused
`);

/** A home-made server that says only that it did not work. */
export const vagueBounce = mail(`
From: mailer-daemon@odd.example
Subject: Undeliverable mail

Could not deliver. Error 550.
`);

function arf(type: string): Buffer {
  return mail(`
From: <feedback@provider.example>
To: <abuse@bounces.acme.example>
Subject: Email Feedback Report
Message-ID: <arf-1@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="xx"

--xx
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message received from 192.0.2.1.

--xx
Content-Type: message/feedback-report

Feedback-Type: ${type}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <ORIGINAL-SENDER>
Arrival-Date: Mon, 21 Dec 2026 08:59:58 +0000

--xx
Content-Type: message/rfc822
Content-Disposition: inline

From: Maria <maria@acme.example>
To: <redacted@provider.example>
List-Unsubscribe: <https://acme.example/u/UNSUBSCRIBE-TOKEN>
Message-ID: <1_welcome_1@acme.example>
Subject: News

Hello
--xx--
`);
}
export const abuse = arf('abuse');
export const notSpam = arf('not-spam');
export const authFailure = arf('auth-failure');
export const optOut = arf('opt-out');

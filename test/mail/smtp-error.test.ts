import { describe, expect, test } from 'vitest';
import { classifySmtpError } from '../../mail/smtp-error.ts';

function failure(code: string | undefined, command: string | undefined, response?: string): Error {
  const responseCode = Number(response?.slice(0, 3));
  return Object.assign(new Error(response ?? 'failed'), {
    ...(code === undefined ? {} : { code }),
    ...(command === undefined ? {} : { command }),
    ...(response === undefined ? {} : { response, responseCode }),
  });
}

const beforeData = { dataBegan: false };
const afterData = { dataBegan: true };

const notTaken: readonly (readonly [string, string, string | undefined, string, boolean])[] = [
  ['EENVELOPE', 'RCPT TO', '550 5.1.1 no such user', 'address', false],
  ['EENVELOPE', 'RCPT TO', '550-5.1.1 The account\n550 5.1.1 does not exist', 'address', false],
  ['EENVELOPE', 'RCPT TO', '550 5.2.1 disabled', 'address', false],
  ['EENVELOPE', 'RCPT TO', '550 5.1.10 recipient not found', 'address', false],
  ['EENVELOPE', 'RCPT TO', '550 User unknown', 'address', false],
  ['EENVELOPE', 'RCPT TO', '550 Requested action not taken', 'mailbox', false],
  ['EENVELOPE', 'RCPT TO', '550 Blocked: see our policy, user unknown', 'policy', false],
  ['EENVELOPE', 'RCPT TO', '552 5.2.2 over quota', 'mailbox', false],
  ['EENVELOPE', 'RCPT TO', '550 5.4.1 no route', 'mailbox', false],
  ['EENVELOPE', 'RCPT TO', '554 5.7.1 relay access denied', 'policy', false],
  ['EENVELOPE', 'RCPT TO', '451 4.7.1 greylisted', 'transient', true],
  ['EENVELOPE', 'RCPT TO', '450 4.2.1 mailbox busy', 'transient', true],
  ['EENVELOPE', 'RCPT TO', '503 bad sequence', 'transient', true],
  ['EENVELOPE', 'MAIL FROM', '550 5.7.26 unauthenticated', 'policy', false],
  ['EENVELOPE', 'MAIL FROM', '550 5.1.8 bad sender address', 'policy', false],
  ['EENVELOPE', 'MAIL FROM', '553 sender rejected', 'policy', false],
  ['EENVELOPE', 'MAIL FROM', '552 5.3.4 message too big', 'mailbox', false],
  ['EENVELOPE', 'MAIL FROM', '530 5.7.0 must authenticate', 'config', false],
  ['EENVELOPE', 'DATA', '451 4.3.2 not now', 'transient', true],
  ['EAUTH', 'AUTH PLAIN', '535 5.7.8 bad credentials', 'config', false],
  ['EAUTH', 'AUTH PLAIN', '454 4.7.0 temporary failure', 'transient', true],
  ['ENOAUTH', 'API', undefined, 'config', false],
  ['ETLS', 'CONN', undefined, 'config', false],
  ['ECONNECTION', 'CONN', undefined, 'infra', true],
  ['ECONNECTION', 'CONN', '421 4.3.2 too many connections', 'transient', true],
  ['ETIMEDOUT', 'CONN', undefined, 'infra', true],
  ['EDNS', 'CONN', undefined, 'infra', true],
  ['ESOCKET', 'CONN', undefined, 'infra', true],
];

describe('before the server could have anything', () => {
  test.each(notTaken)('%s at %s, %j: %s', (code, command, response, kind, transient) => {
    const delivery = classifySmtpError(failure(code, command, response), beforeData);
    expect(delivery).toMatchObject({ type: 'not-taken', class: kind, transient });
  });
});

describe('once content may have been written', () => {
  test.each([
    ['451 4.3.0 queue full', 'transient'],
    ['552 5.2.2 over quota', 'mailbox'],
    ['554 5.7.1 spam', 'policy'],
    ['550 5.1.1 no such user after all', 'address'],
  ])('a clear no to the content is a no: %s', (response, kind) => {
    const delivery = classifySmtpError(failure('EMESSAGE', 'DATA', response), afterData);
    expect(delivery).toMatchObject({ type: 'not-taken', class: kind });
  });

  test.each([
    ['ECONNECTION', 'CONN', undefined],
    ['ETIMEDOUT', 'CONN', undefined],
    ['ESOCKET', 'CONN', undefined],
    ['ESTREAM', 'API', undefined],
    ['EPROTOCOL', 'CONN', undefined],
    ['EMESSAGE', 'DATA', '421 4.3.2 shutting down'],
    ['EMESSAGE', 'DATA', '354 what'],
    ['ECONNECTION', 'CONN', '421 4.3.2 shutting down'],
    ['ECONNECTION', 'CONN', '550 5.1.1 half a line'],
    [undefined, undefined, undefined],
  ])('anything else is unknown: %s at %s, %j', (code, command, response) => {
    expect(classifySmtpError(failure(code, command, response), afterData).type).toBe('unknown');
  });
});

test('an answer that is cut within an emoji, or holds a NUL, can be stored', () => {
  const said = `550 \u0000${'x'.repeat(494)}😀`;
  const error = Object.assign(new Error(said), { response: said, responseCode: 550 });
  const { response } = classifySmtpError(error, { dataBegan: false });
  expect(response).toBe(`550 ${'x'.repeat(494)}`);
});

test('something thrown that is no error still gets an answer', () => {
  expect(classifySmtpError('odd', beforeData)).toMatchObject({ type: 'not-taken', class: 'infra' });
  expect(classifySmtpError('odd', afterData)).toEqual({ type: 'unknown', response: 'odd' });
});

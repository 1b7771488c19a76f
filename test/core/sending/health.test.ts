import { describe, expect, test } from 'vitest';
import {
  concernsOf,
  coolDownMs,
  decideBreakers,
  type Outcomes,
} from '../../../core/sending/health.ts';

const stopWhen = { hardBounceRate: 0.05, complaintRate: 0.003, overMs: 86_400_000, atLeast: 50 };
const sender = 'maria@acme.example';
const none = { hard: 0, complained: 0, lately: 0, policy: 0, said: null };
const to = (receiver: string, given: Partial<Outcomes>): Outcomes => ({
  ...{ sender, receiver, sent: 0, ...none },
  ...given,
});

describe('the circuit breaker', () => {
  test('opens above the rate and not at it, once enough were sent', () => {
    const at = (sent: number, hard: number) =>
      decideBreakers([to('gmail', { sent, hard })], stopWhen).length;
    expect([at(100, 5), at(100, 6), at(49, 49), at(50, 3), at(0, 0)]).toEqual([0, 1, 0, 1, 0]);
  });

  test('says what came back, in numbers', () => {
    expect(decideBreakers([to('gmail', { sent: 50, hard: 4 })], stopWhen)).toEqual([
      {
        ...{ sender, receiver: 'gmail' },
        why: '4 of 50 emails to Gmail in 1 day came back because the address does not exist (8 %; at most 5 %)',
      },
    ]);
    expect(decideBreakers([to('x.example', { sent: 1_000, complained: 4 })], stopWhen)).toEqual([
      {
        ...{ sender, receiver: 'x.example' },
        why: '4 of 1,000 emails to x.example in 1 day were called spam (0.4 %; at most 0.3 %)',
      },
    ]);
  });

  test('stops a sender altogether only for what no single receiver explains', () => {
    const bad = to('gmail', { sent: 100, hard: 50 });
    const good = to('yahoo', { sent: 100, hard: 0 });
    expect(decideBreakers([bad, good], stopWhen).map(({ receiver }) => receiver)).toEqual([
      'gmail',
    ]);
    const many = Array.from({ length: 30 }, (_, index) =>
      to(`company-${index}.example`, { sent: 2, hard: index < 4 ? 1 : 0 }),
    );
    expect(decideBreakers(many, stopWhen)).toMatchObject([
      { sender, why: expect.stringMatching(/^4 of 60 emails in 1 day/) as string },
    ]);
    expect(decideBreakers(many, stopWhen)[0]).not.toHaveProperty('receiver');
  });

  test('opens at three refusals because of us, unless they are few among many', () => {
    const at = (policy: number, lately: number) =>
      decideBreakers([to('yahoo', { policy, lately })], undefined).length;
    expect([at(2, 2), at(3, 3), at(3, 30), at(3, 31)]).toEqual([0, 1, 1, 0]);
  });
});

describe('what a refusal says something about', () => {
  test.each([
    [{ class: 'infra', response: 'ECONNREFUSED' }, 'mail-server'],
    [{ class: 'config', response: '535 no' }, 'mail-server'],
    [{ class: 'transient', command: 'CONN', response: '421 busy' }, 'mail-server'],
    [{ class: 'transient', command: 'MAIL FROM', response: '451 later' }, 'mail-server'],
    [{ class: 'transient', command: 'RCPT TO', response: '451 4.3.2 later' }, 'receiver'],
    [{ class: 'transient', command: 'DATA', response: '421 4.7.28 rate' }, 'receiver'],
    [{ class: 'transient', command: 'RCPT TO', response: '450 4.7.1 Greylisted' }, 'mailbox'],
    [
      { class: 'transient', command: 'RCPT TO', enhancedCode: '4.2.2', response: '452 full' },
      'mailbox',
    ],
    [{ class: 'policy', command: 'DATA', response: '550 5.7.1' }, 'sender'],
    [{ class: 'address', command: 'RCPT TO', response: '550 5.1.1' }, 'address'],
  ] as const)('%j: %s', (refusal, concerns) => {
    expect(concernsOf(refusal)).toBe(concerns);
  });
});

test('a receiver is left alone for longer each time, at most an hour', () => {
  expect([4, 5, 6, 7, 30, 1e6].map(coolDownMs)).toEqual([
    ...[undefined, 10_000, 20_000, 40_000, 3_600_000, 3_600_000],
  ]);
});

import { describe, expect, test } from 'vitest';
import {
  askAgainAfterMs,
  isReserved,
  judge,
  withPastBounce,
  type Findings,
} from '../../../core/verification/judge.ts';
import {
  parseVerification,
  verdict,
  verificationReasons,
  verificationWords,
} from '../../../core/verification/verdict.ts';

function check(findings: Findings, expected: string): void {
  const { address, domain, bounced } = findings;
  test(`${address}, domain ${domain}${bounced === true ? ', came back' : ''}: ${expected}`, () => {
    const found = judge(findings);
    const said = found.status === 'unknown' ? found.because : found.reason;
    expect(`${found.status} ${said}`).toBe(expected);
    expect(verificationWords(found)).not.toBe('');
  });
}

describe('the verdict on an address', () => {
  check({ address: 'ana@nordwind.de', domain: 'takes-mail' }, 'valid takes-mail');
  check({ address: 'ana@gmail.com', domain: 'takes-mail' }, 'valid free-provider');
  check({ address: 'info@nordwind.de', domain: 'takes-mail' }, 'risky role');
  check({ address: 'info@nordwind.de', domain: 'not-asked' }, 'risky role');
  check({ address: 'x@mailinator.com', domain: 'takes-mail' }, 'risky disposable');
  check({ address: 'x@sub.mailinator.com', domain: 'not-asked' }, 'risky disposable');
  check({ address: 'ana@nordwind.de', domain: 'address-only' }, 'risky no-mail-server');
  check({ address: 'ana@nordwind.de', domain: 'no-address' }, 'invalid no-address-for-mail');
  check({ address: 'ana@nordwind.de', domain: 'refuses-mail' }, 'invalid refuses-mail');
  check({ address: 'info@nordwind.de', domain: 'refuses-mail' }, 'invalid refuses-mail');
  check({ address: 'ana@nordwimd.de', domain: 'no-such-domain' }, 'invalid no-such-domain');
  check({ address: 'ana nordwind.de', domain: 'takes-mail' }, 'invalid syntax');
  check({ address: 'a@b.de, c@d.de', domain: 'takes-mail' }, 'invalid syntax');
  check({ address: 'ana@nordwind.de', domain: 'takes-mail', bounced: true }, 'invalid bounced');
  check({ address: 'ana@nordwind.de', domain: 'away', bounced: true }, 'invalid bounced');
  check({ address: 'ana@nordwind.de', domain: 'away' }, 'unknown dns-away');
  check({ address: 'info@nordwind.de', domain: 'away' }, 'unknown dns-away');
  check({ address: 'ana@nordwind.de', domain: 'not-asked' }, 'unknown not-looked-up');
  check({ address: 'ana@nordwind.example', domain: 'no-such-domain' }, 'unknown reserved-domain');
  check({ address: 'ana@example.com', domain: 'refuses-mail' }, 'unknown reserved-domain');
});

test('only whole labels are reserved', () => {
  const reserved = ['nordwind.example', 'x.test', 'a.invalid', 'example.com', 'mail.example.org'];
  expect(reserved.filter((domain) => !isReserved(domain))).toEqual([]);
  expect(['myexample.com', 'example.de', 'testing', 'x.contest'].filter(isReserved)).toEqual([]);
});

test('what came back outweighs a provider that says otherwise', () => {
  expect(withPastBounce(verdict('mailbox-exists'), true)).toEqual(verdict('bounced'));
  expect(withPastBounce(verdict('mailbox-exists'), false)).toEqual(verdict('mailbox-exists'));
});

test('asks again after a minute, then less and less often, never less than daily', () => {
  const minutes = [1, 2, 3, 4, 5, 6, 60].map((attempts) => askAgainAfterMs(attempts) / 60_000);
  expect(minutes).toEqual([1, 5, 25, 125, 625, 1440, 1440]);
});

describe('the answer of a verifier', () => {
  test('is believed when status and reason belong together', () => {
    for (const [reason, { status }] of Object.entries(verificationReasons)) {
      expect(parseVerification({ status, reason })).toEqual({ status, reason });
    }
    const again = { status: 'unknown', because: 'provider-away', again: true };
    expect(parseVerification({ status: 'unknown' })).toEqual(again);
  });

  const refuse = (answer: unknown, words: RegExp) =>
    test(`${JSON.stringify(answer)} is refused`, () => {
      const parsed = parseVerification(answer);
      expect('problem' in parsed ? parsed.problem : 'believed').toMatch(words);
    });
  refuse(undefined, /found a value of type undefined/);
  refuse(null, /found null/);
  refuse('valid', /found a value of type string/);
  refuse({ status: 'valid' }, /"reason" is a value of type undefined/);
  refuse(
    { status: 'valid', reason: 'bounced' },
    /"status" is "valid"; with "bounced" it is "invalid"/,
  );
  refuse({ status: 'deliverable', reason: 'takes-mail' }, /"status" is "deliverable"/);
  refuse({ status: 'valid', reason: 'toString' }, /"reason" is "toString"/);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ledgerIdOf, messageHeaders, messageIdOf } from '../../mail/headers.ts';
import type { HeaderFacts } from '../../mail/headers.ts';

const facts: HeaderFacts = {
  ledgerId: '019a/welcome/1',
  class: 'marketing',
  programme: 'trial-nurture',
  step: 'welcome',
  template: 'welcome',
  domain: 'acme.example',
  topic: { id: 'product-tips', title: 'Product tips' },
  unsubscribeUrl: 'https://acme.example/u/token',
};

test('marketing mail carries one one-click header and names its list', () => {
  expect(messageHeaders(facts)).toEqual({
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'OOF, AutoReply',
    'X-Entity-Ref-ID': '019a/welcome/1',
    'Feedback-ID': 'trial-nurture:welcome:welcome:acme-example',
    'List-ID': { prepared: true, value: '"Product tips" <product-tips.acme.example>' },
    'List-Unsubscribe': { prepared: true, value: '<https://acme.example/u/token>' },
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  });
});

test('mail to a rep is no list and cannot be unsubscribed from', () => {
  const { unsubscribeUrl: _, ...rest } = facts;
  expect(Object.keys(messageHeaders({ ...rest, class: 'internal' }))).toEqual([
    'Auto-Submitted',
    'X-Auto-Response-Suppress',
    'X-Entity-Ref-ID',
  ]);
});

test('a title, step or link can never start another header', () => {
  const title = 'Tips"\r\nBcc: b@y.example <x>';
  const headers = messageHeaders({ ...facts, step: 'a\r\nBcc: b', topic: { id: 't', title } });
  expect(JSON.stringify(headers)).not.toMatch(/\\r|\\n/);
  expect(() =>
    messageHeaders({ ...facts, unsubscribeUrl: 'https://x.example/\r\nBcc: b' }),
  ).toThrow('no unsubscribe link');
});

test('a ledger id always gives the same Message-ID and is found again from it', () => {
  const id = fc.stringMatching(/^[a-zA-Z0-9_.=:/-]{1,60}$/);
  fc.assert(
    fc.property(id, id, (one, other) => {
      const messageId = messageIdOf(one, 'acme.example');
      expect(messageId).toMatch(/^<[\w.=-]+@acme\.example>$/);
      expect(ledgerIdOf(messageId, 'acme.example')).toBe(one);
      expect(messageIdOf(other, 'acme.example') === messageId).toBe(one === other);
    }),
  );
});

test('a Message-ID that is not ours has no ledger id', () => {
  const others = ['', '<a@b.example>', '019a/w/1@acme.example', '<=zz@acme.example>'];
  // What other programs write: one of them must not spoil the batch of a provider.
  for (const other of [...others, '<a+b!c@acme.example>', '<@acme.example>']) {
    expect(ledgerIdOf(other, 'acme.example')).toBeUndefined();
  }
  expect(() => messageIdOf('a b', 'acme.example')).toThrow('fits no Message-ID');
});

import { expect, test } from 'vitest';
import { bounceKind } from '../../../core/feedback/classify.ts';

test.each([
  ['hard', '5.1.1', 'no such user'],
  ['hard', '5.1.10', 'RESOLVER.ADR.RecipientNotFound'],
  ['hard', '5.2.1', 'The account is disabled'],
  ['hard', '5.0.0', 'User unknown'],
  ['hard', '5.5.0', 'Requested action not taken: mailbox unavailable'],
  ['hard', undefined, 'Sorry, no mailbox here by that name.'],
  ['soft', '5.2.1', 'The user is receiving mail at a rate that prevents more'],
  ['soft', '5.2.2', 'over quota'],
  ['soft', '4.4.1', 'connection timed out'],
  ['soft', '5.4.1', 'no route'],
  ['soft', '5.1.0', 'address rejected'],
  ['soft', undefined, 'something odd'],
  ['sender', '5.7.1', 'user unknown, says our policy'],
  ['sender', '5.1.8', 'bad sender'],
  ['sender', undefined, 'blocked by our blocklist: no such user'],
])('%s: %s %s', (kind, status, text) => {
  const refusal = { text, aboutRecipient: true, ...(status === undefined ? {} : { status }) };
  expect(bounceKind(refusal)).toBe(kind);
});

import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { readReturnAddress, returnAddress } from '../../mail/return-address.ts';

const secret = 'a secret of enough characters';
const send = '019a8f3e-5b1c-5d2e-8f00-0123456789ab';
const domain = 'bounces.acme.example';

test('an address names its mail and what came back, and fits before the @', () => {
  const address = returnAddress(secret, 'bounce', send, domain);
  expect(address).toMatch(/^b\+[a-z2-7]{42}@bounces\.acme\.example$/);
  expect(address.indexOf('@')).toBeLessThan(64);
  expect(readReturnAddress(secret, address)).toEqual({ purpose: 'bounce', send });
});

test('any id survives the way out and back', () => {
  for (let round = 0; round < 50; round += 1) {
    const id = randomUUID();
    const address = returnAddress(secret, 'reply', id, domain);
    expect(readReturnAddress(secret, address)).toEqual({ purpose: 'reply', send: id });
  }
});

test('servers that change the case change nothing', () => {
  const address = returnAddress(secret, 'unsubscribe', send, domain).toUpperCase();
  expect(readReturnAddress(secret, address)).toEqual({ purpose: 'unsubscribe', send });
});

test.each([
  [
    'of another secret',
    returnAddress('another secret of enough characters', 'bounce', send, domain),
  ],
  ['for another purpose', returnAddress(secret, 'bounce', send, domain).replace('b+', 'r+')],
  ['of another mail', returnAddress(secret, 'bounce', send, domain).replace(/\+./, '+2')],
  ['cut short', returnAddress(secret, 'bounce', send, domain).replace(/.@/, '@')],
  ['of a person', 'maria@acme.example'],
  ['without a token', 'b+@acme.example'],
  ['empty', ''],
])('an address %s is not ours', (_what, address) => {
  expect(readReturnAddress(secret, address)).toBeUndefined();
});

test('every character counts', () => {
  const address = returnAddress(secret, 'bounce', send, domain);
  const [local = ''] = address.split('@');
  for (let index = 2; index < local.length; index += 1) {
    const other = local[index] === 'a' ? 'b' : 'a';
    const changed = `${local.slice(0, index)}${other}${local.slice(index + 1)}@${domain}`;
    expect(readReturnAddress(secret, changed)).toBeUndefined();
  }
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readToken, signToken } from '../../mail/tokens.ts';

const secret = 'a secret of enough characters';

test('reads back what it signed, and fits a link', () => {
  const token = signToken(secret, 'unsubscribe', '019a-lead');
  expect(token).toMatch(/^[\w.-]+$/);
  expect(readToken(secret, 'unsubscribe', token)).toEqual({ ok: true, payload: '019a-lead' });
});

test('a token of one purpose opens nothing of another', () => {
  const token = signToken(secret, 'unsubscribe', 'x');
  expect(readToken(secret, 'handoff', token)).toEqual({
    ok: false,
    problem: 'made for another purpose',
  });
  expect(readToken(secret, 'handoff', token.replace(/^1u/, '1h')).ok).toBe(false);
});

test('any other secret, text or kind of value is refused', () => {
  const token = signToken(secret, 'handoff', 'x');
  expect(readToken('another secret entirely', 'handoff', token).ok).toBe(false);
  for (const other of [undefined, null, 7, '', '..', '1h.eA.', 'a.b.c.d', 'x'.repeat(10_000)]) {
    expect(readToken(secret, 'handoff', other).ok).toBe(false);
  }
});

test('every single changed character is noticed', () => {
  const token = signToken(secret, 'handoff', '019a-handoff:accept');
  const alphabet = 'ABCXYZabcxyz019-_.';
  fc.assert(
    fc.property(
      fc.nat(token.length - 1),
      fc.constantFrom(...alphabet.split('')),
      (position, letter) => {
        const changed = token.slice(0, position) + letter + token.slice(position + 1);
        expect(readToken(secret, 'handoff', changed).ok).toBe(changed === token);
      },
    ),
  );
});

test('a short secret or a long payload is an error of ours, said aloud', () => {
  expect(() => signToken('short', 'handoff', 'x')).toThrow('16 characters');
  expect(() => signToken(secret, 'handoff', 'x'.repeat(400))).toThrow('holds an id');
});

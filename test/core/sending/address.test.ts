import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOrUndefined, parseAddress } from '../../../core/sending/address.ts';

const accepted: readonly (readonly [string, string])[] = [
  ['ana@nordwind.example', 'ana@nordwind.example'],
  ['  Ana@Nordwind.EXAMPLE \n', 'ana@nordwind.example'],
  ['ana.berg+tips@mail.nordwind.example', 'ana.berg+tips@mail.nordwind.example'],
  ["o'brien@acme.example", "o'brien@acme.example"],
  ['a@b.co', 'a@b.co'],
  ['x_y-z=1@acme-group.example', 'x_y-z=1@acme-group.example'],
  ['info@müller.example', 'info@xn--mller-kva.example'],
  ['info@例え.jp', 'info@xn--r8jz45g.jp'],
  [`${'a'.repeat(64)}@acme.example`, `${'a'.repeat(64)}@acme.example`],
  ['1@2.example', '1@2.example'],
];

const hostile: readonly unknown[] = [
  undefined,
  null,
  42,
  true,
  {},
  [],
  ['a@b.example'],
  { address: 'a@b.example' },
  '',
  '   ',
  'a',
  '@',
  'a@',
  '@b.example',
  'a@b',
  'a@localhost',
  'a@b.',
  'a@.b.example',
  'a@b..example',
  'a@@b.example',
  'a@b@c.example',
  'v1@x.example, v2@y.example',
  'v1@x.example,v2@y.example',
  'v1@x.example;v2@y.example',
  'v1@x.example v2@y.example',
  '"n" <a@x.example>, b@y.example',
  'Ana <ana@x.example>',
  '<ana@x.example>',
  'friends: a@x.example, b@y.example;',
  'a@x.example>',
  'a@x.example> RCPT TO:<b@y.example',
  'a@x.example\r\nRCPT TO:<b@y.example>',
  'a@x.example\nBcc: b@y.example',
  'a@x.example%0d%0abcc:b@y.example',
  'a\u0000@x.example',
  'a@x\u0000.example',
  'a\u0007@x.example',
  'a\u200b@x.example',
  'a\u202e@x.example',
  'a@x.example\u2028b@y.example',
  'a\u0085b@x.example',
  '"a b"@x.example',
  '"a@b"@x.example',
  'a(comment)@x.example',
  '(comment)a@x.example',
  'a@[127.0.0.1]',
  'a@[IPv6:::1]',
  'a@127.0.0.1',
  'a@0x7f.1',
  'a@2130706433',
  'a%b.example@relay.example',
  'b.example!a@relay.example',
  '.a@x.example',
  'a.@x.example',
  'a..b@x.example',
  'a\\@x.example',
  'a@-x.example',
  'a@x-.example',
  'a@x_y.example',
  'a@x.example/path',
  'a@x.example:25',
  'a@x.example?subject=hi',
  'a@x.example#f',
  'mailto:a@x.example',
  'müller@x.example',
  '{{ lead.email }}@x.example',
  '`id`@x.example',
  '|sh@x.example',
  `${'a'.repeat(65)}@x.example`,
  `a@${'b'.repeat(64)}.example`,
  `a@${'b.'.repeat(130)}example`,
  `${' '.repeat(400)}a@x.example`,
  'a@x。example, b@y.example',
  'a@\ud800.example',
];

describe('the address parser', () => {
  test.each(accepted)('accepts %j', (written, address) => {
    expect(parseAddress(written)).toEqual({ ok: true, address });
  });

  test.each(hostile.map((text) => [text]))('refuses %j and says why', (text) => {
    const parsed = parseAddress(text);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.problem.length).toBeGreaterThan(10);
    expect(addressOrUndefined(text)).toBeUndefined();
  });

  test('knows at least 60 hostile inputs', () => {
    expect(hostile.length).toBeGreaterThanOrEqual(60);
  });

  test('refuses 100 KB of comments before looking at them', () => {
    const long = `${'(x)'.repeat(34_000)}a@x.example`;
    const started = performance.now();
    for (let run = 0; run < 100; run += 1) expect(parseAddress(long).ok).toBe(false);
    expect((performance.now() - started) / 100).toBeLessThan(5);
  });

  test('whatever it accepts is one plain ASCII path, and parsing it again changes nothing', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.emailAddress(),
      fc
        .tuple(fc.emailAddress(), fc.string({ maxLength: 4 }), fc.emailAddress())
        .map((p) => p.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        const parsed = parseAddress(input);
        if (!parsed.ok) return;
        expect(parsed.address).toMatch(/^[!-~]+@[a-z0-9.-]+$/);
        expect(parsed.address).not.toMatch(/[,;<>"\\()[\]\s]/);
        expect(parseAddress(parsed.address)).toEqual(parsed);
      }),
      { numRuns: 2000 },
    );
  });
});

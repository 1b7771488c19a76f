/** The hash is checked against published vectors: a changed hash would move leads between arms. */
import { expect, test } from 'vitest';
import { murmur3, splitArm } from '../../../core/journey/split.ts';

const arms = [
  { id: 'story', share: 50, holdout: false },
  { id: 'numbers', share: 40, holdout: false },
  { id: 'control', share: 10, holdout: true },
];

test.each([
  ['', 0, 0x00000000],
  ['', 1, 0x514e28b7],
  ['a', 0, 0x3c2569b2],
  ['aaaa', 0x9747b28c, 0x5a97808a],
  ['aaa', 0x9747b28c, 0x283e0130],
  ['aa', 0x9747b28c, 0x5d211726],
  ['test', 0, 0xba6bd213],
  ['Hello, world!', 0, 0xc0363e43],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
  ['ππππππππ', 0x9747b28c, 0xd58063c1],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
])('murmur3 of %j with seed %i', (text, seed, expected) => {
  expect(murmur3(text, seed)).toBe(expected);
});

test('the same lead always gets the same arm, whatever else exists', () => {
  const arm = splitArm(arms, 'lead-1', 'trial', 'proof');
  expect(splitArm(arms, 'lead-1', 'trial', 'proof')).toBe(arm);
});

test('shares come out as written, in each split on its own', () => {
  const counts: Record<string, number> = {};
  let different = 0;
  for (let lead = 0; lead < 20_000; lead += 1) {
    const arm = splitArm(arms, `lead-${lead}`, 'trial', 'proof');
    counts[arm] = (counts[arm] ?? 0) + 1;
    if (arm !== splitArm(arms, `lead-${lead}`, 'trial', 'other')) different += 1;
  }
  // Three standard deviations of 20,000 draws are below 1.1 points.
  expect(Math.abs((counts['story'] ?? 0) / 200 - 50)).toBeLessThan(1.1);
  expect(Math.abs((counts['numbers'] ?? 0) / 200 - 40)).toBeLessThan(1.1);
  expect(Math.abs((counts['control'] ?? 0) / 200 - 10)).toBeLessThan(1.1);
  // Independent splits agree by chance in 0.5² + 0.4² + 0.1² = 42 % of cases.
  expect(different / 20_000).toBeGreaterThan(0.55);
});

test('an arm without a share gets nobody', () => {
  const none = [{ id: 'off', share: 0, holdout: false }, ...arms];
  const given = Array.from({ length: 1_000 }, (_, i) => splitArm(none, `${i}`, 'j', 's'));
  expect(given).not.toContain('off');
});

test('a split with nothing to give is a broken plan', () => {
  expect(() => splitArm([], 'lead', 'trial', 'proof')).toThrow('has no share to give');
});

import { expect, test } from 'vitest';
import { countedShareInWords, shareInWords } from '../../../core/rules/share.ts';

test('a limit is said as it was written', () => {
  expect([0.003, 0.05, 0.07, 0.125, 0, 1].map(shareInWords)).toEqual([
    ...['0.3 %', '5 %', '7 %', '12.5 %', '0 %', '100 %'],
  ]);
});

test('what was counted is said to two figures', () => {
  expect(countedShareInWords(4, 60)).toBe('6.7 %');
  expect(countedShareInWords(1, 3_000)).toBe('0.033 %');
  expect(countedShareInWords(50, 50)).toBe('100 %');
});

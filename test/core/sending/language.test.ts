import { expect, test } from 'vitest';
import { chooseLanguage } from '../../../core/sending/language.ts';

const check = (available: readonly string[], wanted: unknown, expected: string): void => {
  expect(chooseLanguage(available, wanted, 'en')).toBe(expected);
};

test('a lead is written to in its own language, however it is spelled', () => {
  check(['en', 'de'], 'de', 'de');
  check(['en', 'de'], ' DE ', 'de');
  check(['en', 'de-AT', 'de'], 'de_AT', 'de-AT');
});

test('else in its nearest relative', () => {
  check(['en', 'de'], 'de-AT', 'de');
  check(['en', 'de-CH', 'de-AT'], 'de', 'de-AT');
  check(['en', 'pt-BR'], 'pt-PT', 'pt-BR');
});

test('else in the one for everybody else', () => {
  check(['en', 'de'], 'fr', 'en');
  check(['en', 'de'], undefined, 'en');
  check(['en', 'de'], '', 'en');
  check(['en', 'de'], 7, 'en');
});

/** `rates` and `warmUp` of rules/sending.json: what is refused, where, and with which words. */
import { expect, test } from 'vitest';
import { exampleText, problemsOf } from './example.ts';

const path = 'rules/sending.json';

function problemsWith(parts: object): readonly string[] {
  const text = exampleText(path).trimEnd().replace(/\}$/, '');
  const more = JSON.stringify(parts).slice(1);
  return problemsOf({ [path]: `${text}, ${more}` }).map((line) => line.replace(/^[^ ]+ /, ''));
}
const rate = (id: string, ...to: readonly string[]) => ({ id, to, max: 60, per: '1 minute' });

test('rates and a warm-up as people write them are fine', () => {
  const rates = [rate('google', 'gmail'), rate('web', 'gmx', 't-online.de'), rate('rest', '*')];
  const warmUp = [{ from: '2026-12-01', perDay: [50, 50, 100] }];
  expect(problemsWith({ rates, warmUp })).toEqual([]);
});

test.each([
  [
    { rates: [rate('a', 'gmial')] },
    '"gmial" is neither a domain nor a group of them (gmail, microsoft, yahoo, apple, gmx); did you mean "gmail"?',
  ],
  [
    { rates: [rate('a', 'gmail'), rate('b', 'googlemail.com')] },
    '"googlemail.com" (Gmail) is named twice: the rate "a" is about it already',
  ],
  [
    { rates: [rate('a', 'gmail.com'), rate('b', 'gmail')] },
    '"gmail" is named twice: the rate "a" is about it already',
  ],
  [
    { rates: [rate('a', '*'), rate('b', '*')] },
    '"*" is named twice: the rate "a" is about it already',
  ],
  [
    { warmUp: [{ from: '2026-12-01', perDay: [50, 100, 80] }] },
    'a warm-up does not fall: 80 after 100',
  ],
  [{ rates: [{ ...rate('a', 'gmail'), perMinute: 60 }] }, 'unknown key "perMinute"'],
  [
    { rates: [{ ...rate('a', 'gmail'), per: '0 minutes' }] },
    'expected more than nothing, such as "1 day", found "0 minutes"',
  ],
  [{ sunset: { after: '0 days', emails: 10 } }, 'expected more than nothing'],
])('%j', (parts, expected) => {
  const problems = problemsWith(parts);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(expected);
});

import { expect, test } from 'vitest';
import { factPhrase } from '../../../core/explain/fact-in-words.ts';
import type { JsonObject } from '../../../core/rules/condition.ts';

const page = { event: 'Page Viewed' };

test.each<[string, JsonObject, string | undefined]>([
  ['eventCount', { ...page, within: '7 days' }, 'the number of "Page Viewed" in the last 7 days'],
  ['eventCount', { ...page, trust: 'human' }, 'the number of "Page Viewed" by people'],
  ['eventSum', { event: 'Deal Won', property: 'amount' }, 'the sum of amount over "Deal Won"'],
  [
    'eventDistinct',
    { ...page, property: 'path', where: { fact: 'path', operator: 'known', value: true } },
    'the number of different path of "Page Viewed" that match',
  ],
  ['activeDays', { within: '14 days' }, 'the number of active days in the last 14 days'],
  [
    'activeDays',
    { ...page, within: '2 days' },
    'the number of days with "Page Viewed" in the last 2 days',
  ],
  ['firstEvent', page, 'the first "Page Viewed"'],
  ['lastEvent', page, 'the last "Page Viewed"'],
  ['score', { score: 'engagement', model: 'hr' }, 'the score engagement (hr)'],
  ['scoreGrade', { score: 'fit' }, 'the grade of fit'],
  ['bantAnswer', { question: 'budget' }, 'the answer to "budget"'],
  ['intent', { interest: 'hr' }, 'the interest in "hr"'],
  ['intentSurge', { interest: 'hr' }, 'the surge of the interest in "hr"'],
  ['consentState', { topic: 'events' }, 'the consent given for events'],
  ['country', {}, undefined],
])('%s of %j is %j', (fact, params, words) => {
  expect(factPhrase(fact, params)).toBe(words);
});

/** Conditions in plain words: set sentences, and no two conditions alike. */
import { expect, test } from 'vitest';
import { canonicalJson } from '../../core/definitions/canonical.ts';
import type { Condition } from '../../core/rules/condition.ts';
import { durationOf } from '../../core/rules/duration.ts';
import { operators } from '../../core/rules/operators.ts';
import { conditionWords, eventMatchWords } from '../../core/words/conditions.ts';
import type { Lexicon } from '../../core/words/lexicon.ts';
import { createRandom, randomCase } from '../rule-engine/random-conditions.ts';

const lexicon: Lexicon = {
  facts: { seniority: 'Seniority', painPoint: 'Pain point' },
  events: { 'Pricing Viewed': 'Looked at prices' },
  stages: { marketingqualifiedlead: 'MQL' },
  topics: { 'product-tips': 'Product tips' },
  reps: {},
};

const leaf = (fact: string, operator: string, value: unknown, more: object = {}): Condition =>
  ({ fact, operator, value, ...more }) as Condition;
const pricing = { params: { event: 'Pricing Viewed', within: '30 days' } };

test.each<[string, Condition]>([
  [
    'seniority is director, vp or c-level',
    leaf('seniority', 'isOneOf', ['director', 'vp', 'c-level']),
  ],
  ['looked at prices at least twice within 30 days', leaf('eventCount', 'atLeast', 2, pricing)],
  ['grade is known', leaf('grade', 'known', true)],
  ['“Pain point” is not known', leaf('painPoint', 'known', false)],
  ['sales has the lead', leaf('withSales', 'is', true)],
  ['stage is MQL', leaf('stage', 'is', 'marketingqualifiedlead')],
  ['the entry’s reason is not-now', leaf('entry.reason', 'is', 'not-now')],
  ['last seen lies within the last 7 days', leaf('lastSeen', 'withinLast', '7 days')],
  [
    'permission to write (for the topic “Product tips”) is “yes”',
    leaf('mayEmail', 'is', 'yes', { params: { topic: 'product-tips' } }),
  ],
  [
    'number of employees is at least 500, and country is DE or AT',
    { all: [leaf('employees', 'atLeast', 500), leaf('country', 'isOneOf', ['DE', 'AT'])] },
  ],
  [
    '(grade is A1, or grade is A2), and not (it belongs to the segment “dach”)',
    {
      all: [
        { any: [leaf('grade', 'is', 'A1'), leaf('grade', 'is', 'A2')] },
        { not: { condition: 'dach' } },
      ],
    },
  ],
])('%s', (words, condition) => {
  expect(conditionWords(condition, lexicon)).toBe(words);
});

test('a property of an event is called by its own name, never by a fact that is called alike', () => {
  const where = leaf('seniority', 'startsWith', '/jobs');
  const facts = { seniority: 'How senior' };
  expect(eventMatchWords({ event: 'Page Viewed', where }, { ...lexicon, facts })).toBe(
    '“Looked at a page” where seniority starts with /jobs',
  );
});

test('two facts or events with one label are told apart', () => {
  const twins = {
    ...lexicon,
    facts: { a: 'Size', b: 'Size' },
    events: { X: 'Did it', Y: 'Did it' },
  };
  expect(conditionWords(leaf('a', 'is', 1), twins)).not.toBe(
    conditionWords(leaf('b', 'is', 1), twins),
  );
  expect(eventMatchWords({ event: 'X' }, twins)).not.toBe(eventMatchWords({ event: 'Y' }, twins));
});

test('20,000 random conditions all read, and no two different ones alike', () => {
  const random = createRandom(7);
  const seen = new Map<string, string>();
  for (let round = 0; round < 20_000; round++) {
    const { condition } = randomCase(random);
    const words = conditionWords(condition, lexicon);
    expect(words).not.toMatch(/undefined|\[object/);
    const meant = canonicalJson(inMilliseconds(condition));
    const other = seen.get(words);
    if (other !== undefined) expect(meant, words).toBe(other);
    seen.set(words, meant);
  }
  expect(seen.size).toBeGreaterThan(10_000);
});

/** "2 days" and 172,800,000 mean the same to an operator of time, and read the same. */
function inMilliseconds(condition: Condition): unknown {
  if ('all' in condition) return { ...condition, all: condition.all.map(inMilliseconds) };
  if ('any' in condition) return { ...condition, any: condition.any.map(inMilliseconds) };
  if ('not' in condition) return { ...condition, not: inMilliseconds(condition.not) };
  if ('condition' in condition) return condition;
  const kind = operators.get(condition.operator.split(':').at(-1) ?? '')?.value;
  if (kind !== 'duration') return condition;
  return { ...condition, value: durationOf(condition.value) ?? condition.value };
}

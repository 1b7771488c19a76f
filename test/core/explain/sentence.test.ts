import { expect, test } from 'vitest';
import { comparison, sentenceOfPoint, sentencesOf } from '../../../core/explain/sentence.ts';
import { factReader } from '../../../core/facts/read.ts';
import type { Condition, JsonObject } from '../../../core/rules/condition.ts';
import { compileCondition } from '../../../core/rules/compile.ts';
import { day, event, lead, now, release } from '../facts/example-release.ts';

function said(condition: Condition, facts: JsonObject): readonly string[] {
  const compiled = compileCondition(condition, release.segments);
  return sentencesOf(compiled.evaluate((fact) => facts[fact], now));
}

test.each<[string, Condition, JsonObject]>([
  [
    'country is DE, which is one of DE, AT, CH',
    { fact: 'country', operator: 'isOneOf', value: ['DE', 'AT', 'CH'] },
    { country: 'DE' },
  ],
  [
    'country is FR, which is not one of DE, AT',
    { fact: 'country', operator: 'isOneOf', value: ['DE', 'AT'] },
    { country: 'FR' },
  ],
  ['employees is not known', { fact: 'employees', operator: 'atLeast', value: 500 }, {}],
  [
    'employees is 50, which is not at least 500',
    { fact: 'employees', operator: 'atLeast', value: 500 },
    { employees: 50 },
  ],
  [
    'country is FR, as expected: not one of DE, AT',
    { fact: 'country', operator: 'not:in', value: ['DE', 'AT'] },
    { country: 'FR' },
  ],
  [
    'tags is a, b, expected of every entry that it starts with some of a, c',
    { fact: 'tags', operator: 'everyFact:someValue:startsWith', value: ['a', 'c'] },
    { tags: ['a', 'b'] },
  ],
  [
    `lastSeen is ${new Date(now).toISOString()}, expected not within the last 3 days`,
    { fact: 'lastSeen', operator: 'not:withinLast', value: '3 days' },
    { lastSeen: now },
  ],
  ['company is known', { fact: 'company', operator: 'known', value: true }, { company: 'x' }],
  [
    'company is x, expected not known',
    { fact: 'company', operator: 'not:known', value: true },
    { company: 'x' },
  ],
  ['country is DE', { fact: 'country', operator: 'is', value: 'DE' }, { country: 'DE' }],
  [
    'country is FR, which is not DE',
    { fact: 'country', operator: 'is', value: 'DE' },
    { country: 'FR' },
  ],
  [
    'painPoint is known',
    { fact: 'painPoint', operator: 'known', value: true },
    { painPoint: 'Excel' },
  ],
  [
    'tags is a, b, which does not have c',
    { fact: 'tags', operator: 'has', value: 'c' },
    { tags: ['a', 'b'] },
  ],
  [
    'path is /jobs/1, which starts with /jobs',
    { fact: 'path', operator: 'startsWith', value: '/jobs' },
    { path: '/jobs/1' },
  ],
  [
    'the number of "Demo Requested" in the last 30 days is 2, which is at least 1',
    {
      fact: 'eventCount',
      params: { event: 'Demo Requested', within: '30 days' },
      operator: 'atLeast',
      value: 1,
    },
    { eventCount: 2 },
  ],
  [
    'lastSeen is 2026-03-26T15:30:00.000Z, which is within the last 7 days',
    { fact: 'lastSeen', operator: 'withinLast', value: '7 days' },
    { lastSeen: now - day },
  ],
])('%s', (sentence, condition, facts) => {
  expect(said(condition, facts)).toEqual([sentence]);
});

test('only what decided is said', () => {
  const condition: Condition = {
    any: [
      { condition: 'enterprise-dach' },
      { not: { fact: 'plan', operator: 'is', value: 'free' } },
    ],
  };
  expect(said(condition, { employees: 900, country: 'DE', plan: 'free' })).toEqual([
    'employees is 900, which is at least 500',
    'country is DE, which is one of DE, AT, CH',
  ]);
  expect(said(condition, { employees: 900, plan: 'free' })).toEqual([
    'country is not known',
    'plan is free',
  ]);
});

test('points say how often and how long ago', () => {
  const events = [
    event('Pricing Viewed', now - 5 * day),
    event('Pricing Viewed', now - 3 * day),
    event('Demo Requested', now - 40 * 60_000),
  ];
  const known = lead({ events, traits: { seniority: 'vp' } });
  const points = factReader(release, known, now).scored('core')?.points ?? [];
  expect(points.map((point) => sentenceOfPoint(point, now))).toEqual([
    '+25 because Director or above can sign',
    '+13.1 because Looked at prices (2 times, last 3 days ago)',
    '+39.9 because Asked for a demo (once 40 minutes ago)',
  ]);
});

test.each<[string, Condition, JsonObject]>([
  [
    'Employees is 900, expected at least 500: holds',
    { fact: 'employees', operator: 'atLeast', value: 500 },
    { employees: 900 },
  ],
  [
    'Country is not known, expected one of DE, AT: fails',
    { fact: 'country', operator: 'isOneOf', value: ['DE', 'AT'] },
    {},
  ],
  [
    'RepAccepted is no, expected yes: fails',
    { fact: 'repAccepted', operator: 'is', value: true },
    { repAccepted: false },
  ],
  [
    'Tags is vip, expected that it has competitor: fails',
    { fact: 'tags', operator: 'has', value: 'competitor' },
    { tags: ['vip'] },
  ],
  [
    'PainPoint is Excel, expected known: holds',
    { fact: 'painPoint', operator: 'known', value: true },
    { painPoint: 'Excel' },
  ],
  [
    'Employees is 5, expected at least seats: fails',
    { fact: 'employees', operator: 'atLeast', value: { fact: 'seats' } },
    { employees: 5, seats: 9 },
  ],
])('%s', (sentence, condition, facts) => {
  const compiled = compileCondition(condition, release.segments);
  const { explanation } = compiled.evaluate((fact) => facts[fact], now);
  expect(explanation.type === 'leaf' ? comparison(explanation) : '').toBe(sentence);
});

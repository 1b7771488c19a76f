import { describe, expect, test } from 'vitest';
import { parseAnswer, sortAnswer, unknownOf } from '../../../core/enrichment/answer.ts';
import { enrichmentEvents } from '../../../core/enrichment/event.ts';
import type { Release } from '../../../core/definitions/release.ts';
import { factReader } from '../../../core/facts/read.ts';
import type { Lead, SaidBy } from '../../../core/facts/lead.ts';
import { bornLead } from '../../../core/decision/birth.ts';
import { release as acme } from '../decision/acme.ts';

const release: Release = {
  ...acme(),
  facts: {
    revenue: {
      id: 'revenue',
      type: 'number',
      label: 'Revenue',
      from: 'finance.revenue',
      range: [0, 9],
    },
    size: { id: 'size', type: 'choice', label: 'Size', from: 'size', values: ['small', 'large'] },
  },
};

describe('a value that a provider gives', () => {
  const check = (fact: string, said: unknown, expected: unknown) =>
    test(`${fact} ${JSON.stringify(said)?.slice(0, 60)}: ${JSON.stringify(expected)}`, () => {
      const answer = { values: { [fact]: said }, source: 'x' } as Parameters<typeof sortAnswer>[0];
      const { values, refused } = sortAnswer(answer, [fact], release);
      expect(typeof expected === 'string' ? refused : values).toEqual(
        typeof expected === 'string' ? [{ fact, because: expected }] : { [fact]: expected },
      );
    });
  check('employees', { value: 900, confidence: 0.5 }, { value: 900, confidence: 0.5 });
  check('employees', { value: '900' }, { value: 900 });
  check('employees', { value: 'about 900' }, 'wrong-type');
  check('employees', { value: -1 }, 'out-of-range');
  check('employees', { value: Infinity }, 'wrong-type');
  check('industry', { value: 12 }, 'wrong-type');
  check('industry', { value: { name: 'Wind' } }, 'wrong-type');
  check('industry', { value: 'x'.repeat(2_000) }, 'too-long');
  check('industry', 'Wind', 'odd');
  check('industry', { value: 'Wind', confidence: 2 }, 'odd');
  check('industry', { value: 'Wind', at: 'lately' }, 'odd');
  check('revenue', { value: 9 }, { value: 9 });
  check('revenue', { value: 10 }, 'out-of-range');
  check('size', { value: 'LARGE' }, { value: 'large' });
  check('size', { value: 'huge' }, 'not-one-of');
  check('shoeSize', { value: 43 }, 'unknown-fact');
  check('grade', { value: 'A1' }, 'unknown-fact');
  check('constructor', { value: 'A1' }, 'unknown-fact');
  check('email', { value: 'boss@x.de' }, 'not-enriched');
  check('owner', { value: 'anna' }, 'not-enriched');
});

test('what was not asked for is left out, and is no mistake', () => {
  const answer = { values: { employees: { value: 5 }, industry: { value: 'Wind' } }, source: 'x' };
  expect(sortAnswer(answer, ['industry'], release)).toEqual({
    values: { industry: { value: 'Wind' } },
    refused: [],
  });
});

test('an answer that is none is a problem', () => {
  expect(parseAnswer(null)).toBeNull();
  const wrong = [
    undefined,
    'no',
    [],
    {},
    { values: [] },
    { values: {}, source: '' },
    { values: {} },
  ];
  for (const answer of wrong) expect(parseAnswer(answer)).toHaveProperty('problem');
});

test('one event for each degree of certainty; the last keeps what was refused', () => {
  const values = {
    employees: { value: 5, confidence: 0.5 },
    industry: { value: 'Wind', confidence: 0.5 },
    size: { value: 'small' },
  };
  const refused = [{ fact: 'shoeSize', because: 'unknown-fact' as const }];
  const about = { provider: 'x', journey: 'j', step: 's' };
  const events = enrichmentEvents({ values, refused }, about);
  expect(events).toMatchObject([
    { suffix: '/certain', traits: { size: 'small' } },
    {
      suffix: '',
      confidence: 0.5,
      traits: { employees: 5, industry: 'Wind' },
      properties: { refused },
    },
  ]);
  expect(events[0]).not.toHaveProperty('confidence');
  expect(enrichmentEvents({ values: {}, refused: [] }, about)).toEqual([]);
  expect(enrichmentEvents({ values: {}, refused }, about)).toMatchObject([
    { traits: {}, properties: { outcome: 'nothing-known' } },
  ]);
});

describe('a guess never hides what somebody said', () => {
  const lead = (said: {
    readonly [trait: string]: readonly [SaidBy, Lead['traits'][string]];
  }): Lead => ({
    ...bornLead({ id: 'l', bornAt: 0 }, release.qualification),
    traits: Object.fromEntries(Object.entries(said).map(([trait, [, value]]) => [trait, value])),
    origins: Object.fromEntries(
      Object.entries(said).map(([trait, [by]]) => [trait, { by, source: 'x', at: 1 }]),
    ),
  });
  const check = (fact: string, one: Lead, expected: unknown, wanted: boolean) =>
    test(`${fact} of ${JSON.stringify(one.traits)}`, () => {
      const read = factReader(release, one, 10);
      expect(read(fact)).toBe(expected);
      expect(unknownOf([fact], read)).toEqual(wanted ? [fact] : []);
    });
  check('employees', lead({ employees: ['enrichment', 5] }), 5, false);
  check(
    'employees',
    lead({ employees: ['enrichment', 5], 'company.employee_count': ['person', 7] }),
    7,
    false,
  );
  check(
    'revenue',
    lead({ revenue: ['enrichment', 5], finance: ['import', { revenue: 7 }] }),
    7,
    false,
  );
  check('industry', lead({ employees: ['enrichment', 5] }), undefined, true);
  const account = { id: 'a', tags: [], traits: { industry: 'Sun' } };
  check('industry', { ...lead({ industry: ['enrichment', 'Wind'] }), account }, 'Sun', false);
});

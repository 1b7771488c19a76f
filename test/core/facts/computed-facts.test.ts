import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Release } from '../../../core/definitions/release.ts';
import type { Lead, LeadEvent } from '../../../core/facts/lead.ts';
import { factNeeds } from '../../../core/facts/needs.ts';
import { nextChange } from '../../../core/facts/next-change.ts';
import { factReader } from '../../../core/facts/read.ts';
import type { Interest } from '../../../core/interests/model.ts';
import { compileCondition } from '../../../core/rules/compile.ts';
import type { Condition, FactValue, JsonObject } from '../../../core/rules/condition.ts';
import { day, event, lead, now, release as base } from './example-release.ts';

const hr: Interest = {
  id: 'hr',
  title: 'HR software',
  why: 'Reads about HR',
  fadesAfterMs: 90 * day,
  from: [
    {
      match: {
        event: 'Page Viewed',
        where: { fact: 'path', operator: 'startsWith', value: '/hr' },
      },
      points: 1,
      halfLifeMs: 10 * day,
    },
    { match: { event: 'Demo Requested' }, points: 4 },
  ],
};
/** Ages of a property: the clock alone makes an event another one than a file means. */
const soon = { fact: 'startsAt', operator: 'withinLast', value: '5 days' } as const;
const over = { fact: 'startsAt', operator: 'olderThan', value: '5 days' } as const;
const fresh: Condition = { fact: 'daysSinceActivity', operator: 'lessThan', value: 7 };
const release: Release = {
  ...base,
  interests: {
    hr,
    legal: { ...hr, id: 'legal', from: [] },
    now: {
      ...hr,
      id: 'now',
      from: [{ match: { event: 'Demo Requested', where: soon }, points: 1 }],
    },
  },
  qualification: {
    ...base.qualification,
    bant: {
      budget: {
        ask: 'Is there a budget?',
        yes: { fact: 'budgetRange', operator: 'isOneOf', value: ['10-50k', '50k+'] },
        no: { fact: 'budgetRange', operator: 'is', value: 'none' },
      },
      need: { ask: 'What hurts?', yes: { fact: 'painPoint', operator: 'known', value: true } },
      timing: { ask: 'When?', yes: fresh },
    },
    buyingStages: [
      {
        is: 'decision',
        why: 'Asked for a demo',
        when: {
          fact: 'eventCount',
          params: { event: 'Demo Requested', within: '30 days' },
          operator: 'atLeast',
          value: 1,
        },
      },
      { is: 'awareness', why: 'Is alive', when: fresh },
    ],
  },
};

function fact(name: string, changes: Partial<Lead>, params?: JsonObject): FactValue {
  return factReader(release, lead(changes), now)(name, params);
}

const deal = (amount: number | string | null, daysAgo: number) =>
  event('Deal Won', now - daysAgo * day, {
    properties: amount === null ? {} : { amount, line: amount },
  });
const page = (path: string, daysAgo: number, trust: LeadEvent['trust'] = 'human') =>
  event('Page Viewed', now - daysAgo * day, {
    properties: { path },
    trust,
    id: `${path}${daysAgo}`,
  });

describe('facts about events', () => {
  const deals = {
    events: [deal(100, 1), deal('50', 5), deal('much', 6), deal(null, 7), deal(7, 40)],
  };
  const sum = { event: 'Deal Won', property: 'amount' };

  test('a sum adds numbers, texts that are numbers, and nothing else', () => {
    expect(fact('eventSum', deals, sum)).toBe(157);
    expect(fact('eventSum', deals, { ...sum, within: '30 days' })).toBe(150);
    const where: JsonObject = { fact: 'amount', operator: 'atLeast', value: 60 };
    expect(fact('eventSum', deals, { ...sum, where })).toBe(100);
    expect(fact('eventSum', {}, sum)).toBe(0);
  });

  test('different values are counted once, missing ones never', () => {
    const events = [page('/a', 1), page('/a', 2), page('/b', 3), page('/c', 50)];
    const paths = { event: 'Page Viewed', property: 'path' };
    expect(fact('eventDistinct', { events }, paths)).toBe(3);
    expect(fact('eventDistinct', { events }, { ...paths, within: '10 days' })).toBe(2);
    expect(fact('eventDistinct', { events }, { ...paths, property: 'nobody' })).toBe(0);
  });

  test('days are those of the calendar on the wall of the lead, robots left out', () => {
    const at = (iso: string, trust: LeadEvent['trust'] = 'human') =>
      event('Page Viewed', Date.parse(iso), { id: iso, trust });
    const events = [
      at('2026-03-20T22:30:00Z'),
      at('2026-03-20T23:30:00Z'),
      at('2026-03-22T10:00:00Z', 'likely-robot'),
    ];
    const within = { within: '14 days' };
    expect(fact('activeDays', { events, traits: { timezone: 'Europe/Berlin' } }, within)).toBe(2);
    expect(fact('activeDays', { events, traits: { timezone: 'UTC' } }, within)).toBe(1);
    expect(fact('activeDays', { events, traits: { country: 'US' } }, within)).toBe(1);
    expect(fact('activeDays', { events }, { ...within, event: 'Demo Requested' })).toBe(0);
    expect(fact('activeDays', { events })).toBeUndefined();
  });

  test('first and last come from the counts, under a condition from the events', () => {
    const counts = { 'Page Viewed': { count: 9, firstAt: now - 400 * day, lastAt: now - day } };
    const events = [page('/a', 3), page('/b', 1, 'unknown'), page('/b', 2)];
    const all = { event: 'Page Viewed' };
    expect(fact('firstEvent', { counts, events }, all)).toBe(now - 400 * day);
    expect(fact('lastEvent', { counts, events }, all)).toBe(now - day);
    expect(fact('lastEvent', { counts, events }, { ...all, trust: 'human' })).toBe(now - 2 * day);
    expect(fact('firstEvent', {}, all)).toBeUndefined();
    const where: JsonObject = { fact: 'path', operator: 'is', value: '/b' };
    expect(fact('firstEvent', { counts, events }, { ...all, where })).toBe(now - 2 * day);
  });

  test('an event ahead of the clock does not count yet', () => {
    const events = [page('/hr', -1)];
    const all = { event: 'Page Viewed', property: 'path' };
    expect(fact('eventDistinct', { events }, all)).toBe(0);
    expect(fact('lastEvent', { events }, { event: 'Page Viewed', trust: 'human' })).toBeUndefined();
    expect(fact('interests', { events })).toEqual([]);
  });
});

test('any score of any model is a fact, unknown names are missing', () => {
  const known = { traits: { seniority: 'vp', employees: 900 } };
  expect(fact('score', known, { score: 'fit' })).toBe(fact('fitScore', known));
  expect(fact('scoreGrade', known, { score: 'fit' })).toBe('A');
  expect(fact('score', {}, { score: 'fit' })).toBeUndefined();
  const events = [event('Demo Requested', now)];
  expect(fact('score', { events }, { score: 'engagement', model: 'hr' })).toBe(40);
  expect(fact('score', {}, { score: 'toString' })).toBeUndefined();
  expect(fact('score', {}, { score: 'fit', model: 'none' })).toBeUndefined();
});

test('each question is answered yes, no or not at all', () => {
  const traits = { budgetRange: 'none', painPoint: 'Reports take days' };
  const one = { traits, lastActivityAt: now - 30 * day };
  expect(fact('bantAnswer', one, { question: 'budget' })).toBe('no');
  expect(fact('bantAnswer', one, { question: 'need' })).toBe('yes');
  expect(fact('bantAnswer', one, { question: 'timing' })).toBe('unknown');
  expect(fact('bantAnswer', one, { question: 'never asked' })).toBeUndefined();
  const numbers = ['bantYes', 'bantNo', 'bantUnknown'].map((name) => fact(name, one));
  expect(numbers).toEqual([1, 1, 1]);
  expect(fact('bantGaps', one)).toEqual(['timing']);
});

test('the first rule that holds is the buying stage', () => {
  const asked = { events: [event('Demo Requested', now - day)], lastActivityAt: now - day };
  expect(fact('buyingStage', asked)).toBe('decision');
  expect(fact('buyingStage', { lastActivityAt: now - day })).toBe('awareness');
  expect(fact('buyingStage', {})).toBeUndefined();
});

test('consent is told as the person gave it, by class and topic', () => {
  const consents = [
    { class: 'marketing', state: 'opt-in', at: 1 },
    { class: 'marketing', topic: 'events', state: 'double-opt-in', at: 2 },
  ] as const;
  expect(fact('consentState', { consents })).toBe('opt-in');
  expect(fact('consentState', { consents }, { topic: 'events' })).toBe('double-opt-in');
  expect(fact('consentState', { consents }, { class: 'outbound' })).toBe('none');
});

describe('interests', () => {
  test('are alive until their last evidence fades; robots show none', () => {
    const alive = (events: readonly LeadEvent[]) => fact('interests', { events });
    expect(alive([page('/hr/guide', 89)])).toEqual(['hr']);
    expect(alive([page('/hr/guide', 90)])).toEqual([]);
    expect(alive([page('/prices', 1)])).toEqual([]);
    expect(alive([page('/hr/guide', 1, 'likely-robot')])).toEqual([]);
  });

  test('fade by half with each half-life of their source', () => {
    const level = (...events: readonly LeadEvent[]) =>
      fact('intent', { events }, { interest: 'hr' });
    expect(level(page('/hr', 0))).toBe(1);
    expect(level(page('/hr', 10))).toBe(0.5);
    expect(level(page('/hr', 10), event('Demo Requested', now - 80 * day))).toBe(4.5);
    expect(level(page('/hr', 90), page('/hr', 1, 'likely-robot'))).toBe(0);
    expect(fact('intent', {}, { interest: 'nobody' })).toBeUndefined();
  });

  const surge = (daysAgo: readonly number[], bornDaysAgo = 400) =>
    fact(
      'intentSurge',
      { events: daysAgo.map((days) => page('/hr', days)), bornAt: now - bornDaysAgo * day },
      { interest: 'hr' },
    );

  test('surge against the usual rate of the lead itself', () => {
    const weekly = [1, 8, 15, 22, 29, 36, 43, 50, 57];
    expect(surge(weekly)).toBeCloseTo(0.95, 2);
    expect(surge([1, 2, 3, 4, ...weekly.slice(1)])).toBeGreaterThan(2);
    expect(surge([...weekly.slice(1)])).toBe(0);
    expect(surge([1, 2, 3])).toBeCloseTo(60 / 7, 1);
  });

  test('have no surge while too little is known', () => {
    expect(surge([1, 2])).toBeUndefined();
    expect(surge([1, 2, 3], 13)).toBeUndefined();
    expect(surge([1, 2, 70])).toBeUndefined();
  });

  test('of a steady lead known for three weeks are no surge', () => {
    expect(surge([1, 4, 8, 11, 15, 18], 21)).toBe(1);
    // A list told of it before it was born here.
    expect(surge([1, 4, 8, 11, 15, 18, 40], 1)).toBeCloseTo(40 / 7 / 3.5, 1);
  });
});

test('a batch loads what these facts look at, as far back as they look', () => {
  const leaves: readonly Condition[] = [
    leaf('eventSum', { event: 'Deal Won', property: 'amount', within: '20 days' }),
    leaf('eventDistinct', { event: 'Screen Viewed', property: 'name' }),
    leaf('firstEvent', { event: 'Email Opened' }),
    leaf('lastEvent', { event: 'Email Clicked', trust: 'human' }),
    leaf('activeDays', { within: '14 days' }),
    leaf('activeDays', { within: '300 days', event: 'Email Sent' }),
  ];
  const segments = { all: { id: 'all', why: 'x', when: { all: leaves } } };
  const { events } = factNeeds({ ...release, segments, models: [] });
  expect(events.get('Deal Won')).toBe(20 * day);
  expect(events.get('Screen Viewed')).toBe('all');
  expect(events.get('Email Opened')).toBeUndefined();
  expect(events.get('Email Clicked')).toBe('all');
  expect(events.get('Email Replied')).toBe(14 * day);
  expect(events.get('Email Sent')).toBe(300 * day);
  // An interest looks back as far as it fades, and sixty days for its surge.
  expect(events.get('Page Viewed')).toBe(90 * day);
});

function leaf(
  name: string,
  params: JsonObject,
  operator = 'known',
  value: FactValue = true,
): Condition {
  return { fact: name, params, operator, value: value ?? null };
}

test('no answer changes by the clock before the instant told', () => {
  const visits = { event: 'Page Viewed', within: '20 days' };
  const conditions: readonly Condition[] = [
    leaf('eventSum', { ...visits, property: 'n' }, 'atLeast', 3),
    leaf('eventSum', { ...visits, property: 'n' }, 'between', [-1, 2]),
    leaf('eventDistinct', { ...visits, property: 'path' }, 'moreThan', 1),
    leaf('eventDistinct', { ...visits, property: 'path' }, 'is', 2),
    leaf('activeDays', { within: '20 days' }, 'atLeast', 3),
    leaf('activeDays', { within: '9 days', event: 'Page Viewed' }, 'isOneOf', [1, 3]),
    leaf('lastEvent', { event: 'Page Viewed', trust: 'human' }, 'withinLast', '11 days'),
    leaf('firstEvent', { event: 'Page Viewed', trust: 'human' }, 'not:olderThan', '11 days'),
    { fact: 'interests', operator: 'has', value: 'hr' },
    leaf('intent', { interest: 'hr' }, 'atLeast', 1.5),
    leaf('intent', { interest: 'hr' }, 'between', [0.4, 2]),
    leaf('intent', { interest: 'now' }, 'atLeast', 1),
    { fact: 'interests', operator: 'has', value: 'now' },
    leaf('eventCount', { event: 'Page Viewed', where: soon }, 'atLeast', 2),
    leaf('eventSum', { ...visits, property: 'n', where: over }, 'atLeast', 2),
    leaf('eventDistinct', { ...visits, property: 'path', where: over }, 'atLeast', 1),
    leaf('firstEvent', { event: 'Page Viewed', where: over }),
    leaf('lastEvent', { event: 'Page Viewed', where: soon }),
    leaf('intentSurge', { interest: 'hr' }, 'atLeast', 2),
    leaf('intentSurge', { interest: 'hr' }, 'known', false),
    leaf('bantAnswer', { question: 'timing' }, 'is', 'yes'),
    { fact: 'bantGaps', operator: 'has', value: 'timing' },
    { fact: 'buyingStage', operator: 'is', value: 'awareness' },
    leaf('score', { score: 'engagement' }, 'atLeast', 20),
    leaf('scoreGrade', { score: 'engagement' }, 'is', '3'),
  ];
  const someEvent = fc
    .record({
      name: fc.constantFrom('Page Viewed', 'Page Viewed', 'Demo Requested'),
      age: fc.integer({ min: -4 * day, max: 70 * day }),
      id: fc.uuid(),
      path: fc.constantFrom('/hr', '/hr/2', '/x'),
      n: fc.integer({ min: -2, max: 4 }),
      startsIn: fc.integer({ min: -9 * day, max: 9 * day }),
    })
    .map(({ name, age, id, path, n, startsIn }) => {
      const startsAt = new Date(now + startsIn).toISOString();
      return event(name, now - age, { id, properties: { path, n, startsAt } });
    });
  const cases = fc.record({
    events: fc.array(someEvent, { maxLength: 12 }),
    lastActivityAt: fc.integer({ min: now - 20 * day, max: now }),
    bornAt: fc.integer({ min: now - 80 * day, max: now }),
    samples: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
  });
  const changed = new Map<number, number>();
  fc.assert(
    fc.property(cases, fc.nat(conditions.length - 1), ({ samples, ...known }, index) => {
      const condition = compileCondition(conditions[index] as Condition, {});
      const one = lead(known);
      const holdsAt = (at: number) => condition.holds(factReader(release, one, at), at);
      const at = nextChange(release, one, [condition], now);
      const before = holdsAt(now);
      const last = at === null ? now + 200 * day : at - 1;
      for (const share of [...samples, 1]) {
        expect(holdsAt(Math.floor(now + share * (last - now)))).toBe(before);
      }
      if (at !== null && holdsAt(at) !== before) changed.set(index, (changed.get(index) ?? 0) + 1);
    }),
    { seed: 20260327, numRuns: 2_000 },
  );
  expect([...changed.keys()].sort((a, b) => a - b)).toEqual(conditions.map((_, index) => index));
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Lead, LeadEvent } from '../../../core/facts/lead.ts';
import { nextChange } from '../../../core/facts/next-change.ts';
import { factReader } from '../../../core/facts/read.ts';
import type { Condition } from '../../../core/rules/condition.ts';
import { compileCondition } from '../../../core/rules/compile.ts';
import { day, event, lead, now, release } from './example-release.ts';

const seed = 20260327;
const compile = (condition: Condition) => compileCondition(condition, release.segments);

function holdsAt(condition: Condition, one: Lead, at: number, rules = release): boolean {
  return compile(condition).holds(factReader(rules, one, at), at);
}
function changeOf(condition: Condition, changes: Partial<Lead>, from = now): number | null {
  return nextChange(release, lead(changes), [compile(condition)], from);
}

const demoLately: Condition = {
  fact: 'eventCount',
  params: { event: 'Demo Requested', within: '30 days' },
  operator: 'atLeast',
  value: 1,
};

test('the end of a window is a change, and the new answer is there at that instant', () => {
  const events = [event('Demo Requested', now - 3 * day)];
  const at = changeOf(demoLately, { events });
  expect(at).toBe(now + 27 * day);
  expect(holdsAt(demoLately, lead({ events }), now + 27 * day - 1)).toBe(true);
  expect(holdsAt(demoLately, lead({ events }), now + 27 * day)).toBe(false);
});

test('45 days without activity are a change at the 45th day', () => {
  const quiet: Condition = { fact: 'daysSinceActivity', operator: 'atLeast', value: 45 };
  expect(changeOf(quiet, { lastActivityAt: now - 5 * day - 7 })).toBe(now + 40 * day - 7);
});

test('a date grows older than the span it is compared with', () => {
  const stale: Condition = { fact: 'lastSeen', operator: 'olderThan', value: '10 days' };
  expect(changeOf(stale, { lastSeenAt: now - day })).toBe(now + 9 * day);
  expect(changeOf(stale, { lastSeenAt: now - 11 * day })).toBeNull();
});

test('each entry of a list, and each span of a list, is an age of its own', () => {
  const both: Condition = {
    ...{ fact: 'lastSeen', operator: 'everyValue:olderThan', value: ['10 days', '3 days'] },
  };
  expect(changeOf(both, { lastSeenAt: now - 4 * day })).toBe(now + 6 * day);
  const some: Condition = { fact: 'tags', operator: 'someFact:withinLast', value: '3 days' };
  const dates = [now - 9 * day, now - day].map((at) => new Date(at).toISOString());
  expect(changeOf(some, { tags: dates })).toBe(now + 2 * day);
});

test('a score rule that asks how old a property is gives its points on time', () => {
  const [model] = release.models;
  if (model === undefined) throw new Error('the example has no model');
  const over = { fact: 'startsAt', operator: 'olderThan', value: '2 days' } as const;
  const held = { event: 'Meeting Booked', where: over };
  const rule = { id: 'met', score: 'engagement', points: 30, why: 'Has met us' } as const;
  const rules = {
    ...release,
    models: [
      { ...model, rules: [{ ...rule, type: 'for-each', keeps: false, match: held } as const] },
    ],
  };
  const startsAt = new Date(now + day).toISOString();
  const one = lead({ events: [event('Meeting Booked', now - day, { properties: { startsAt } })] });
  const met: Condition = { fact: 'engagementScore', operator: 'atLeast', value: 20 };
  // At the date itself nothing turns yet: an instant too many.
  expect(nextChange(rules, one, [compile(met)], now)).toBe(now + day);
  expect(nextChange(rules, one, [compile(met)], now + day)).toBe(now + 3 * day);
  expect(holdsAt(met, one, now + 3 * day, rules)).toBe(true);
});

test('an interest falls below a number also when an event dated ahead will lift it again', () => {
  const match = { event: 'Page Viewed' };
  const hr = {
    ...{ id: 'hr', title: 'HR', why: 'Reads about it', fadesAfterMs: 90 * day },
    from: [{ match, points: 1, halfLifeMs: 10 * day }],
  };
  const rules = { ...release, interests: { hr } };
  const one = lead({
    events: [event('Page Viewed', now), event('Page Viewed', now + 40 * day, { id: 'ahead' })],
  });
  const keen: Condition = {
    ...{ fact: 'intent', params: { interest: 'hr' }, operator: 'atLeast', value: 0.5 },
  };
  const at = nextChange(rules, one, [compile(keen)], now) ?? Infinity;
  expect(at).toBeLessThan(now + 12 * day);
  expect(holdsAt(keen, one, now + 12 * day, rules)).toBe(false);
});

test('nothing changes where no fact depends on time', () => {
  expect(changeOf({ fact: 'country', operator: 'is', value: 'DE' }, {})).toBeNull();
  expect(changeOf({ fact: 'engagementScore', operator: 'atLeast', value: 20 }, {})).toBeNull();
});

test('a fading score crosses a number that a rule names', () => {
  const active: Condition = { fact: 'engagementScore', operator: 'atLeast', value: 20 };
  const old = { lastActivityAt: now - 50 * day, events: [event('Demo Requested', now)] };
  const at = changeOf(active, old) ?? 0;
  // 40 points read as 20 until 19.5 are left.
  expect((at - now) / day).toBeCloseTo(14 * Math.log2(40 / 19.5), 4);
  expect(holdsAt(active, lead(old), at - 1)).toBe(true);
  expect(holdsAt(active, lead(old), at)).toBe(false);
});

// Without the rule that hangs on the clock, a score can only fall: the shorter way of searching.
const fallsOnly = {
  ...release,
  models: release.models.map((model) => ({
    ...model,
    rules: model.rules.filter(({ id }) => id !== 'fresh'),
  })),
};

test.each([
  ['a rule that hangs on the clock', release],
  ['events that only fade', fallsOnly],
])('the instant returned is really the first change: %s', (_with, rules) => {
  const conditions: readonly Condition[] = [
    { fact: 'grade', operator: 'isOneOf', value: ['U1', 'U3'] },
    { fact: 'engagementScore', operator: 'moreThan', value: 35 },
    { not: { fact: 'engagementScore', operator: 'is', value: 12 } },
    { all: [demoLately, { fact: 'engagementScore', operator: 'lessThan', value: 50 }] },
  ];
  const cases = fc.record({
    condition: fc.constantFrom(...conditions),
    lastActivityAt: fc.integer({ min: now - 20 * day, max: now }),
    events: fc.array(someEvent(), { maxLength: 20 }),
    samples: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 25, maxLength: 25 }),
  });
  let changed = 0;
  fc.assert(
    fc.property(cases, ({ condition, samples, ...known }) => {
      const one = lead(known);
      const at = nextChange(rules, one, [compile(condition)], now);
      const before = holdsAt(condition, one, now, rules);
      const last = at === null ? now + 400 * day : at - 1;
      for (const share of [...samples, 1]) {
        const sample = Math.floor(now + share * (last - now));
        expect(holdsAt(condition, one, sample, rules)).toBe(before);
      }
      if (at !== null && holdsAt(condition, one, at, rules) !== before) changed++;
    }),
    { seed, numRuns: 300 },
  );
  expect(changed).toBeGreaterThan(50);
});

test('a lead left alone is looked at once per number that rules name, however much it did', () => {
  const counted = (event: string, atLeast: number): Condition => ({
    ...{ fact: 'eventCount', operator: 'atLeast', value: atLeast },
    params: { event, within: '30 days' },
  });
  const conditions = [
    { fact: 'engagementScore', operator: 'atLeast', value: 50 },
    { fact: 'engagementScore', operator: 'moreThan', value: 10 },
    { fact: 'grade', operator: 'isOneOf', value: ['A1', 'A2', 'B1', 'C1', 'D1', 'U1'] },
    counted('Pricing Viewed', 3),
    counted('Page Viewed', 5),
    { fact: 'daysSinceActivity', operator: 'atLeast', value: 45 },
  ];
  const named = 6 + 1; // A grade has two edges here at most: 60 and 30.
  const history = fc.array(someEvent(), { maxLength: 60 });
  let most = 0;
  fc.assert(
    fc.property(history, (all) => {
      const one = lead({
        ...{ events: all.filter(({ occurredAt }) => occurredAt <= now), lastActivityAt: now },
      });
      let at: number | null = now;
      for (let ticks = 0; at !== null; ticks += 1) {
        expect(ticks).toBeLessThanOrEqual(named);
        most = Math.max(most, ticks);
        at = nextChange(fallsOnly, one, conditions.map(compile), at);
      }
    }),
    { seed, numRuns: 200 },
  );
  expect(most).toBeGreaterThan(3);
});

test('a grade is watched only where it can turn the answer', () => {
  const best: Condition = { fact: 'grade', operator: 'isOneOf', value: ['A1', 'A2'] };
  const known = { events: [event('Demo Requested', now)], traits: { country: 'DE', employees: 5 } };
  // 25 and 0 points of fit give D at most: no fading makes it an A.
  expect(nextChange(fallsOnly, lead(known), [compile(best)], now)).toBeNull();
});

test('of a counted window the one event is awaited that makes the difference', () => {
  const three: Condition = {
    ...{ fact: 'eventCount', operator: 'atLeast', value: 3 },
    params: { event: 'Pricing Viewed', within: '30 days' },
  };
  const events = [9, 8, 7, 6, 5].map((days) => event('Pricing Viewed', now - days * day));
  // Two may leave; with the third gone only two are left.
  expect(changeOf(three, { events })).toBe(now + (30 - 7) * day);
});

function someEvent(): fc.Arbitrary<LeadEvent> {
  return fc
    .record({
      name: fc.constantFrom('Pricing Viewed', 'Demo Requested', 'Page Viewed', 'Email Clicked'),
      age: fc.integer({ min: -10 * day, max: 60 * day }),
      id: fc.uuid(),
    })
    .map(({ name, age, id }) => event(name, now - age, { id, properties: { path: '/jobs/1' } }));
}

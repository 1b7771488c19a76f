import fc from 'fast-check';
import { expect, test } from 'vitest';
import { factReader } from '../../../core/facts/read.ts';
import type { Lead, LeadEvent } from '../../../core/facts/lead.ts';
import type { Scored } from '../../../core/scoring/score.ts';
import { day, event, lead, now, release } from '../facts/example-release.ts';

const seed = 20260327;

function scored(one: Lead, at = now): Scored {
  const result = factReader(release, one, at).scored('core');
  if (result === undefined) throw new Error('There is no model "core".');
  return result;
}
function engagement(events: readonly LeadEvent[], at = now): number | null | undefined {
  return scored(lead({ events }), at).scores['engagement'];
}
function pointsOf(rule: string, events: readonly LeadEvent[], at = now): number {
  return scored(lead({ events }), at).points.find((point) => point.rule === rule)?.points ?? 0;
}

const someEvents = fc
  .array(
    fc.record({
      name: fc.constantFrom(
        'Pricing Viewed',
        'Demo Requested',
        'Page Viewed',
        'Email Clicked',
        'Unheard Of',
      ),
      age: fc.integer({ min: -10 * day, max: 200 * day }),
      trust: fc.constantFrom('human' as const, 'likely-robot' as const),
      path: fc.constantFrom('/jobs/1', '/pricing'),
      id: fc.uuid(),
    }),
    { maxLength: 25 },
  )
  .map((all) =>
    all.map(({ name, age, id, trust, path }) =>
      event(name, now - age, { id, trust, properties: { path } }),
    ),
  );

test('points halve with each half-life and stop at the end of their window', () => {
  expect(pointsOf('demo', [event('Demo Requested', now)])).toBe(40);
  expect(pointsOf('demo', [event('Demo Requested', now - 14 * day)])).toBe(20);
  expect(pointsOf('demo', [event('Demo Requested', now - 28 * day)])).toBe(10);
  expect(pointsOf('pricing', [event('Pricing Viewed', now - 30 * day + 1)])).toBeGreaterThan(1.8);
  expect(pointsOf('pricing', [event('Pricing Viewed', now - 30 * day)])).toBe(0);
});

test('atMost limits a rule upwards and downwards', () => {
  const views = Array.from({ length: 10 }, (_, n) => event('Pricing Viewed', now, { id: `v${n}` }));
  expect(pointsOf('pricing', views)).toBe(24);
  const jobs = Array.from({ length: 10 }, (_, n) =>
    event('Page Viewed', now - n * day, { id: `j${n}`, properties: { path: '/jobs/12' } }),
  );
  expect(pointsOf('job-hunter', jobs)).toBe(-30);
});

test('points that keep do not fade, however old', () => {
  const seen = event('Page Viewed', now - 900 * day, { properties: { path: '/jobs' } });
  expect(pointsOf('job-hunter', [seen])).toBe(-15);
});

test('a click that turns out to be a robot takes its points back', () => {
  const click = event('Email Clicked', now);
  expect(pointsOf('click', [click])).toBe(3);
  expect(pointsOf('click', [{ ...click, trust: 'likely-robot' }])).toBe(0);
});

test('events after the instant are not known yet', () => {
  expect(pointsOf('demo', [event('Demo Requested', now + 1)])).toBe(0);
  expect(pointsOf('demo', [event('Demo Requested', now + 1)], now + 1)).toBe(40);
});

test('the grade is U while too little is known, then a letter, with the number of engagement', () => {
  expect(scored(lead({ traits: { employees: 900 } })).grade).toBe('U4');
  expect(scored(lead({ traits: { employees: 900 } })).scores['fit']).toBeNull();
  const known = lead({
    traits: { employees: 900, title: 'VP Sales', 'address.country': 'DE' },
    events: [event('Demo Requested', now)],
  });
  expect(scored(known).grade).toBe('A2');
  expect(scored(known).scores['fit']).toBe(75);
});

test('a score stays inside its scale', () => {
  const jobs = [event('Page Viewed', now, { properties: { path: '/jobs' } })];
  expect(engagement(jobs)).toBe(0);
  const demos = Array.from({ length: 9 }, (_, n) => event('Demo Requested', now, { id: `d${n}` }));
  expect(engagement(demos)).toBe(100);
});

test('the order of arrival and repeats change nothing', () => {
  fc.assert(
    fc.property(someEvents, fc.integer(), (events, turn) => {
      const shuffled = [...events, ...events]
        .map((one, index) => ({ one, key: Math.imul(index + 1, turn | 1) }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }) => one);
      expect(scored(lead({ events: shuffled }))).toEqual(scored(lead({ events })));
    }),
    { seed },
  );
});

test('what gives points only fades, without new events', () => {
  const positive = someEvents.map((events) => events.filter(({ name }) => name !== 'Page Viewed'));
  const spans = fc.tuple(fc.nat({ max: 400 * day }), fc.nat({ max: 100 * day }));
  fc.assert(
    fc.property(positive, spans, (events, [first, more]) => {
      const start = now + 10 * day;
      const before = engagement(events, start + first) ?? 0;
      expect(engagement(events, start + first + more)).toBeLessThanOrEqual(before);
    }),
    { seed },
  );
});

test('the score is the clamped sum of its points', () => {
  fc.assert(
    fc.property(someEvents, (events) => {
      const { scores, points } = scored(lead({ events }));
      const sum = points.reduce(
        (total, one) => total + (one.score === 'engagement' ? one.points : 0),
        0,
      );
      expect(scores['engagement']).toBe(Math.round(Math.min(100, Math.max(0, sum))) + 0);
    }),
    { seed },
  );
});

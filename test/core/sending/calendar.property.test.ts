import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextAllowed, ruleAt, type SendingHours } from '../../../core/sending/calendar.ts';
import { allZones, clockChanges, day, forbids, minute, wall } from './every-clock.ts';

/** More for a long run: `CALENDAR_ROUNDS=50 npx vitest run test/core/sending/calendar.property.test.ts`. */
const rounds = Number(process.env['CALENDAR_ROUNDS'] ?? 1);
const seed = Number(process.env['CALENDAR_SEED'] ?? 20261122);
const quarter = 15 * minute;
/** So far ahead is looked for an allowed instant; `nextAllowed` looks further. */
const searchedMs = 15 * day;

const time = fc
  .integer({ min: 0, max: 24 * 12 - 1 })
  .map((fives) => `${two(Math.floor(fives / 12))}:${two((fives % 12) * 5)}`);
const inZone = fc.oneof(
  { weight: 4, arbitrary: fc.constant('lead') },
  { weight: 1, arbitrary: fc.constantFrom(...allZones) },
);
const weekdays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 });
const chosen = fc.record({
  window: fc.option(fc.record({ days: weekdays, from: time, to: time, zone: inZone }), {
    nil: undefined,
  }),
  quiet: fc.option(fc.record({ from: time, to: time, zone: inZone }), { nil: undefined }),
  /** Days from the day asked about. */
  holidays: fc.uniqueArray(fc.integer({ min: -1, max: 4 }), { maxLength: 4 }),
  /** Minutes and a bit, so that instants lie on no grid. */
  offset: fc.integer({ min: -36 * 60 * 60, max: 36 * 60 * 60 }).map((seconds) => seconds * 1000),
});

/** Around every change, and once in every zone on some day of those years. */
function asked(): readonly { readonly now: number; readonly hours: SendingHours }[] {
  const days = fc.sample(fc.integer({ min: 0, max: 3 * 365 - 1 }), {
    numRuns: allZones.length,
    seed,
  });
  const anyDay = allZones.map((zone, index) => ({
    zone,
    at: Date.UTC(2026, 0, 1) + (days[index] ?? 0) * day,
  }));
  const places = Array.from({ length: rounds }, () => [...clockChanges, ...anyDay]).flat();
  const choices = fc.sample(chosen, { numRuns: places.length, seed });
  return choices.map(({ window, quiet, holidays, offset }, index) => {
    const { zone, at } = places[index] ?? { zone: 'UTC', at: 0 };
    const now = at + offset;
    const hours = {
      ...(window === undefined ? {} : { window }),
      ...(quiet === undefined ? {} : { quiet }),
      holidays: holidays.map((ahead) => wall(now + ahead * day, zone).date),
      zone,
    };
    return { now, hours };
  });
}

const cases = asked();
const told = ({ now, hours }: (typeof cases)[number]) =>
  `at ${new Date(now).toISOString()} with ${JSON.stringify(hours)}`;

test('knows the changes of the clocks of every zone', () => {
  expect(allZones.length).toBeGreaterThan(400);
  expect(clockChanges.length).toBeGreaterThan(600);
});

test('says of every instant what the clock on the wall says', () => {
  for (const one of cases) {
    const words = { 'outside-window': 'window', 'quiet-hours': 'quiet' } as const;
    const rule = ruleAt(one.now, one.hours);
    expect(rule && words[rule], told(one)).toBe(forbids(one.now, one.hours));
  }
});

test('around every clock change of three years the next allowed instant is allowed, and the first', () => {
  let never = 0;
  for (const one of cases) {
    const { now, hours } = one;
    const { at, rule } = nextAllowed(now, hours);
    const searched = Math.min(at ?? Infinity, now + searchedMs);
    const start = Math.ceil(now / quarter) * quarter;
    for (let instant = start; instant < searched; instant += quarter) {
      if (forbids(instant, hours) === undefined) {
        expect.fail(`${new Date(instant).toISOString()} was passed over ${told(one)}`);
      }
    }
    if (at === null) {
      never += 1;
      continue;
    }
    expect(at, told(one)).toBeGreaterThanOrEqual(now);
    expect(forbids(at, hours), told(one)).toBeUndefined();
    expect(rule === undefined, told(one)).toBe(at === now);
    // Not a moment too late either: just before, it was forbidden.
    if (at > now) expect(forbids(at - 1, hours), told(one)).toBeDefined();
  }
  expect(never).toBeLessThan(cases.length / 3);
});

function two(value: number): string {
  return String(value).padStart(2, '0');
}

import fc from 'fast-check';
import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import { addBusiness, isOpen } from '../../../core/sending/business-time.ts';
import {
  dayOf,
  nextAllowed,
  ruleAt,
  spread,
  type SendingHours,
} from '../../../core/sending/calendar.ts';
import { transitionBetween, zoneOfLead } from '../../../core/sending/zone.ts';

const weekdays = [1, 2, 3, 4, 5];
const officeHours = { days: weekdays, from: '09:00', to: '17:00', zone: 'lead' };
const quiet = { from: '20:00', to: '08:00', zone: 'lead' };
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const at = (text: string): number => {
  const parsed = DateTime.fromISO(text, { setZone: true });
  if (!parsed.isValid) throw new Error(`not an instant: ${text}`);
  return parsed.toMillis();
};
const show = (instant: number | null, zone: string): string | null =>
  instant === null
    ? null
    : DateTime.fromMillis(instant, { zone }).toISO({ suppressMilliseconds: true });

/** One line per case: now, the hours, and what comes out in the lead's zone. */
function check(now: string, hours: SendingHours, expected: string | null, rule?: string): void {
  const found = nextAllowed(at(now), hours);
  expect([show(found.at, hours.zone), found.rule]).toEqual([expected, rule]);
}
const berlin = { holidays: [], zone: 'Europe/Berlin' };

test('lets a mail leave at once when nothing forbids it', () => {
  check(
    '2026-11-24T10:00:00+01:00',
    { ...berlin, window: officeHours, quiet },
    '2026-11-24T10:00:00+01:00',
  );
  check('2026-11-21T03:00:00+01:00', berlin, '2026-11-21T03:00:00+01:00');
});

test("holds the mail until 09:00 in the lead's zone", () => {
  check(
    '2026-11-24T07:30:00+01:00',
    { ...berlin, window: officeHours },
    '2026-11-24T09:00:00+01:00',
    'outside-window',
  );
  check(
    '2026-11-24T17:00:00+01:00',
    { ...berlin, window: officeHours },
    '2026-11-25T09:00:00+01:00',
    'outside-window',
  );
  check(
    '2026-11-27T18:00:00+01:00',
    { ...berlin, window: officeHours },
    '2026-11-30T09:00:00+01:00',
    'outside-window',
  );
});

test('holds through the night when quiet hours cross midnight', () => {
  check(
    '2026-11-24T23:15:00+01:00',
    { ...berlin, quiet },
    '2026-11-25T08:00:00+01:00',
    'quiet-hours',
  );
  check(
    '2026-11-25T07:59:59+01:00',
    { ...berlin, quiet },
    '2026-11-25T08:00:00+01:00',
    'quiet-hours',
  );
});

test('passes over holidays, also when several follow each other', () => {
  const holidays = ['2026-12-25', '2026-12-26'];
  check(
    '2026-12-25T10:00:00+01:00',
    { ...berlin, holidays, window: officeHours },
    '2026-12-28T09:00:00+01:00',
    'outside-window',
  );
  check(
    '2026-12-25T10:00:00+01:00',
    { ...berlin, holidays },
    '2026-12-27T00:00:00+01:00',
    'outside-window',
  );
});

test('reads a window in its own zone when it names one', () => {
  const window = { ...officeHours, zone: 'America/New_York' };
  check(
    '2026-11-24T10:00:00+01:00',
    { ...berlin, window },
    '2026-11-24T15:00:00+01:00',
    'outside-window',
  );
});

test('names no instant when the window lies wholly inside the quiet hours', () => {
  const window = { days: weekdays, from: '21:00', to: '23:00', zone: 'lead' };
  check('2026-11-24T10:00:00+01:00', { ...berlin, window, quiet }, null, 'outside-window');
});

test('keeps the wall clock of the window over both clock changes', () => {
  check('2026-03-28T18:00:00+01:00', { ...berlin, quiet }, '2026-03-28T18:00:00+01:00');
  check(
    '2026-03-28T21:00:00+01:00',
    { ...berlin, quiet },
    '2026-03-29T08:00:00+02:00',
    'quiet-hours',
  );
  check(
    '2026-10-24T21:00:00+02:00',
    { ...berlin, quiet },
    '2026-10-25T08:00:00+01:00',
    'quiet-hours',
  );
});

test('opens at the jump when the clocks skip the opening time', () => {
  const window = { days: [1, 2, 3, 4, 5, 6, 7], from: '02:30', to: '04:00', zone: 'lead' };
  check(
    '2026-03-29T01:00:00+01:00',
    { ...berlin, window },
    '2026-03-29T03:00:00+02:00',
    'outside-window',
  );
});

test('a calendar day is 23 or 25 hours long when clocks change', () => {
  const length = (text: string): number => {
    const found = dayOf(at(text), 'Europe/Berlin');
    return (found.to - found.from) / hour;
  };
  expect(
    ['2026-03-29T12:00:00+02:00', '2026-10-25T12:00:00+01:00', '2026-06-01T12:00:00+02:00'].map(
      length,
    ),
  ).toEqual([23, 25, 24]);
});

test('a day that a zone skipped altogether is empty', () => {
  const before = dayOf(at('2011-12-29T12:00:00-10:00'), 'Pacific/Apia');
  expect(show(before.to, 'Pacific/Apia')).toBe('2011-12-31T00:00:00+14:00');
});

test('finds the zone by trait, by country, then by workspace', () => {
  expect(zoneOfLead({ timezone: 'Asia/Tokyo', country: 'DE' }, 'UTC')).toBe('Asia/Tokyo');
  expect(zoneOfLead({ timezone: 'Nowhere/Land', country: 'de' }, 'UTC')).toBe('Europe/Berlin');
  expect(zoneOfLead({ timezone: 7, country: 'XX' }, 'Europe/Paris')).toBe('Europe/Paris');
});

test('spreads evenly and always alike', () => {
  const keys = Array.from({ length: 3000 }, (_, index) => `lead-${index}/step/1`);
  const offsets = keys.map((key) => spread(key, 30 * minute));
  expect(offsets).toEqual(keys.map((key) => spread(key, 30 * minute)));
  const thirds = [0, 1, 2].map(
    (third) => offsets.filter((offset) => Math.floor(offset / (10 * minute)) === third).length,
  );
  for (const count of thirds) expect(count).toBeGreaterThan(900);
  expect(spread('anything', 0)).toBe(0);
});

const berlinOffice = {
  zone: 'Europe/Berlin',
  days: weekdays,
  from: '09:00',
  to: '18:00',
  holidays: ['2026-12-25'],
};
const business = (amount: number, unit: 'minutes' | 'hours' | 'days') => ({
  amount,
  unit,
  business: true,
});

test('counts business time only while the office is open', () => {
  const from = (text: string, amount: number, unit: 'minutes' | 'hours' | 'days'): string | null =>
    show(addBusiness(berlinOffice, at(text), business(amount, unit)), 'Europe/Berlin');
  expect(from('2026-11-24T10:00:00+01:00', 5, 'minutes')).toBe('2026-11-24T10:05:00+01:00');
  expect(from('2026-11-27T17:58:00+01:00', 5, 'minutes')).toBe('2026-11-30T09:03:00+01:00');
  expect(from('2026-11-28T12:00:00+01:00', 5, 'minutes')).toBe('2026-11-30T09:05:00+01:00');
  expect(from('2026-11-23T15:00:00+01:00', 2, 'days')).toBe('2026-11-25T15:00:00+01:00');
  expect(from('2026-12-24T17:00:00+01:00', 4, 'hours')).toBe('2026-12-28T12:00:00+01:00');
  expect(
    show(
      addBusiness(berlinOffice, at('2026-11-28T12:00:00+01:00'), {
        ...business(5, 'minutes'),
        business: false,
      }),
      'Europe/Berlin',
    ),
  ).toBe('2026-11-28T12:05:00+01:00');
});

test('says so when the hours never open', () => {
  expect(() => addBusiness({ ...berlinOffice, days: [] }, 0, business(5, 'minutes'))).toThrow(
    /never open long enough/,
  );
});

const zones = Intl.supportedValuesOf('timeZone');
const yearStart = Date.UTC(2026, 0, 1);

/** Every change of offset of the year, in every zone that has one. */
function clockChanges(): readonly { readonly zone: string; readonly at: number }[] {
  const week = 7 * day;
  return zones.flatMap((zone) => {
    const found = [];
    for (let start = yearStart; start < yearStart + 53 * week; start += week) {
      const change = transitionBetween(start, start + week, zone);
      if (change !== undefined) found.push({ zone, at: change });
    }
    return found;
  });
}

/** The first allowed quarter of an hour, found by looking at each: slow, and easy to believe. */
function firstAllowedQuarter(now: number, hours: SendingHours): number {
  let instant = Math.ceil(now / (15 * minute)) * 15 * minute;
  while (ruleAt(instant, hours) !== undefined) instant += 15 * minute;
  return instant;
}

const arbitraryHours = fc.record({
  window: fc.constantFrom(
    officeHours,
    { ...officeHours, from: '00:30', to: '02:30' },
    { ...officeHours, days: [6, 7], from: '22:00', to: '03:00' },
    { ...officeHours, zone: 'America/St_Johns' },
  ),
  quiet: fc.constantFrom(
    undefined,
    { from: '01:00', to: '01:45', zone: 'lead' },
    { from: '23:00', to: '00:30', zone: 'lead' },
  ),
});

test('agrees with a search by the quarter around every clock change of a year', () => {
  const changes = clockChanges();
  expect(changes.length).toBeGreaterThan(200);
  fc.assert(
    fc.property(
      fc.constantFrom(...changes),
      fc.integer({ min: -day, max: day }),
      arbitraryHours,
      (change, offset, chosen) => {
        const { quiet: chosenQuiet, window } = chosen;
        const hours = {
          window,
          holidays: [],
          zone: change.zone,
          ...(chosenQuiet === undefined ? {} : { quiet: chosenQuiet }),
        };
        const now = change.at + offset;
        const found = nextAllowed(now, hours);
        if (found.at === null) throw new Error('this window opens every week');
        expect(found.at).toBeGreaterThanOrEqual(now);
        expect(ruleAt(found.at, hours)).toBeUndefined();
        expect(found.at).toBeLessThanOrEqual(firstAllowedQuarter(now, hours));
        expect(found.rule === undefined).toBe(found.at === now);
      },
    ),
    { numRuns: 400, seed: 20261122 },
  );
});

test('business time passes exactly as slowly as the office is open, in every zone', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 365 * 24 * 4 }),
      fc.integer({ min: 1, max: 40 }),
      (zone, quarter, quarters) => {
        const hours = { ...berlinOffice, zone, from: '08:30', to: '17:15' };
        const from = yearStart + quarter * 15 * minute;
        const end = addBusiness(hours, from, business(quarters * 15, 'minutes'));
        let open = 0;
        for (let instant = from; instant < end; instant += 15 * minute)
          open += isOpen(hours, instant) ? 1 : 0;
        expect(open).toBe(quarters);
      },
    ),
    { numRuns: 150, seed: 7 },
  );
});

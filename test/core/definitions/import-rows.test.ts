/** Rows of a list: what they become, what is refused, and that a second run is the same. */
import { describe, expect, test } from 'vitest';
import type { ImportMapping } from '../../../core/definitions/compile-import.ts';
import { checkHeader, mapRow } from '../../../core/definitions/import-rows.ts';
import type { MappedRow, Row } from '../../../core/definitions/import-rows.ts';
import { compileExample } from './example.ts';

const badge: Row = {
  'E-Mail': ' Ana@Nordwind.example',
  Name: 'Ana Lindqvist',
  Country: 'Germany',
  'May we write?': 'yes',
  Scanned: '24.03.2026 16:10',
};

describe('badge scans', () => {
  const mapping = importOf();

  test('a row becomes traits, consent and an event at the instant of its zone', () => {
    expect(mapRow(mapping, badge, 2)).toMatchObject({
      ok: true,
      email: 'ana@nordwind.example',
      traits: { name: 'Ana Lindqvist', country: 'DE' },
      consent: {
        state: 'opt-in',
        text: 'Yes, send me news',
        evidence: 'Badge scanner, stand 4B',
      },
      events: [{ event: 'Booth Visited', occurredAt: Date.parse('2026-03-24T15:10:00Z') }],
    });
  });

  test('a second run has the same message ids', () => {
    expect(mapRow(mapping, badge, 2)).toEqual(mapRow(importOf(), { ...badge }, 2));
  });

  test('two scans of one person are two events', () => {
    const later = mapRow(mapping, { ...badge, Scanned: '25.03.2026 09:00' }, 3);
    const ids = [mapRow(mapping, badge, 2), later].flatMap(eventIds);
    expect(new Set(ids).size).toBe(2);
  });

  test('nobody said yes: no consent is made up', () => {
    const row = mapRow(mapping, { ...badge, 'May we write?': '' }, 2);
    expect(row).toMatchObject({ ok: true });
    expect(row).not.toHaveProperty('consent');
  });

  const refused: readonly (readonly [string, Row, string])[] = [
    ['no address', { 'E-Mail': '' }, '"E-Mail" is empty'],
    [
      'an answer nobody foresaw',
      { 'May we write?': 'maybe' },
      '"May we write?": expected "yes" or "", found "maybe"',
    ],
    [
      'a date written otherwise',
      { Scanned: '2026-03-24' },
      '"Scanned": expected a date written dd.MM.yyyy HH:mm, found "2026-03-24"',
    ],
  ];
  test.each(refused)('a row with %s is refused', (_name, change, reason) => {
    expect(mapRow(mapping, { ...badge, ...change }, 7)).toEqual({
      ok: false,
      rowNumber: 7,
      reason,
    });
  });

  test('two addresses in one cell are refused', () => {
    const row = mapRow(mapping, { ...badge, 'E-Mail': 'ana@a.example,bo@b.example' }, 2);
    expect(row).toMatchObject({ ok: false });
  });

  test('a column the list has not is told before any row', () => {
    const header = ['E-mail', 'Name', 'Country', 'May we write?', 'Scanned'];
    expect(checkHeader(mapping, header)).toEqual([
      'the list has no column "E-Mail"; did you mean "E-mail"?',
    ]);
    expect(checkHeader(mapping, Object.keys(badge))).toEqual([]);
  });
});

describe('a list of visits', () => {
  const mapping = importOf({
    import: 'visits',
    columns: {
      Id: { to: 'email', format: '{}@example.com' },
      Staff: 'employees',
    },
    matchOn: ['email'],
    ifKnown: 'fill-empty-only',
    consent: { state: 'opt-in', text: 'Send me news', evidence: 'Form of 2025' },
    events: [
      {
        name: 'Pricing Viewed',
        at: { spread: { from: '2026-01-01', to: '2026-06-30', seed: 7 } },
        times: { column: 'Visits' },
      },
      {
        name: 'Ebook Downloaded',
        at: '2026-07-01T09:00:00+02:00',
        when: { column: 'Took', is: '1' },
        properties: { title: 'Payroll', interest: { column: 'Topic' } },
      },
    ],
  });
  const row: Row = { Id: 'lead-1', Staff: '40', Visits: '5', Took: '1', Topic: 'hr' };

  test('an address is made from an id, a number is read as one', () => {
    expect(mapRow(mapping, row, 2)).toMatchObject({
      email: 'lead-1@example.com',
      traits: { employees: 40 },
    });
  });

  test('visits are as many as the column says, spread over the days by the seed', () => {
    const visits = eventsOf(mapRow(mapping, row, 2)).filter(
      ({ event }) => event === 'Pricing Viewed',
    );
    expect(visits).toHaveLength(5);
    expect(new Set(visits.map(({ messageId }) => messageId)).size).toBe(5);
    for (const { occurredAt } of visits) {
      expect(occurredAt).toBeGreaterThanOrEqual(Date.parse('2026-01-01T00:00:00Z'));
      expect(occurredAt).toBeLessThan(Date.parse('2026-07-01T00:00:00Z'));
    }
    expect(eventsOf(mapRow(mapping, row, 99))).toEqual(eventsOf(mapRow(mapping, row, 2)));
  });

  test('a thousand rows cover the days evenly', () => {
    const half = Date.parse('2026-04-01T00:00:00Z');
    const instants = Array.from({ length: 1000 }, (_, index) =>
      eventsOf(mapRow(mapping, { ...row, Id: `l${index}`, Visits: '1', Took: '0' }, index)),
    ).flat();
    const early = instants.filter(({ occurredAt }) => occurredAt < half).length;
    expect(instants).toHaveLength(1000);
    expect(early).toBeGreaterThan(430);
    expect(early).toBeLessThan(570);
  });

  test('an event happens only where its column says so', () => {
    expect(eventsOf(mapRow(mapping, row, 2)).at(-1)).toMatchObject({
      event: 'Ebook Downloaded',
      properties: { title: 'Payroll', interest: 'hr' },
    });
    expect(eventsOf(mapRow(mapping, { ...row, Took: '0' }, 2))).toHaveLength(5);
  });

  test('no visits, or none told, are none; half a visit is refused', () => {
    expect(eventsOf(mapRow(mapping, { ...row, Visits: '', Took: '0' }, 2))).toEqual([]);
    expect(mapRow(mapping, { ...row, Visits: '2.5' }, 2)).toMatchObject({
      ok: false,
      reason: '"Visits": expected a whole number up to 1000, found "2.5"',
    });
  });

  test('a number that is none is refused', () => {
    expect(mapRow(mapping, { ...row, Staff: 'many' }, 2)).toMatchObject({
      ok: false,
      reason: '"Staff": expected a number, found "many"',
    });
  });
});

function importOf(file?: object): ImportMapping {
  const changes = file === undefined ? {} : { 'imports/hr-expo.json': JSON.stringify(file) };
  const [mapping] = compileExample(changes).imports;
  if (mapping === undefined) throw new Error('the workspace has no import');
  return mapping;
}

function eventsOf(row: MappedRow) {
  if (!row.ok) throw new Error(`row ${row.rowNumber} was refused: ${row.reason}`);
  return row.events;
}

function eventIds(row: MappedRow): string[] {
  return eventsOf(row).map(({ messageId }) => messageId);
}

/**
 * Weekdays ("mon-fri", "tue, thu"), times of day ("09:00"), zones and dates as files write them.
 *
 * Only their form is checked here; calendars are `core/sending`'s.
 */
import { z } from 'zod';
import { about, parsedText, shape } from './shape.ts';
import type { Parsed } from './shape.ts';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export const days = parsedText(parseDays).meta({
  description: 'Weekdays: a range or a list.',
  shown: ['mon-fri', 'tue-thu', 'mon, wed, fri'],
});

export const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'a time of day such as "09:00"' })
  .meta({ description: 'Hours and minutes, 24-hour clock.', shown: ['09:00', '17:30'] });

export const zone = z
  .string()
  .refine(isZone, { error: 'an IANA zone such as "Europe/Berlin"' })
  .meta({ description: 'An IANA time zone.', shown: ['Europe/Berlin', 'America/New_York'] });

export const leadOrZone = z
  .string()
  .refine((text) => text === 'lead' || isZone(text), {
    error: '"lead" or an IANA zone such as "Europe/Berlin"',
  })
  .meta({ description: '"lead" for the zone of the lead, or an IANA zone.', shown: ['lead'] });

export const day = z
  .string()
  .refine(isDay, { error: 'a date such as "2026-12-25"' })
  .meta({ description: 'A calendar date.', shown: ['2026-12-25'] });

/** Inclusive: "2026-12-21/2027-01-04", or one day. */
export const absence = parsedText(parseAbsence).meta({
  description: 'First and last day of an absence.',
  shown: ['2026-12-21/2027-01-04', '2026-12-24'],
});

/** Epoch milliseconds of a date and time with its offset. */
export const instant = parsedText(parseInstant).meta({
  description: 'Date, time and offset (RFC 3339).',
  shown: ['2026-03-27T16:30:00+01:00'],
});

export const sendWindow = about(
  shape({
    days: about(days, 'The days on which mail may go out: a range or a list.', 'mon-fri'),
    from: about(timeOfDay, 'The time of day from which mail may go out.', '09:00'),
    to: about(timeOfDay, 'The time of day until which mail may go out.', '17:00'),
    zone: about(
      leadOrZone,
      'Whose clock counts: "lead" for the zone of the lead, or an IANA zone.',
      'lead',
      'Europe/Berlin',
    ),
  }),
  'When mail may go out; outside of it, emails are held until it opens.',
);

function parseDays(text: string): Parsed<readonly number[]> {
  const numbers = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [first, last, more] = part.trim().split('-');
    const from = weekdays.indexOf(first ?? '');
    const to = last === undefined ? from : weekdays.indexOf(last);
    if (from < 0 || to < 0 || more !== undefined) {
      return { ok: false, expected: 'weekdays such as "mon-fri" or "tue, thu"' };
    }
    for (let index = from; ; index = (index + 1) % 7) {
      numbers.add(index + 1);
      if (index === to) break;
    }
  }
  return { ok: true, value: [...numbers].sort((a, b) => a - b) };
}

function parseInstant(text: string): Parsed<number> {
  const isForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(
    text,
  );
  const value = isForm && isDay(text.slice(0, 10)) ? Date.parse(text) : NaN;
  return Number.isNaN(value)
    ? { ok: false, expected: 'a date and time with offset such as "2026-03-27T16:30:00+01:00"' }
    : { ok: true, value };
}

/** Building a formatter takes milliseconds; there are some 600 zones. */
const knownZones = new Set<string>();

export function isZone(text: string): boolean {
  if (knownZones.has(text)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions();
    knownZones.add(text);
    return true;
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function parseAbsence(text: string): Parsed<{ readonly from: string; readonly to: string }> {
  const [from = '', to = from, more] = text.split('/');
  return isDay(from) && isDay(to) && from <= to && more === undefined
    ? { ok: true, value: { from, to } }
    : { ok: false, expected: 'first and last day such as "2026-12-21/2027-01-04"' };
}

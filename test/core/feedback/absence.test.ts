import { expect, test } from 'vitest';
import { absenceUntil } from '../../../core/feedback/absence.ts';

/** A Monday. */
const sentAt = Date.parse('2026-12-21T09:30:00Z');

function check(text: string): string | undefined {
  const until = absenceUntil(text, sentAt);
  return until === undefined ? undefined : new Date(until).toISOString().slice(0, 10);
}

test.each([
  ['I am away and will be back on 5 January 2027.', '2027-01-05'],
  ['I will be back in the office on Tuesday, 5 January 2027. Best, Ana', '2027-01-05'],
  ['I am out of the office until Monday, Jan 5th, with limited access to email.', '2027-01-05'],
  ['Returning January 4, 2027', '2027-01-04'],
  ['I return to work on the 4th of January.', '2027-01-04'],
  ['Out until 2027-01-07.', '2027-01-07'],
  ['I will be\nout of office until\n7 Jan 27', '2027-01-07'],
  ['Away through December 28.', '2026-12-29'],
  ['back 1/13/2027', '2027-01-13'],
  ['I will be back on Monday.', '2026-12-28'],
  ['Ich bin bis zum 05.01.2027 nicht im Büro.', '2027-01-06'],
  ['Bis einschließlich 5. Januar bin ich abwesend.', '2027-01-06'],
  ['Ab dem 4. Jänner 2027 bin ich wieder erreichbar.', '2027-01-04'],
  ['Ich bin am 04.01. wieder da. Ich bin ab 04.01. zurück.', '2027-01-04'],
  ['Vom 20.12. bis 05.01.27 bin ich im Urlaub.', '2027-01-06'],
  ['Urlaub 20.12. – 03.01.2027', '2027-01-04'],
  ['Ich bin ab Mittwoch wieder im Haus.', '2026-12-23'],
])('%j: back on %s', (text, expected) => {
  expect(check(text)).toBe(expected);
});

test.each([
  ['no date at all', 'I am out of the office and will answer when I return.'],
  ['a day that has passed', 'I was away until 3 December 2026.'],
  ['further than 90 days', 'On parental leave until 1 September 2027.'],
  ['a date without a word of return', 'Our spring fair opens on 12 January 2027.'],
  ['a day that does not exist', 'Back on 31 February 2027.'],
  ['a date that reads in two ways', 'Back on 01/05/2027.'],
  ['a telephone number', 'Until then please call 089 12345 678.'],
])('says nothing for %s', (_what, text) => {
  expect(check(text)).toBeUndefined();
});

import { expect, test } from 'vitest';
import { parseMoment } from '../../../core/sending/moment.ts';

const now = Date.parse('2026-12-23T15:30:00Z');
function check(written: string, expected: string | undefined): void {
  const at = parseMoment(written, now, 'Europe/Berlin');
  expect(at === undefined ? undefined : new Date(at).toISOString()).toBe(expected);
}

test('a length of time counts from now', () => check('2 days', '2026-12-25T15:30:00.000Z'));
test('a day begins at midnight of the workspace', () =>
  check('2027-01-07', '2027-01-06T23:00:00.000Z'));
test('a time without a zone is read on the clock of the workspace', () =>
  check('2027-07-07 09:00', '2027-07-07T07:00:00.000Z'));
test('a zone is taken as written', () => check('2027-01-07T09:00:30Z', '2027-01-07T09:00:30.000Z'));
test('words that mean nothing are none', () => check('after the holidays', undefined));
test('a day that does not exist is none', () => check('2027-02-30T09:00', undefined));

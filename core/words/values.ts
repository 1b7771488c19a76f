/**
 * Values as people write them: texts, lists, durations, dates, weekdays.
 *
 * Two values that differ never read the same: a text that looks like a number stands in quotes, a
 * duration names every part. Everything in core/words builds its sentences from these.
 */
import type { BusinessDuration } from '../routing/model.ts';
import { wallTime } from '../sending/zone.ts';
import type { Json } from '../rules/condition.ts';

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** "2 days", "1 day 12 hours": every part, so that nothing is rounded away. */
export function span(ms: number): string {
  let rest = Math.abs(ms);
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const amount = Math.floor(rest / size);
    if (amount > 0) parts.push(count(amount, unit));
    rest -= amount * size;
  }
  if (rest > 0 || parts.length === 0) parts.push(`${rest} ms`);
  return parts.join(' ');
}

/** "14 days before", "6 hours after"; nothing for no distance. */
export function distance(ms: number): string {
  return ms === 0 ? '' : `${span(ms)} ${ms < 0 ? 'before' : 'after'} `;
}

export function businessSpan({ amount, unit, business }: BusinessDuration): string {
  const one = unit.replace(/s$/, '');
  return count(amount, business ? `business ${one}` : one);
}

export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

/** "once", "twice", "3 times". */
export function times(amount: number): string {
  if (amount === 1) return 'once';
  return amount === 2 ? 'twice' : `${amount} times`;
}

/** "a", "a or b", "a, b or c". */
export function listed(words: readonly string[], joint: 'and' | 'or' = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1) ?? ''}`;
}

export function quoted(text: string): string {
  return `“${text}”`;
}

/** A plain word stands as it is; what could be misread stands in quotes. */
export function valueWords(value: Json): string {
  if (typeof value === 'string')
    return isPlain(value) ? value : quoted(value.replace(/[“”\\]/g, '\\$&'));
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value === null) return 'nothing';
  if (typeof value === 'number') return String(value);
  if (isList(value)) return value.length === 0 ? 'an empty list' : `[${valuesWords(value)}]`;
  return `{${fieldsWords(value)}}`;
}

/** `a: 1, b: x`. */
export function fieldsWords(fields: { readonly [name: string]: Json }): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${valueWords(value)}`)
    .join(', ');
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function valuesWords(values: readonly Json[]): string {
  return values.map(valueWords).join(', ');
}

function isPlain(text: string): boolean {
  if (['yes', 'no', 'nothing', 'or', 'and', 'true', 'false', 'known'].includes(text)) return false;
  if (Number.isFinite(Number(text))) return false;
  return /^[\p{L}\p{N}@/+._%-]*\p{L}[\p{L}\p{N}@/+._%-]*$/u.test(text);
}

const weekdayNames = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;

/** [1, 2, 3, 4, 5] → "Monday to Friday". */
export function weekdays(days: readonly number[]): string {
  const sorted = [...days].sort((a, b) => a - b);
  const [first = 1] = sorted;
  const last = sorted.at(-1) ?? first;
  const isRange = sorted.length > 2 && last - first === sorted.length - 1;
  if (isRange && sorted.length === 7) return 'every day';
  if (isRange) return `${weekdayName(first)} to ${weekdayName(last)}`;
  return listed(sorted.map(weekdayName));
}

function weekdayName(day: number): string {
  return weekdayNames[day - 1] ?? `day ${day}`;
}

const monthNames = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

/** "2026-12-25" → "25 December 2026". */
export function dayWords(date: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${Number(day)} ${monthNames[Number(month) - 1] ?? month} ${year}`;
}

/** "Friday, 27 March 2026, 16:30 (Europe/Berlin)": seconds only where there are any. */
export function instantWords(at: number, zone = 'UTC'): string {
  const { date, weekday, minute } = wallTime(at, zone);
  const seconds = new Date(at).toISOString().slice(17, 23);
  const hour = String(Math.floor(minute / 60)).padStart(2, '0');
  const time = `${hour}:${String(minute % 60).padStart(2, '0')}`;
  const exact = seconds === '00.000' ? time : `${time}:${seconds.replace(/\.000$/, '')}`;
  return `${weekdayName(weekday)}, ${dayWords(date)}, ${exact} ${zone === 'UTC' ? zone : `(${zone})`}`;
}

/** "the zone of the lead", or the zone itself. */
function zoneWords(zone: string): string {
  return zone === 'lead' ? 'in the lead’s zone' : `in the zone ${zone}`;
}

export function windowWords(window: {
  readonly days?: readonly number[];
  readonly from: string;
  readonly to: string;
  readonly zone: string;
}): string {
  const days = window.days === undefined ? '' : `${weekdays(window.days)}, `;
  return `${days}${window.from} to ${window.to} ${zoneWords(window.zone)}`;
}

export function againWords(
  again: { readonly type: 'never' | 'always' } | { readonly type: 'after'; readonly ms: number },
): string {
  if (again.type === 'after') return `again at the earliest ${span(again.ms)} later`;
  return again.type === 'never' ? 'never again' : 'again as often as it happens';
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A sentence ends in a full stop, once. */
export function sentence(text: string): string {
  const begun = capitalised(text.trim());
  return /[.!?:]”?$/.test(begun) ? begun : `${begun}.`;
}

/**
 * What clocks on walls show, told by Intl alone: the oracle of the calendar's tests.
 *
 * The calendar asks luxon for offsets; here the text that Intl writes is read back, so that a mistake in
 * either shows. The offsets of a zone are found once, change by change, and the rest is arithmetic.
 */
import type { SendingHours } from '../../../core/sending/calendar.ts';

export interface ClockChange {
  readonly zone: string;
  readonly at: number;
}
interface Stretch {
  readonly from: number;
  readonly offset: number;
}
export const minute = 60_000;
export const day = 1440 * minute;
const week = 7 * day;
const first = Date.UTC(2025, 11, 1);
const last = Date.UTC(2029, 1, 28);

const stretches = new Map(
  Intl.supportedValuesOf('timeZone').map((zone) => [zone, stretchesOf(zone)]),
);
export const allZones = [...stretches.keys()];
/** Every change of the clocks from 2026 to 2028, in every zone that has one. */
export const clockChanges: readonly ClockChange[] = [...stretches].flatMap(([zone, of]) =>
  of
    .slice(1)
    .map(({ from }) => ({ zone, at: from }))
    .filter(({ at }) => at >= Date.UTC(2026, 0, 1) && at < Date.UTC(2029, 0, 1)),
);

/** Which of the rules forbids the instant, by the plainest reading of the file. */
export function forbids(instant: number, hours: SendingHours): 'window' | 'quiet' | undefined {
  const here = wall(instant, hours.zone);
  if (hours.holidays.includes(here.date)) return 'window';
  const { window, quiet } = hours;
  if (window !== undefined) {
    const { minute: at, weekday } = window.zone === 'lead' ? here : wall(instant, window.zone);
    const [from, to] = [minutes(window.from), minutes(window.to)];
    const yesterday = weekday === 1 ? 7 : weekday - 1;
    const openedToday = window.days.includes(weekday) && at >= from && (from >= to || at < to);
    const openedYesterday = from >= to && window.days.includes(yesterday) && at < to;
    if (!openedToday && !openedYesterday) return 'window';
  }
  if (quiet === undefined) return undefined;
  const { minute: at } = quiet.zone === 'lead' ? here : wall(instant, quiet.zone);
  const [from, to] = [minutes(quiet.from), minutes(quiet.to)];
  const isQuiet = from < to ? at >= from && at < to : from !== to && (at >= from || at < to);
  return isQuiet ? 'quiet' : undefined;
}

export function wall(instant: number, zone: string) {
  const of = stretches.get(zone) ?? [];
  const offset = of.findLast(({ from }) => from <= instant)?.offset ?? 0;
  const local = new Date(instant + offset);
  return {
    date: local.toISOString().slice(0, 10),
    minute: local.getUTCHours() * 60 + local.getUTCMinutes(),
    weekday: local.getUTCDay() === 0 ? 7 : local.getUTCDay(),
  };
}

function stretchesOf(zone: string): readonly Stretch[] {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', era: 'short', year: 'numeric', month: '2-digit' },
    ...{ day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  const offsetAt = (instant: number): number => {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
    const of = (part: Intl.DateTimeFormatPartTypes) => Number(parts.get(part));
    const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
    return shown + of('second') * 1000 - instant;
  };
  const found: Stretch[] = [{ from: first, offset: offsetAt(first) }];
  for (let from = first; from < last; from += week) {
    const before = found.at(-1)?.offset;
    const offset = offsetAt(from + week);
    if (offset === before) continue;
    let [low, high] = [from, from + week];
    while (high - low > 1000) {
      const middle = low + Math.floor((high - low) / 2000) * 1000;
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    found.push({ from: high, offset });
  }
  return found;
}

function minutes(time: string): number {
  const [hour = 0, rest = 0] = time.split(':').map(Number);
  return hour * 60 + rest;
}

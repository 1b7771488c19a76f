/**
 * Time that runs only in office hours: what SLAs, reminders and the due dates of tasks count in.
 *
 * "5 business minutes" after Friday 17:58 is Monday 09:03; "2 business days" are two full openings of
 * these hours. A duration that is not a business one is plain addition. Pure, like the calendar.
 */
import type { BusinessDuration, Hours } from '../routing/model.ts';
import { minuteOf } from './calendar.ts';
import { dateOf, dayMs, firstInstant, minuteMs, wallTime, weekdayOf } from './zone.ts';

const unitMs = { minutes: minuteMs, hours: 60 * minuteMs, days: dayMs };
/** A team away for more than a year has no hours at all: a mistake in the file. */
const daysAheadMax = 400;

/** The instant at which `duration` of open time has passed since `from`. */
export function addBusiness(hours: Hours, from: number, duration: BusinessDuration): number {
  if (!duration.business) return from + duration.amount * unitMs[duration.unit];
  let left = businessMs(hours, duration);
  const firstDay = wallTime(from, hours.zone).day - 1;
  for (let day = firstDay; day <= firstDay + daysAheadMax; day += 1) {
    const opening = openingOn(hours, day);
    if (opening === undefined || opening.to <= from) continue;
    const start = Math.max(opening.from, from);
    if (opening.to - start >= left) return start + left;
    left -= opening.to - start;
  }
  throw new Error(
    `these hours (${hours.from}-${hours.to} ${hours.zone}) never open long enough for ${duration.amount} business ${duration.unit}`,
  );
}

export function isOpen(hours: Hours, at: number): boolean {
  const today = wallTime(at, hours.zone).day;
  return [today - 1, today].some((day) => {
    const opening = openingOn(hours, day);
    return opening !== undefined && at >= opening.from && at < opening.to;
  });
}

function businessMs(hours: Hours, duration: BusinessDuration): number {
  if (duration.unit !== 'days') return duration.amount * unitMs[duration.unit];
  const from = minuteOf(hours.from);
  const to = minuteOf(hours.to);
  return duration.amount * (to > from ? to - from : to - from + 1440) * minuteMs;
}

/** Hours over midnight belong to the day on which they open. */
function openingOn(hours: Hours, day: number): { from: number; to: number } | undefined {
  if (!hours.days.includes(weekdayOf(day)) || hours.holidays.includes(dateOf(day)))
    return undefined;
  const from = minuteOf(hours.from);
  const to = minuteOf(hours.to);
  return {
    from: firstInstant(day, from, hours.zone),
    to: firstInstant(to > from ? day : day + 1, to, hours.zone),
  };
}

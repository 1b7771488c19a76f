/**
 * When a mail may leave: send windows, quiet hours and holidays, on the wall clock of a zone.
 *
 * An instant is allowed or not by what the wall clock shows at that instant, so the answer is defined
 * in the hour that clocks skip and in the one they repeat. The next allowed instant is looked for
 * among the few instants at which the answer can change. Pure: `now` is always given.
 */
import type { SendWindow } from '../journey/plan.ts';
import {
  dayMs,
  firstInstant,
  minuteMs,
  transitionBetween,
  wallTime,
  type WallTime,
} from './zone.ts';

export type CalendarRule = 'outside-window' | 'quiet-hours';

export interface SendingHours {
  readonly window?: SendWindow;
  readonly quiet?: { readonly from: string; readonly to: string; readonly zone: string };
  /** ISO dates in the lead's zone on which nothing leaves; they count as outside the window. */
  readonly holidays: readonly string[];
  /** The lead's zone: what `lead` means in a window or in quiet hours. */
  readonly zone: string;
}
/** `at` equals `now` when nothing holds; it is null when no instant of the next weeks is allowed. */
export interface NextAllowed {
  readonly at: number | null;
  readonly rule?: CalendarRule;
}

/** Longer than any holiday season; a window that stays shut longer is one that never opens. */
const daysAheadMax = 60;

export function nextAllowed(now: number, hours: SendingHours): NextAllowed {
  const rule = ruleAt(now, hours);
  if (rule === undefined) return { at: now };
  const today = wallTime(now, hours.zone).day;
  for (let ahead = 0; ahead <= daysAheadMax; ahead += 1) {
    for (const at of changesOnDay(today + ahead, hours)) {
      if (at > now && ruleAt(at, hours) === undefined) return { at, rule };
    }
  }
  return { at: null, rule };
}

/** Which rule forbids this instant, if any does. */
export function ruleAt(instant: number, hours: SendingHours): CalendarRule | undefined {
  const { window, quiet, holidays, zone } = hours;
  if (holidays.includes(wallTime(instant, zone).date)) return 'outside-window';
  if (window !== undefined && !inWindow(wallTime(instant, zoneNamed(window.zone, zone)), window)) {
    return 'outside-window';
  }
  if (quiet === undefined) return undefined;
  const wall = wallTime(instant, zoneNamed(quiet.zone, zone));
  return inSpan(wall.minute, minuteOf(quiet.from), minuteOf(quiet.to)) ? 'quiet-hours' : undefined;
}

/** The calendar day that holds `instant`, from its first instant up to the next day's first. */
export function dayOf(
  instant: number,
  zone: string,
): { readonly from: number; readonly to: number } {
  const { day } = wallTime(instant, zone);
  return { from: firstInstant(day, 0, zone), to: firstInstant(day + 1, 0, zone) };
}

/** A fixed offset in [0, spreadMs) for a key: many who wake at one instant are scattered after it. */
export function spread(key: string, spreadMs: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return spreadMs <= 0 ? 0 : ((hash ^ (hash >>> 13)) >>> 0) % Math.floor(spreadMs);
}

/** "09:30" → 570; "24:00" is the end of the day. */
export function minuteOf(time: string): number {
  const [hour, minute] = time.split(':').map(Number);
  if (hour === undefined || minute === undefined || !Number.isInteger(hour * 60 + minute)) {
    throw new Error(`a time of day is written "09:30", found "${time}"`);
  }
  return hour * 60 + minute;
}

function zoneNamed(zone: string, leadZone: string): string {
  return zone === 'lead' ? leadZone : zone;
}

/** A window over midnight belongs to the weekday on which it opens. */
function inWindow(wall: WallTime, window: SendWindow): boolean {
  const from = minuteOf(window.from);
  const to = minuteOf(window.to);
  if (from < to)
    return wall.minute >= from && wall.minute < to && window.days.includes(wall.weekday);
  if (wall.minute >= from) return window.days.includes(wall.weekday);
  return wall.minute < to && window.days.includes(wall.weekday === 1 ? 7 : wall.weekday - 1);
}

function inSpan(minute: number, from: number, to: number): boolean {
  return from < to ? minute >= from && minute < to : from !== to && (minute >= from || minute < to);
}

/** Every instant of one day of the lead at which a rule can begin to allow, earliest first. */
function changesOnDay(day: number, hours: SendingHours): readonly number[] {
  const { window, quiet, zone } = hours;
  const span = { from: firstInstant(day, 0, zone), to: firstInstant(day + 1, 0, zone) };
  const changes = [...showings(span, zone, 0)];
  if (window !== undefined) {
    changes.push(...showings(span, zoneNamed(window.zone, zone), minuteOf(window.from)));
  }
  if (quiet !== undefined) {
    changes.push(...showings(span, zoneNamed(quiet.zone, zone), minuteOf(quiet.to)));
  }
  return changes.sort((left, right) => left - right);
}

/**
 * When the clock of a zone reaches the minute within the span, and when clocks change there. The days
 * of another zone begin at other instants: each that overlaps the span is looked at.
 */
function showings(
  { from, to }: { readonly from: number; readonly to: number },
  zone: string,
  minute: number,
): readonly number[] {
  const found: number[] = [];
  const last = wallTime(to - 1, zone).day;
  for (let { day } = wallTime(from, zone); day <= last; day += 1) {
    const at = firstInstant(day, minute, zone);
    const start = firstInstant(day, 0, zone);
    const end = firstInstant(day + 1, 0, zone);
    const transition = transitionBetween(start - minuteMs, end, zone);
    // Clocks set back may show the minute a second time, as much later as the day is longer.
    found.push(...(transition === undefined ? [at] : [at, transition, at + (end - start - dayMs)]));
  }
  return found.filter((at) => at >= from && at < to);
}

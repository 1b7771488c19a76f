/**
 * Is there something in a journey that a lead, or an email, does not get out of?
 *
 * Every wait of the format ends, so what is left are emails held where the hours never open, or open
 * later than they may be held, and marketing that nothing ends: no exit for those who buy, or whom a rep
 * takes over. Hours are compared on the clock of one zone, weeks without holidays and clock changes.
 */
import type { JourneyPlan, SendWindow } from '../journey/plan.ts';
import { minuteOf } from '../sending/calendar.ts';
import type { SendingPolicy } from '../sending/model.ts';
import { alongFlow } from './along-flow.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { placedJourneys, type PlacedJourney } from './step-places.ts';

const minuteMs = 60_000;
const dayMinutes = 1_440;
const weekMinutes = 7 * dayMinutes;
const dayMs = dayMinutes * minuteMs;

export function findNoWayOut(workspace: ProvableWorkspace): readonly Finding[] {
  const { quiet } = workspace.release.sending;
  return placedJourneys(workspace).flatMap((journey) => {
    const held = heldSends(journey.plan);
    if (held.length === 0) return [];
    return [...findClosed(journey, quiet), ...findEndless(journey, held)];
  });
}

/** Transactional mail waits for no hours, and answers something. */
function heldSends({ steps, sending }: JourneyPlan): readonly string[] {
  return Object.entries(steps)
    .filter(([, step]) => step.type === 'send')
    .filter(([, step]) => (('class' in step && step.class) || sending.class) !== 'transactional')
    .map(([id]) => id);
}

type Quiet = SendingPolicy['quiet'];

function findClosed(journey: PlacedJourney, quiet: Quiet): readonly Finding[] {
  const { window, holdAtMostMs } = journey.plan.sending;
  const gap = longestGap(window, quiet);
  if (gap === undefined) return [];
  const at = { finding: 'no-way-out', file: journey.file } as const;
  if (gap.minutes >= weekMinutes) {
    return [
      {
        ...at,
        severity: 'error',
        path: ['sending', 'window'],
        message: 'no email of this journey ever leaves: its window lies within the quiet hours',
        witness: `the window is open ${window?.from ?? ''} to ${window?.to ?? ''}, quiet hours are ${quiet?.from ?? ''} to ${quiet?.to ?? ''}: no minute of a week is left`,
        fix: 'open the window outside the quiet hours of rules/sending.json',
      },
    ];
  }
  if (gap.minutes * minuteMs <= holdAtMostMs) return [];
  const hours = Math.round(gap.minutes / 60);
  const days = Math.floor(gap.minutes / dayMinutes) + 1;
  return [
    {
      ...at,
      severity: 'warning',
      path: ['sending', 'holdAtMost'],
      message: `an email can be held ${hours} hours and may be held ${Math.round(holdAtMostMs / 3_600_000)}: some never leave`,
      witness: `due ${sayMinute(gap.from)}, allowed again ${sayMinute(gap.from + gap.minutes)}: ${hours} hours, longer than "holdAtMost" → skipped`,
      fix: `"holdAtMost": "${days === 1 ? '1 day' : `${days} days`}"`,
    },
  ];
}

interface Gap {
  /** Minute of the week, from Monday. */
  readonly from: number;
  readonly minutes: number;
}

/** The longest time in a week in which no email may leave; unknown where two zones are compared. */
function longestGap(window: SendWindow | undefined, quiet: Quiet): Gap | undefined {
  if (window === undefined && quiet === undefined) return undefined;
  if (window !== undefined && quiet !== undefined && window.zone !== quiet.zone) return undefined;
  const minutes = Array.from({ length: weekMinutes }, (_, minute) => minute);
  const [isInside, isQuiet] = [insideOf(window), quietOf(quiet)];
  const open = minutes.map((minute) => isInside(minute) && !isQuiet(minute));
  const first = open.indexOf(true);
  if (first < 0) return { from: 0, minutes: weekMinutes };
  let longest: Gap = { from: first, minutes: 0 };
  let length = 0;
  for (let passed = 1; passed <= weekMinutes; passed += 1) {
    const minute = (first + passed) % weekMinutes;
    if (open[minute] !== true) length += 1;
    else {
      if (length > longest.minutes) longest = { from: minute - length, minutes: length };
      length = 0;
    }
  }
  return longest;
}

/** A window over midnight belongs to the day on which it opens. */
function insideOf(window: SendWindow | undefined): (minute: number) => boolean {
  if (window === undefined) return () => true;
  const { days } = window;
  const [from, to] = [minuteOf(window.from), minuteOf(window.to)];
  return (minute) => {
    const [day, clock] = [Math.floor(minute / dayMinutes) + 1, minute % dayMinutes];
    if (from < to) return clock >= from && clock < to && days.includes(day);
    if (clock >= from) return days.includes(day);
    return clock < to && days.includes(day === 1 ? 7 : day - 1);
  };
}

function quietOf(quiet: Quiet): (minute: number) => boolean {
  if (quiet === undefined) return () => false;
  const [from, to] = [minuteOf(quiet.from), minuteOf(quiet.to)];
  if (from === to) return () => false;
  return (minute) => {
    const clock = minute % dayMinutes;
    return from < to ? clock >= from && clock < to : clock >= from || clock < to;
  };
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function sayMinute(minute: number): string {
  const inWeek = ((minute % weekMinutes) + weekMinutes) % weekMinutes;
  const clock = inWeek % dayMinutes;
  const two = (value: number) => String(value).padStart(2, '0');
  const day = weekdays[Math.floor(inWeek / dayMinutes)] ?? '';
  return `${day} ${two(Math.floor(clock / 60))}:${two(clock % 60)}`;
}

/** Marketing that goes on for days and has no exit at all. */
function findEndless(journey: PlacedJourney, held: readonly string[]): readonly Finding[] {
  if (journey.plan.exits.length > 0) return [];
  const soonest = alongFlow<number>(journey.plan.flow, {
    start: 0,
    pass: (ms, way) => ms + way.ms,
    join: Math.min,
  });
  const late = held.find((id) => (soonest.get(id) ?? 0) >= dayMs);
  if (late === undefined) return [];
  const days = Math.floor((soonest.get(late) ?? 0) / dayMs);
  return [
    {
      finding: 'no-way-out',
      severity: 'warning',
      file: journey.file,
      path: ['exit'],
      message: 'nothing ends this journey early: it has no exit',
      witness: `a lead enters, buys on day 0 → "${late}" still goes out on day ${days}`,
      fix: 'add an exit, such as { "id": "with-sales", "why": "A rep has taken over", "when": { "fact": "withSales", "operator": "is", "value": true } }',
    },
  ];
}

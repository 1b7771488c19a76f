/**
 * Is a date already past whenever a lead comes to wait for it?
 *
 * The core knows no clock, so only one date is compared with itself: who has waited until a date is
 * past it ever after. An entry's date never changes; a fact of the lead may, so there it is a warning.
 */
import type { StepId } from '../journey/flow.ts';
import type { DateReference, PlanStep } from '../journey/plan.ts';
import { alongFlow } from './along-flow.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';
import { timedOut, type Way } from './flow-ways.ts';
import { placedJourneys, type PlacedJourney } from './step-places.ts';

/** At least so long after the date; `since` is the step that waited for it. */
interface Past {
  readonly ms: number;
  readonly since: StepId;
}
type Known = ReadonlyMap<string, Past>;

export function findDatesPast(workspace: ProvableWorkspace): readonly Finding[] {
  return placedJourneys(workspace).flatMap((journey) => {
    const { flow, steps } = journey.plan;
    const known = alongFlow<Known>(flow, {
      start: new Map(),
      pass: (state, way) => after(state, way, steps[way.from]),
      join: (a, b) => new Map([...a].flatMap(([date, past]) => earlier(date, past, b.get(date)))),
    });
    return [...known].flatMap(([id, state]) => findAt(journey, id, state));
  });
}

function earlier(date: string, a: Past, b: Past | undefined): [string, Past][] {
  if (b === undefined) return [];
  return [[date, a.ms <= b.ms ? a : b]];
}

function after(state: Known, way: Way, step: PlanStep | undefined): Known {
  const passed = new Map(
    [...state].map(([date, past]) => [date, { ...past, ms: past.ms + way.ms }]),
  );
  const until = step?.type === 'wait-until' || way.arm === timedOut ? untilOf(step) : undefined;
  if (until === undefined) return passed;
  const known = passed.get(until.date);
  if (known !== undefined && known.ms >= until.offsetMs) return passed;
  return passed.set(until.date, { ms: until.offsetMs, since: way.from });
}

function untilOf(step: PlanStep | undefined): DateReference | undefined {
  return step?.type === 'wait-until' || step?.type === 'wait-for' ? step.until : undefined;
}

function findAt(journey: PlacedJourney, id: StepId, state: Known): readonly Finding[] {
  const step = journey.plan.steps[id];
  const place = journey.steps.get(id);
  if (step === undefined || place === undefined) return [];
  const isSend = step.type === 'send';
  const date = isSend ? step.sendBy : untilOf(step);
  if (date === undefined) return [];
  const past = pastOf(date, state, isSend);
  if (past === undefined) return [];
  const key = isSend ? 'sendBy' : step.type === 'wait-for' ? 'waitFor' : 'wait';
  return [
    {
      finding: 'date-always-past',
      severity: date.date.startsWith('entry.') ? 'error' : 'warning',
      file: journey.file,
      path: [...place.path, key],
      message: isSend
        ? `the email "${id}" always comes too late: ${sayDate(date)} has passed before it`
        : `"${id}" waits for nothing: ${sayDate(date)} has always passed before it`,
      witness: `${past} → ${id}: ${isSend ? 'sent by' : 'until'} ${sayDate(date)}`,
      fix: isSend ? 'send it earlier, or give "sendBy" a later offset' : fixOf(id, state, date),
    },
  ];
}

/** The beginning of the witness. At the very instant of the date an email may still leave. */
function pastOf(date: DateReference, state: Known, isSend: boolean): string | undefined {
  const past = state.get(date.date);
  if (past !== undefined && (isSend ? past.ms > date.offsetMs : past.ms >= date.offsetMs)) {
    return `${past.since}: from ${sayDate({ ...date, offsetMs: past.ms })} on`;
  }
  const isSeen = date.date === 'lastSeen' && date.offsetMs <= 0;
  return isSeen ? 'a lead was always last seen in the past' : undefined;
}

function fixOf(id: StepId, state: Known, { date }: DateReference): string {
  const since = state.get(date)?.since;
  return since === undefined
    ? 'wait for a date that can lie ahead'
    : `put "${id}" before "${since}", or give it a later offset`;
}

const units = [
  { name: 'day', ms: 86_400_000 },
  { name: 'hour', ms: 3_600_000 },
  { name: 'minute', ms: 60_000 },
] as const;

/** `14 days before entry.callAgainAt`. */
function sayDate({ date, offsetMs }: DateReference): string {
  if (offsetMs === 0) return date;
  const size = Math.abs(offsetMs);
  const unit = units.find(({ ms }) => size % ms === 0) ?? { name: 'second', ms: 1_000 };
  const amount = size / unit.ms;
  const length = `${amount} ${unit.name}${amount === 1 ? '' : 's'}`;
  return `${length} ${offsetMs < 0 ? 'before' : 'after'} ${date}`;
}

/**
 * What happens when a pause ends: which parked runs have their turn, when, and which emails are too old.
 *
 * Pure, because people look at it before they resume: the preview and the resume itself are this one
 * function over the same rows. Runs that sleep are not in it: they only sleep longer.
 */
import type { Flow, StepId } from './flow.ts';
import { frozenDue, type PausedStretch } from './pause.ts';

export interface WaitingRun {
  readonly id: string;
  readonly journey: string;
  readonly step: string;
  /** The timer before the step ran from `from` to `until`; both the same where there was none. */
  readonly from: number;
  readonly until: number;
  /** When it would have acted had nothing been paused. */
  readonly planned: number;
  /** What froze its timers, the pause that ends now included, with this instant as its end. */
  readonly stretches: readonly PausedStretch[];
  /** Only of emails: one that comes later than this is dropped, and the journey goes on. */
  readonly skipIfOlderThanMs?: number;
}

export interface Throttle {
  readonly now: number;
  readonly perHour: (journey: string) => number;
  /** The latest turn that is still to come from an earlier resume: the rest queues behind it. */
  readonly lastTurn: (journey: string) => number | undefined;
}

export interface Turn {
  readonly id: string;
  readonly journey: string;
  readonly step: string;
  readonly at: number;
  /** Its email is dropped as too old. */
  readonly stale: boolean;
}

/**
 * Where neither the file nor the operator says: one every six seconds, slow enough for somebody who
 * watches the first ones to pause again.
 */
export const perHourByDefault = 600;

/** In the order in which they are due; per journey each has its slot after the one before. */
export function planTurns(runs: readonly WaitingRun[], throttle: Throttle): readonly Turn[] {
  const { now } = throttle;
  const slots = new Map<string, number>();
  return runs
    .map((run) => ({ run, due: Math.max(now, frozenDue(run, run.stretches, now) ?? now) }))
    .sort(
      (a, b) => a.due - b.due || a.run.planned - b.run.planned || (a.run.id < b.run.id ? -1 : 1),
    )
    .map(({ run, due }) => {
      const { id, journey, step } = run;
      const before = slots.get(journey) ?? throttle.lastTurn(journey) ?? -Infinity;
      const at = Math.ceil(Math.max(due, before + 3_600_000 / throttle.perHour(journey)));
      slots.set(journey, at);
      return { id, journey, step, at, stale: isStale(run, at) };
    });
}

function isStale({ planned, skipIfOlderThanMs }: WaitingRun, at: number): boolean {
  return skipIfOlderThanMs !== undefined && at - planned >= skipIfOlderThanMs;
}

/** What a run does first that stands at this step, its sleep there being over; '' ends the journey. */
export function stepAfterSleep(flow: Flow, at: StepId): StepId {
  const step = Object.hasOwn(flow.steps, at) ? flow.steps[at] : undefined;
  switch (step?.type) {
    case 'wait':
      return step.next ?? '';
    case 'wait-until':
      return step.inside ?? step.next ?? '';
    case 'wait-for':
      return step.timedOut ?? '';
    case 'act':
    case 'choose':
    case 'exit':
    case undefined:
      return at;
  }
}

export interface StepTurns {
  readonly journey: string;
  readonly step: string;
  readonly count: number;
  readonly stale: number;
  readonly first: number;
  readonly last: number;
}

/** Per journey and step, in the order of their first turns. */
export function sumTurns(turns: readonly Turn[]): readonly StepTurns[] {
  const sums = new Map<string, StepTurns>();
  for (const { journey, step, at, stale } of turns) {
    const key = `${journey}/${step}`;
    const sum = sums.get(key) ?? { journey, step, count: 0, stale: 0, first: at, last: at };
    sums.set(key, {
      ...sum,
      count: sum.count + 1,
      stale: sum.stale + (stale ? 1 : 0),
      first: Math.min(sum.first, at),
      last: Math.max(sum.last, at),
    });
  }
  return [...sums.values()].sort((a, b) => a.first - b.first || a.last - b.last);
}

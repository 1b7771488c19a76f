/**
 * Where one lead stands in one journey, as plain JSON: it crosses continue-as-new and process
 * borders, so it never holds a Map, a Date or an undefined. Only `advance` writes it.
 *
 * `command` is the one command that is outstanding. While a step is held (its act answered
 * `retry-at` or `parked`) the outstanding command is a sleep and `held` is what is asked again after it.
 * Fields that may be absent came later than the first runs: those in flight do not have them.
 */
import type { ActingCommand, Command } from './command.ts';
import type { ArmId, StepId } from './flow.ts';
import type { Due } from './pause.ts';

export interface JourneyState {
  readonly v: 1;
  /** How often each step was reached; the current visit is part of its command id. */
  readonly visits: { readonly [step: StepId]: number };
  readonly position: Position | null;
  readonly command: Command | null;
  readonly held: ActingCommand | null;
  /** What is known about waits that are not over yet, also of steps that lie ahead. */
  readonly satisfied: { readonly [step: StepId]: readonly Satisfaction[] };
  /** Heard while a command was being carried out: the journey ends when that settles. */
  readonly exit: { readonly seq: number; readonly exit: string } | null;
  /** Since when what is asked is due: a sleep that no activity has confirmed yet, or the first asking. */
  readonly due?: Due;
  /** The wait that was left last, while what comes after it has not been answered. */
  readonly woke?: Position;
  /** A `wake` was heard while a command was being carried out: what then parks is asked again at once. */
  readonly woken?: true;
  /** Acts done under an earlier plan: passed over when they are reached again. */
  readonly acted?: readonly StepId[];
  readonly ended: JourneyEnd | null;
}

export interface Position {
  readonly step: StepId;
  readonly reachedAt: number;
  /** Sleeps begun at this visit. */
  readonly waits: number;
  /** It slept here until a date, or towards one, under an earlier plan: a past date is no reason to skip. */
  readonly slept?: true;
}

export interface Satisfaction {
  readonly arm: ArmId;
  readonly at: number;
  readonly seq: number;
}

export interface JourneyEnd {
  /** `closed`: an act found the enrolment no longer open and did nothing. */
  readonly how: 'completed' | 'exited' | 'closed';
  readonly why: string;
  readonly at: number;
}

export function initialState(): JourneyState {
  return {
    v: 1,
    visits: {},
    position: null,
    command: null,
    held: null,
    satisfied: {},
    exit: null,
    ended: null,
  };
}

/**
 * Stops where going on would act on a lie. In a workflow a plain throw blocks the task until the
 * code is mended, and loses nothing.
 */
export function invariant(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${sentence}`);
}

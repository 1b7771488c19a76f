/**
 * The whole logic of a journey: what happens next, given where it stands and what just happened.
 *
 * A journey is in one of four modes. *Acting*: a command is with an activity. *Held*: that activity
 * answered `retry-at`; the journey sleeps and then asks again with the same id. *Waiting*: it sleeps
 * at a wait step. *Ended*: nothing changes any more. At most one command is outstanding. Messages are
 * remembered in every mode; an exit ends a held or waiting journey at once and an acting one when the
 * act settles, so that it is known whether the act happened.
 *
 * Synchronous, no clock, no chance, and never more than one step per step of the flow in one call.
 */
import type { ActingCommand, Command, Outcome } from './command.ts';
import type { Flow, FlowStep, Next, StepId } from './flow.ts';
import type { Input, JourneyMessage } from './input.ts';
import { forget, remember, satisfiedArm } from './satisfaction.ts';
import { invariant, type JourneyEnd, type JourneyState } from './state.ts';

export interface Advance {
  readonly state: JourneyState;
  /** None or one. */
  readonly commands: readonly Command[];
}

/**
 * A file cannot make a cycle, since its steps are nested lists; an operator can send a lead back.
 * The number only has to be out of reach of a sane operator and far below a runaway.
 */
export const VISITS_PER_STEP_MAX = 100;
/** A `retry-at` of "now" would be a hot loop; timers are whole seconds anyway. */
const HOLD_AT_LEAST_MS = 1_000;
const COMPLETION_ID = '$end/1';

export function advance(flow: Flow, state: JourneyState, input: Input): Advance {
  if (state.ended !== null) return stay(state);
  switch (input.type) {
    case 'started':
      return state.position === null && state.command === null
        ? enter(flow, state, flow.start, input.now)
        : stay(state);
    case 'settled':
      return state.command?.id === input.id && state.command.type !== 'wait'
        ? settle(flow, state, state.command, input.outcome, input.now)
        : stay(state);
    case 'timer-fired':
      // A timer says that its instant has come, whatever the clock of its driver reads.
      return state.command?.id === input.id && state.command.type === 'wait'
        ? wake(flow, state, Math.max(input.now, state.command.until))
        : stay(state);
    case 'messages':
      return hear(flow, state, input.messages, input.now);
  }
}

/** The first instant at or after `at` that is a whole second. */
export function ceilSecond(at: number): number {
  return Math.ceil(at / 1_000) * 1_000;
}

/** Goes to a step and on through those that ask for nothing, up to the next command. */
function enter(flow: Flow, from: JourneyState, next: Next, now: number): Advance {
  let state = leave(from);
  let id = next;
  for (let passed = 0; id !== null; passed += 1) {
    invariant(passed <= Object.keys(flow.steps).length, `step "${id}" is reached again and again`);
    state = reach(state, id, now);
    const on = begin(stepOf(flow, id), id, state, now);
    if (typeof on === 'object' && on !== null) return issue(state, on);
    state = leave(state);
    id = on;
  }
  return issue(state, { type: 'complete', id: COMPLETION_ID, why: 'finished' });
}

/** The command a step begins with, or where to go when it has nothing to ask for. */
function begin(step: FlowStep, id: StepId, state: JourneyState, now: number): Command | Next {
  const commandId = commandIdOf(state, id);
  switch (step.type) {
    case 'act':
      return { type: 'act', id: commandId, step: id, last: step.next === null };
    case 'choose':
      return { type: 'choose', id: commandId, step: id };
    case 'exit':
      return { type: 'complete', id: COMPLETION_ID, why: `exit:${id}` };
    case 'wait':
      return step.ms > 0 ? sleep(state, now + step.ms) : step.next;
    case 'wait-until':
      return { type: 'resolve-date', id: commandId, step: id };
    case 'wait-for': {
      const arm = satisfiedArm(state, id, step, { reachedAt: now, until: Infinity });
      if (arm !== null) return step.arms[arm] ?? null;
      if (step.upToMs === undefined) return { type: 'resolve-date', id: commandId, step: id };
      return step.upToMs > 0 ? sleep(state, now + step.upToMs) : step.timedOut;
    }
  }
}

function settle(
  flow: Flow,
  state: JourneyState,
  command: ActingCommand,
  outcome: Outcome,
  now: number,
): Advance {
  if (state.exit !== null) return end(state, { how: 'exited', why: state.exit.exit, at: now });
  if (outcome.type === 'closed') return end(state, { how: 'closed', why: command.id, at: now });
  if (outcome.type === 'retry-at') return hold(state, command, outcome.at, now);
  switch (command.type) {
    case 'complete':
      invariant(outcome.type === 'done', unfit(command, outcome));
      return end(state, { how: 'completed', why: command.why, at: now });
    case 'act': {
      invariant(outcome.type === 'done', unfit(command, outcome));
      if (command.last) return end(state, { how: 'completed', why: 'finished', at: now });
      const step = stepOf(flow, command.step);
      invariant(step.type === 'act', `step "${command.step}" does not act`);
      return enter(flow, state, step.next, now);
    }
    case 'choose': {
      const step = stepOf(flow, command.step);
      invariant(outcome.type === 'arm' && step.type === 'choose', unfit(command, outcome));
      invariant(
        Object.hasOwn(step.arms, outcome.arm),
        `step "${command.step}" has the arms ${Object.keys(step.arms).join(', ')}, not "${outcome.arm}"`,
      );
      return enter(flow, state, step.arms[outcome.arm] ?? null, now);
    }
    case 'resolve-date':
      invariant(outcome.type === 'date', unfit(command, outcome));
      return sleepUntilDate(flow, state, command.step, outcome.at, now);
  }
}

/** A date that is not known is treated as one that is past: nobody can wait for it. */
function sleepUntilDate(
  flow: Flow,
  state: JourneyState,
  id: StepId,
  date: number | null,
  now: number,
): Advance {
  const step = stepOf(flow, id);
  const until = date ?? now;
  if (step.type === 'wait-for') {
    const arm = satisfiedArm(state, id, step, {
      reachedAt: reachedAt(state),
      until: Math.max(ceilSecond(until), now),
    });
    if (arm !== null) return enter(flow, state, step.arms[arm] ?? null, now);
    return until > now ? issue(state, sleep(state, until)) : enter(flow, state, step.timedOut, now);
  }
  invariant(step.type === 'wait-until', `step "${id}" waits for no date`);
  if (until > now) return issue(state, sleep(state, until));
  switch (step.ifPast) {
    case 'skip':
      return enter(flow, state, step.next, now);
    case 'continue':
      return enter(flow, state, step.inside ?? step.next, now);
    case 'exit':
      return issue(state, { type: 'complete', id: COMPLETION_ID, why: `past:${id}` });
  }
}

function hold(state: JourneyState, command: ActingCommand, at: number, now: number): Advance {
  const sleeping = sleep(state, Math.max(at, now + HOLD_AT_LEAST_MS));
  return issue({ ...state, held: command }, sleeping);
}

/** A sleep is over: ask again what was held, or go on from the wait. */
function wake(flow: Flow, state: JourneyState, now: number): Advance {
  if (state.held !== null) return issue({ ...state, held: null }, state.held);
  const id = positionOf(state).step;
  const step = stepOf(flow, id);
  switch (step.type) {
    case 'wait':
      return enter(flow, state, step.next, now);
    case 'wait-until':
      return enter(flow, state, step.inside ?? step.next, now);
    case 'wait-for':
      return enter(flow, state, step.timedOut, now);
    case 'act':
    case 'choose':
    case 'exit':
      invariant(false, `step "${id}" sleeps without being held`);
  }
}

function hear(
  flow: Flow,
  before: JourneyState,
  messages: readonly JourneyMessage[],
  now: number,
): Advance {
  let state = before;
  for (const message of messages) {
    state = message.type === 'exit' ? noteExit(state, message) : remember(flow, state, message);
  }
  if (state === before) return stay(before);
  const isActing = state.command !== null && state.command.type !== 'wait';
  if (state.exit !== null && !isActing) {
    return end(state, { how: 'exited', why: state.exit.exit, at: now });
  }
  return endWaitFor(flow, state, now);
}

/** Of several exits the first that ingest saw is the reason. */
function noteExit(state: JourneyState, message: { seq: number; exit: string }): JourneyState {
  if (state.exit !== null && !isEarlierExit(message, state.exit)) return state;
  return { ...state, exit: { seq: message.seq, exit: message.exit } };
}

function isEarlierExit(
  a: { seq: number; exit: string },
  b: { seq: number; exit: string },
): boolean {
  return a.seq < b.seq || (a.seq === b.seq && a.exit < b.exit);
}

/**
 * A satisfaction and the deadline may become known together. What happened first wins: an event up
 * to the deadline ends the wait by its arm even when the timer is already due.
 */
function endWaitFor(flow: Flow, state: JourneyState, now: number): Advance {
  const { position, command } = state;
  if (position === null || command?.type !== 'wait' || state.held !== null) {
    return stay(state);
  }
  const step = stepOf(flow, position.step);
  if (step.type !== 'wait-for') return stay(state);
  const span = { reachedAt: position.reachedAt, until: command.until };
  const arm = satisfiedArm(state, position.step, step, span);
  return arm === null ? stay(state) : enter(flow, state, step.arms[arm] ?? null, now);
}

function reach(state: JourneyState, id: StepId, now: number): JourneyState {
  const visit = (Object.hasOwn(state.visits, id) ? (state.visits[id] ?? 0) : 0) + 1;
  invariant(visit <= VISITS_PER_STEP_MAX, `step "${id}" is visited for the ${visit}th time`);
  return {
    ...state,
    visits: { ...state.visits, [id]: visit },
    position: { step: id, reachedAt: now, waits: 0 },
  };
}

function leave(state: JourneyState): JourneyState {
  const left = { ...state, command: null, held: null };
  return state.position === null ? left : forget(left, state.position.step);
}

function issue(state: JourneyState, command: Command): Advance {
  const position =
    command.type === 'wait' && state.position !== null
      ? { ...state.position, waits: state.position.waits + 1 }
      : state.position;
  return { state: { ...state, position, command }, commands: [command] };
}

/** Rounded up: a wait is never shorter than it was written. */
function sleep(state: JourneyState, until: number): Command {
  const { step, waits } = positionOf(state);
  return {
    type: 'wait',
    id: `${commandIdOf(state, step)}/wait/${waits + 1}`,
    step,
    until: ceilSecond(until),
  };
}

function end(state: JourneyState, ended: JourneyEnd): Advance {
  return {
    state: { ...state, command: null, held: null, satisfied: {}, ended },
    commands: [],
  };
}

function stay(state: JourneyState): Advance {
  return { state, commands: [] };
}

function commandIdOf(state: JourneyState, step: StepId): string {
  return `${step}/${state.visits[step] ?? 0}`;
}

function positionOf(state: JourneyState): NonNullable<JourneyState['position']> {
  invariant(state.position !== null, 'a journey that has not started stands at no step');
  return state.position;
}

function reachedAt(state: JourneyState): number {
  return positionOf(state).reachedAt;
}

function stepOf(flow: Flow, id: StepId): FlowStep {
  const step = Object.hasOwn(flow.steps, id) ? flow.steps[id] : undefined;
  invariant(step !== undefined, `the flow has no step "${id}"`);
  return step;
}

function unfit(command: ActingCommand, outcome: Outcome): string {
  return `command "${command.id}" (${command.type}) cannot come to "${outcome.type}"`;
}

/**
 * The whole logic of a journey: what happens next, given where it stands and what just happened.
 *
 * A journey is in one of five modes. *Acting*: a command is with an activity. *Held*: that activity
 * answered `retry-at`; the journey sleeps and then asks again with the same id. *Parked*: it answered
 * `parked`; a message `wake` asks again. *Waiting*: it sleeps at a wait step. *Ended*: nothing changes
 * any more. At most one command is outstanding. Messages are remembered in every mode; an exit ends a
 * sleeping journey at once and an acting one when the act settles, so that it is known whether the act
 * happened.
 *
 * Synchronous, no clock, no chance, and never more than one step per step of the flow in one call.
 */
import type { ActingCommand, Outcome, WaitCommand } from './command.ts';
import type { Flow, FlowStep, Next, StepId } from './flow.ts';
import {
  ceilSecond,
  complete,
  confirmed,
  end,
  enter,
  issue,
  nothingDue,
  park,
  positionOf,
  reachedAt,
  sleep,
  stay,
  stepOf,
  type Advance,
} from './go.ts';
import type { Input, JourneyMessage } from './input.ts';
import type { Due } from './pause.ts';
import { remember, satisfiedArm } from './satisfaction.ts';
import { invariant, type JourneyState } from './state.ts';

/** A `retry-at` of "now" would be a hot loop; timers are whole seconds anyway. */
const HOLD_AT_LEAST_MS = 1_000;

export function advance(flow: Flow, state: JourneyState, input: Input): Advance {
  if (state.ended !== null) return stay(state);
  const { command } = state;
  switch (input.type) {
    case 'started':
      return state.position === null && command === null
        ? enter(flow, state, flow.start, input.now)
        : stay(state);
    case 'settled':
      return command?.id === input.id && isActing(command)
        ? settle(flow, state, command, input.outcome, input.now)
        : stay(state);
    case 'timer-fired':
      // A timer says that its instant has come, whatever the clock of its driver reads.
      return command?.id === input.id && command.type === 'wait'
        ? wake(flow, state, command, Math.max(input.now, command.until))
        : stay(state);
    case 'messages':
      return hear(flow, state, input.messages, input.now);
  }
}

export function isActing(command: JourneyState['command']): command is ActingCommand {
  return command !== null && command.type !== 'wait' && command.type !== 'park';
}

/** A `wake` that was heard meanwhile may speak of rows that the activity had not seen. */
function settle(
  flow: Flow,
  { woken, ...state }: JourneyState,
  command: ActingCommand,
  outcome: Outcome,
  now: number,
): Advance {
  const after = settleAs(flow, state, command, outcome, now);
  const isAsleep = after.state.command !== null && !isActing(after.state.command);
  return woken === true && isAsleep ? lookAround(flow, after.state, now) : after;
}

function settleAs(
  flow: Flow,
  state: JourneyState,
  command: ActingCommand,
  outcome: Outcome,
  now: number,
): Advance {
  if (state.exit !== null) return end(state, { how: 'exited', why: state.exit.exit, at: now });
  if (outcome.type === 'closed') return end(state, { how: 'closed', why: command.id, at: now });
  if (outcome.type === 'retry-at') return hold(state, command, outcome.at, now);
  if (outcome.type === 'parked') return park(state, command, now);
  switch (command.type) {
    case 'complete':
      invariant(outcome.type === 'done', unfit(command, outcome));
      return end(state, { how: 'completed', why: command.why, at: now });
    case 'act': {
      invariant(outcome.type === 'done', unfit(command, outcome));
      if (command.last) return end(state, { how: 'completed', why: 'finished', at: now });
      const step = stepOf(flow, command.step);
      invariant(step.type === 'act', `step "${command.step}" does not act`);
      return enter(flow, nothingDue(state), step.next, now);
    }
    case 'choose': {
      const step = stepOf(flow, command.step);
      invariant(outcome.type === 'arm' && step.type === 'choose', unfit(command, outcome));
      invariant(
        Object.hasOwn(step.arms, outcome.arm),
        `step "${command.step}" has the arms ${Object.keys(step.arms).join(', ')}, not "${outcome.arm}"`,
      );
      return enter(flow, confirmed(state, now), step.arms[outcome.arm] ?? null, now);
    }
    case 'resolve-date':
      invariant(outcome.type === 'date', unfit(command, outcome));
      return sleepUntilDate(flow, confirmed(state, now), command.step, outcome.at, now);
    case 'wake':
      invariant(outcome.type === 'done', unfit(command, outcome));
      return goOnFromSleep(flow, state, command.until, now);
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
    if (until <= now) return enter(flow, state, step.timedOut, now);
    return issue(state, sleep(state, until), now);
  }
  invariant(step.type === 'wait-until', `step "${id}" waits for no date`);
  if (until > now) return issue(state, sleep(state, until), now);
  switch (positionOf(state).slept === true ? 'continue' : step.ifPast) {
    case 'skip':
      return enter(flow, state, step.next, now);
    case 'continue':
      return enter(flow, state, afterSleep(step), now);
    case 'exit':
      return complete(state, `past:${id}`, now);
  }
}

/**
 * What acts is held and asked again; a wait just sleeps on, and can still be ended by its arms. It was
 * perhaps looked into before its time: whatever it was told, it ends no earlier than it was to.
 */
function hold(state: JourneyState, command: ActingCommand, at: number, now: number): Advance {
  const isWait = command.type === 'wake';
  const until = Math.max(at, now + HOLD_AT_LEAST_MS, isWait ? command.until : 0);
  const sleeping = sleep(state, until);
  if (!isWait) return issue({ ...state, held: command }, sleeping, now);
  return issue(state, { ...sleeping, nominal: state.due?.until ?? command.until }, now);
}

/** A sleep is over: ask again what was held, or go on from the wait. */
function wake(flow: Flow, state: JourneyState, command: WaitCommand, now: number): Advance {
  if (state.held !== null) return issue({ ...state, held: null }, state.held, now);
  const position = positionOf(state);
  const step = stepOf(flow, position.step);
  const isWaitFor = step.type === 'wait-for';
  if (isWaitFor && flow.v > 1) return confirmSleep(flow, state, command, now);
  const due = dueAfterSleep(flow, state, command);
  const woken = isWaitFor ? { ...state, due } : { ...state, due, woke: position };
  return enter(flow, woken, afterSleep(step), now);
}

/** Where a sleep that nothing ended leads to. */
function afterSleep(step: FlowStep): Next {
  switch (step.type) {
    case 'wait':
      return step.next;
    case 'wait-until':
      return step.inside ?? step.next;
    case 'wait-for':
      return step.timedOut;
    case 'act':
    case 'choose':
    case 'exit':
      invariant(false, `a step of type "${step.type}" sleeps without being held`);
  }
}

/** A sleep towards a date is not made longer by a pause; sleeps that follow each other are one. */
function dueAfterSleep(flow: Flow, state: JourneyState, command: WaitCommand): Due {
  const { step: id, reachedAt: began } = positionOf(state);
  const step = stepOf(flow, id);
  const until = command.nominal ?? command.until;
  const hasDate =
    step.type === 'wait-until' || (step.type === 'wait-for' && step.upToMs === undefined);
  return { from: hasDate ? until : (state.due?.from ?? began), until, planned: until };
}

function confirmSleep(flow: Flow, state: JourneyState, command: WaitCommand, now: number): Advance {
  const due = dueAfterSleep(flow, state, command);
  const { step, until } = command;
  return issue({ ...state, due }, { type: 'wake', id: `${command.id}/wake`, step, until }, now);
}

/** Nothing is in the way: the sleep is over, or was looked into before its time and goes on. */
function goOnFromSleep(flow: Flow, state: JourneyState, until: number, now: number): Advance {
  const { step: id, reachedAt: began } = positionOf(state);
  const step = stepOf(flow, id);
  if (step.type === 'wait-for') {
    const arm = satisfiedArm(state, id, step, { reachedAt: began, until });
    if (arm !== null) return enter(flow, nothingDue(state), step.arms[arm] ?? null, now);
  }
  if (until > now) return hold(state, { type: 'wake', id, step: id, until }, until, now);
  return enter(flow, confirmed(state, now), afterSleep(step), now);
}

function hear(
  flow: Flow,
  before: JourneyState,
  messages: readonly JourneyMessage[],
  now: number,
): Advance {
  let state = before;
  for (const message of messages) state = note(flow, state, message);
  if (state === before) return stay(before);
  if (isActing(state.command)) return stay(state);
  if (state.exit !== null) return end(state, { how: 'exited', why: state.exit.exit, at: now });
  const after = endWaitFor(flow, state, now);
  return state.woken === true && after.state === state ? lookAround(flow, state, now) : after;
}

function note(flow: Flow, state: JourneyState, message: JourneyMessage): JourneyState {
  switch (message.type) {
    case 'exit':
      return noteExit(state, message);
    case 'satisfied':
      return remember(flow, state, message);
    case 'wake':
      return { ...state, woken: true };
  }
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

/** Somebody asked a sleeping run to look at its rows: what is held is asked again, a wait confirmed. */
function lookAround(flow: Flow, { woken: _woken, ...state }: JourneyState, now: number): Advance {
  const { command, held } = state;
  if (held !== null) return issue({ ...state, held: null }, held, now);
  return command?.type === 'wait' ? confirmSleep(flow, state, command, now) : stay(state);
}

/**
 * A satisfaction and the deadline may become known together. What happened first wins: an event up
 * to the deadline ends the wait by its arm even when the timer is already due. A wait whose time
 * stands still, or whose date nobody has resolved yet, has no deadline.
 */
function endWaitFor(flow: Flow, state: JourneyState, now: number): Advance {
  const { position, command, held } = state;
  if (position === null || command === null || isActing(command)) return stay(state);
  const step = stepOf(flow, position.step);
  const isOpen = held === null || held.type === 'wake' || held.type === 'resolve-date';
  if (step.type !== 'wait-for' || !isOpen) return stay(state);
  const until = command.type === 'wait' && held === null ? command.until : Infinity;
  const span = { reachedAt: position.reachedAt, until };
  const arm = satisfiedArm(state, position.step, step, span);
  return arm === null ? stay(state) : enter(flow, nothingDue(state), step.arms[arm] ?? null, now);
}

function unfit(command: ActingCommand, outcome: Outcome): string {
  return `command "${command.id}" (${command.type}) cannot come to "${outcome.type}"`;
}

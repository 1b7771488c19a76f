/**
 * Going on: to a step, through those that ask for nothing, up to the next command.
 *
 * What `advance` and `moveTo` are made of. No function here knows why it is called; none passes more
 * steps than the flow has.
 */
import type { ActingCommand, Command, WaitCommand } from './command.ts';
import type { Flow, FlowStep, Next, StepId } from './flow.ts';
import { forget, satisfiedArm } from './satisfaction.ts';
import { invariant, type JourneyEnd, type JourneyState, type Position } from './state.ts';

export interface Advance {
  readonly state: JourneyState;
  /** None or one. */
  readonly commands: readonly Command[];
}

/**
 * A file cannot make a cycle, since its steps are nested lists; an operator can send a lead back.
 * The number only has to be out of reach of a sane operator and far below a runaway.
 */
const VISITS_PER_STEP_MAX = 100;
const COMPLETION_ID = '$end/1';
const NOWHERE: Position = { step: '$start', reachedAt: 0, waits: 0 };

export function enter(flow: Flow, from: JourneyState, next: Next, now: number): Advance {
  let state = leave(from);
  let id = next;
  for (let passed = 0; id !== null; passed += 1) {
    invariant(passed <= Object.keys(flow.steps).length, `step "${id}" is reached again and again`);
    const step = stepOf(flow, id);
    if (step.type === 'act' && state.acted?.includes(id) === true) {
      id = step.next;
      continue;
    }
    state = reach(state, id, now);
    const on = begin(step, id, state);
    if (typeof on === 'object' && on !== null) {
      return issue(on.type === 'wait' ? asleepAnew(state) : state, on, now);
    }
    state = leave(state);
    id = on;
  }
  return complete(state, 'finished', now);
}

export function complete(state: JourneyState, why: string, now: number): Advance {
  return issue(state, { type: 'complete', id: COMPLETION_ID, why }, now);
}

/**
 * The command a step begins with, or where to go when it has nothing to ask for. A `wait-for` that is not
 * begun but come back to counts what happened up to `openUntil`.
 */
export function begin(
  step: FlowStep,
  id: StepId,
  state: JourneyState,
  openUntil = Infinity,
): Command | Next {
  const commandId = commandIdOf(state, id);
  switch (step.type) {
    case 'act':
      return { type: 'act', id: commandId, step: id, last: step.next === null };
    case 'choose':
      return { type: 'choose', id: commandId, step: id };
    case 'exit':
      return { type: 'complete', id: COMPLETION_ID, why: `exit:${id}` };
    case 'wait':
      return step.ms > 0 ? sleep(state, reachedAt(state) + step.ms) : step.next;
    case 'wait-until':
      return { type: 'resolve-date', id: commandId, step: id };
    case 'wait-for': {
      const span = { reachedAt: reachedAt(state), until: openUntil };
      const arm = satisfiedArm(state, id, step, span);
      if (arm !== null) return step.arms[arm] ?? null;
      if (step.upToMs === undefined) return { type: 'resolve-date', id: commandId, step: id };
      if (step.upToMs <= 0) return step.timedOut;
      return sleep(state, reachedAt(state) + step.upToMs);
    }
  }
}

export function issue(state: JourneyState, command: Command, now: number): Advance {
  switch (command.type) {
    case 'wait':
    case 'park': {
      const { position } = state;
      const counted = position === null ? null : { ...position, waits: position.waits + 1 };
      return { state: { ...state, position: counted, command }, commands: [command] };
    }
    case 'act':
    case 'choose':
    case 'resolve-date':
    case 'wake':
    case 'complete': {
      const due = state.due ?? { from: now, until: now, planned: now };
      return { state: { ...state, due, command }, commands: [command] };
    }
  }
}

/** Rounded up: a wait is never shorter than it was written. */
export function sleep(state: JourneyState, until: number): WaitCommand {
  const { step, waits } = state.position ?? NOWHERE;
  const id = `${commandIdOf(state, step)}/wait/${waits + 1}`;
  return { type: 'wait', id, step, until: ceilSecond(until) };
}

export function park(state: JourneyState, held: ActingCommand, now: number): Advance {
  const { step, waits } = state.position ?? NOWHERE;
  const id = `${commandIdOf(state, step)}/park/${waits + 1}`;
  return issue({ ...state, held }, { type: 'park', id }, now);
}

/** The first instant at or after `at` that is a whole second. */
export function ceilSecond(at: number): number {
  return Math.ceil(at / 1_000) * 1_000;
}

export function end(state: JourneyState, ended: JourneyEnd): Advance {
  return {
    state: { ...state, command: null, held: null, satisfied: {}, ended },
    commands: [],
  };
}

export function stay(state: JourneyState): Advance {
  return { state, commands: [] };
}

/** What was due is done, or was ended by something that happened. */
export function nothingDue(state: JourneyState): JourneyState {
  const { due: _due, woke: _woke, ...rest } = state;
  return rest;
}

/** An activity has looked: what is asked next is due now, and as late as this was. */
export function confirmed(state: JourneyState, now: number): JourneyState {
  return {
    ...asleepAnew(state),
    due: { from: now, until: now, planned: state.due?.planned ?? now },
  };
}

export function positionOf(state: JourneyState): Position {
  invariant(state.position !== null, 'a journey that has not started stands at no step');
  return state.position;
}

export function reachedAt(state: JourneyState): number {
  return positionOf(state).reachedAt;
}

export function stepOf(flow: Flow, id: StepId): FlowStep {
  const step = Object.hasOwn(flow.steps, id) ? flow.steps[id] : undefined;
  invariant(step !== undefined, `the flow has no step "${id}"`);
  return step;
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

function asleepAnew(state: JourneyState): JourneyState {
  const { woke: _woke, ...rest } = state;
  return rest;
}

function leave(state: JourneyState): JourneyState {
  const left = { ...state, command: null, held: null };
  return state.position === null ? left : forget(left, state.position.step);
}

function commandIdOf(state: JourneyState, step: StepId): string {
  return `${step}/${state.visits[step] ?? 0}`;
}

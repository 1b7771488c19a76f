/**
 * An edit of a journey meets a lead that is in it: where the run goes on under the newer plan.
 *
 * A step is kept when the newer plan has one of the same kind under its id, or under the name it was
 * given since; a step that is gone sends its leads where the author said. Anything else is blocked:
 * nobody guesses, the run stays on its plan. What was done is never done again: acts that were carried
 * out are passed over, and what had been asked but not answered is asked under the same id.
 */
import type { Move, StepMapping } from './command.ts';
import type { Flow, FlowStep, StepId } from './flow.ts';
import {
  begin,
  ceilSecond,
  enter,
  issue,
  nothingDue,
  reachedAt,
  stepOf,
  type Advance,
} from './go.ts';
import type { JourneyMessage } from './input.ts';
import { remember } from './satisfaction.ts';
import { invariant, type JourneyState } from './state.ts';

export type Placement =
  /** The same step, perhaps under another name. */
  | { readonly type: 'kept'; readonly step: StepId }
  /** As if it were reached now. */
  | { readonly type: 'sent-to'; readonly step: StepId }
  | { readonly type: 'blocked'; readonly why: string };

/** Of a run that stands at `step`. */
export function placeIn(
  before: Flow,
  after: Flow,
  { renamed, removed }: StepMapping,
  step: StepId,
): Placement {
  const name = own(renamed, step) ?? step;
  const [was, is] = [own(before.steps, step), own(after.steps, name)];
  if (is !== undefined && was?.type === is.type) return { type: 'kept', step: name };
  const target = own(removed, step);
  if (target !== undefined && own(after.steps, target) !== undefined) {
    return { type: 'sent-to', step: target };
  }
  if (is === undefined) {
    return {
      type: 'blocked',
      why: `step "${step}" is gone, and "removed" does not say where to go`,
    };
  }
  const kinds = `was "${was?.type ?? 'unknown'}" and is "${is.type}" now`;
  return { type: 'blocked', why: `step "${name}" ${kinds}: say in "removed" where to go` };
}

/** The step a run stands at: the wait it came from, while what follows has not been answered. */
export function standsAt({ woke, position }: JourneyState): StepId | null {
  return (woke ?? position)?.step ?? null;
}

/**
 * The caller has placed it: a run that is blocked is never moved. `meanwhile` is what was told while the
 * move was looked up: ingest may have known of it before the run did, and says nothing twice.
 */
export function moveTo(
  before: Flow,
  state: JourneyState,
  move: Move,
  { now, meanwhile }: { readonly now: number; readonly meanwhile: readonly JourneyMessage[] },
): Advance {
  const { flow, upTo = -Infinity } = move;
  const at = standsAt(state);
  const late = meanwhile.filter(({ seq }) => seq > upTo);
  const carried = carry(state, { ...move, heard: [...move.heard, ...late] });
  if (at === null) return enter(flow, carried, flow.start, now);
  const placement = placeIn(before, flow, move, at);
  invariant(placement.type !== 'blocked', `a run at step "${at}" was moved where it has no place`);
  if (placement.type === 'sent-to') {
    return enter(flow, nothingDue({ ...carried, position: null }), placement.step, now);
  }
  return goOnAt(flow, carried, placement.step, state, now);
}

/** The same run in the words of the newer plan; what it had asked is not counted as a visit. */
function carry(state: JourneyState, { flow, renamed, heard }: Move): JourneyState {
  const nameOf = (step: StepId): StepId => own(renamed, step) ?? step;
  const visits = { ...state.visits };
  const asked = state.position?.step;
  const isBeyond = state.woke !== undefined && state.woke.step !== asked;
  if (asked !== undefined && isBeyond) visits[asked] = (visits[asked] ?? 1) - 1;
  const isOver = (step: StepId) => step !== asked && (visits[step] ?? 0) > 0;
  const acted = [...(state.acted ?? []), ...Object.keys(visits).filter(isOver)]
    .map(nameOf)
    .filter((step) => own(flow.steps, step)?.type === 'act');
  const { woke: _woke, ...rest } = state;
  const renamedState: JourneyState = {
    ...rest,
    command: null,
    held: null,
    visits: Object.fromEntries(Object.entries(visits).map(([step, n]) => [nameOf(step), n])),
    satisfied: {},
    acted: [...new Set(acted)].sort(),
  };
  return heard.reduce(
    (known, message) => (message.type === 'satisfied' ? hearAnew(flow, known, message) : known),
    renamedState,
  );
}

/** Of every wait, also of the one the run stands at. */
function hearAnew(
  flow: Flow,
  state: JourneyState,
  message: Extract<JourneyMessage, { type: 'satisfied' }>,
): JourneyState {
  const { visits, position } = state;
  const known = remember(flow, { ...state, visits: {}, position: null }, message);
  return { ...known, visits, position };
}

/** At the same step under the newer plan: how long it waits, and for what, is the newer plan's. */
function goOnAt(
  flow: Flow,
  carried: JourneyState,
  id: StepId,
  before: JourneyState,
  now: number,
): Advance {
  const position = before.woke ?? before.position;
  invariant(position !== null, `a run that stands at "${id}" has a position`);
  const isAsleep = before.woke !== undefined || before.command?.type === 'wake';
  const slept = isAsleep ? { slept: true as const } : {};
  const state: JourneyState = { ...carried, position: { ...position, ...slept, step: id } };
  const step = stepOf(flow, id);
  const on = begin(step, id, state, openUntil(step, state, before));
  return typeof on === 'object' && on !== null
    ? issue(state, on, now)
    : enter(flow, nothingDue(state), on, now);
}

/** A sleep that a pause made longer was open until it ended. */
function openUntil(step: FlowStep, state: JourneyState, { command }: JourneyState): number {
  if (step.type !== 'wait-for' || step.upToMs === undefined) return Infinity;
  const ends = ceilSecond(reachedAt(state) + step.upToMs);
  return command?.type === 'wake' ? Math.max(ends, command.until) : ends;
}

function own<Value>(record: { readonly [key: string]: Value }, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

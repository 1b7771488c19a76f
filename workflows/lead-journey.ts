/**
 * One lead in one journey, for as long as it takes. The workflow only waits: `advance` decides every
 * step and activities act, so that this file has no reason to change when journeys do.
 *
 * Handlers push to the inbox and return; the loop alone changes the state. Messages that cannot end
 * the sleep in progress stay in the inbox, so that they cost no timer.
 */
import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { advance, isActing } from '../core/journey/advance.ts';
import type { Move, ParkCommand, WaitCommand } from '../core/journey/command.ts';
import type { Input, JourneyMessage } from '../core/journey/input.ts';
import { moveTo } from '../core/journey/move.ts';
import { initialState, invariant, type JourneyState } from '../core/journey/state.ts';
import {
  JOURNEY_QUERIES,
  JOURNEY_SIGNALS,
  type LeadJourneyInput,
  type LeadJourneyResult,
  type LeadJourneyStatus,
} from './contract.ts';
import { runCommand } from './run-command.ts';

const deliver = defineSignal<[JourneyMessage]>(JOURNEY_SIGNALS.deliver);
const status = defineQuery<LeadJourneyStatus>(JOURNEY_QUERIES.status);

export async function leadJourney(input: LeadJourneyInput): Promise<LeadJourneyResult> {
  const inbox: JourneyMessage[] = [...(input.inbox ?? [])];
  let state = input.state ?? initialState();
  setHandler(deliver, (message) => void inbox.push(message));
  setHandler(status, () => statusOf(state));

  const now = (): number => Date.now() + input.clockOffset;
  const feed = (next: Input): void => {
    state = advance(input.flow, state, next).state;
  };
  const heard = (): Input => ({ type: 'messages', messages: [...inbox], now: now() });
  const drain = (): readonly JourneyMessage[] => {
    if (inbox.length > 0) feed(heard());
    return inbox.splice(0);
  };
  const goOn = (over: Partial<LeadJourneyInput>): Promise<never> =>
    continueAsNew<typeof leadJourney>({ ...input, state, inbox, ...over });
  const move = (to: Move, meanwhile: readonly JourneyMessage[]): Promise<never> => {
    // A wake that came while it was moving may have been meant for the move after this one.
    const isAwaited = to.again === true || state.woken === true;
    return goOn({
      ...{ planHash: to.planHash, flow: to.flow },
      state: moveTo(input.flow, state, to, { now: now(), meanwhile }).state,
      inbox: isAwaited ? [...inbox, { type: 'wake', seq: 0 }] : inbox,
    });
  };
  const isDisturbed = (command: WaitCommand | ParkCommand) => (): boolean =>
    inbox.length > 0 &&
    (workflowInfo().continueAsNewSuggested ||
      advance(input.flow, state, heard()).state.command?.id !== command.id);
  const sleep = async (command: WaitCommand): Promise<void> => {
    const left = command.until - now();
    const summary = `${command.id} until ${new Date(command.until).toISOString()}`;
    const isDue = left <= 0 || !(await condition(isDisturbed(command), left, { summary }));
    drain(); // Before the timer: what happened up to the deadline counts.
    if (isDue) feed({ type: 'timer-fired', id: command.id, now: now() });
  };

  drain();
  feed({ type: 'started', now: now() });
  while (state.ended === null) {
    if (workflowInfo().continueAsNewSuggested) await goOn({});
    const { command } = state;
    invariant(command !== null, 'a journey that goes on asks for something');
    if (isActing(command)) {
      const outcome = await runCommand(input, state, command, now());
      const meanwhile = drain(); // Before the outcome: an exit heard meanwhile stops what would follow.
      if (outcome.type === 'move' && state.exit === null) await move(outcome, meanwhile);
      feed({ type: 'settled', id: command.id, outcome, now: now() });
    } else if (command.type === 'wait') {
      await sleep(command);
    } else {
      await condition(isDisturbed(command));
      drain();
    }
  }
  return state.ended;
}

function statusOf(state: JourneyState): LeadJourneyStatus {
  return {
    step: state.position?.step ?? null,
    since: state.position?.reachedAt ?? null,
    doing: state.command?.type ?? null,
    until: state.command?.type === 'wait' ? state.command.until : null,
    ended: state.ended,
  };
}

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
import { advance } from '../core/journey/advance.ts';
import type { WaitCommand } from '../core/journey/command.ts';
import type { Input, JourneyMessage } from '../core/journey/input.ts';
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
  const drain = (): void => {
    if (inbox.length > 0) feed(heard());
    inbox.length = 0;
  };
  const sleep = async (command: WaitCommand): Promise<void> => {
    const isDisturbed = (): boolean =>
      inbox.length > 0 && !isStillAt(command, advance(input.flow, state, heard()).state);
    const isLong = (): boolean => inbox.length > 0 && workflowInfo().continueAsNewSuggested;
    const left = command.until - now();
    const summary = `${command.id} until ${new Date(command.until).toISOString()}`;
    const isDue =
      left <= 0 || !(await condition(() => isDisturbed() || isLong(), left, { summary }));
    drain(); // Before the timer: what happened up to the deadline counts.
    if (isDue) feed({ type: 'timer-fired', id: command.id, now: now() });
  };

  drain();
  feed({ type: 'started', now: now() });
  while (state.ended === null) {
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof leadJourney>({ ...input, state, inbox });
    }
    const { command } = state;
    invariant(command !== null, 'a journey that goes on asks for something');
    if (command.type === 'wait') {
      await sleep(command);
    } else {
      const outcome = await runCommand(input, command, visitOf(state), now());
      drain(); // Before the outcome: an exit heard meanwhile stops what would follow.
      feed({ type: 'settled', id: command.id, outcome, now: now() });
    }
  }
  return state.ended;
}

function isStillAt(command: WaitCommand, state: JourneyState): boolean {
  return state.command?.id === command.id;
}

function visitOf(state: JourneyState): number {
  return state.position === null ? 1 : (state.visits[state.position.step] ?? 1);
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

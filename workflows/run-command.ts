/**
 * Carries out a journey's command: the only switch over acting commands in the workflow bundle. It
 * decides nothing and knows no clock; adding a kind of command fails to compile here.
 */
import { proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { ActingCommand, Outcome } from '../core/journey/command.ts';
import { standsAt } from '../core/journey/move.ts';
import type { JourneyState } from '../core/journey/state.ts';
import { decisionOptions, localStepOptions, queuedStepOptions } from './activity-options.ts';
import type { Confirmable, JourneyActivities, LeadJourneyInput } from './contract.ts';

const near = proxyLocalActivities<JourneyActivities>(localStepOptions);
const deciding = proxyLocalActivities<JourneyActivities>(decisionOptions);

export async function runCommand(
  input: LeadJourneyInput,
  state: JourneyState,
  command: ActingCommand,
  now: number,
): Promise<Outcome> {
  const { splitKey } = input;
  const asked = confirmable(input, state, now);
  const visit = state.visits[state.position?.step ?? ''] ?? 1;
  switch (command.type) {
    case 'act': {
      const { executeStep } = input.sendVia === 'local' ? near : queued();
      return executeStep({ ...asked, step: command.step, visit, last: command.last });
    }
    case 'choose':
    case 'resolve-date': {
      const { step, type: kind } = command;
      return deciding.decideStep({ ...asked, step, visit, kind, splitKey });
    }
    case 'complete':
      return deciding.completeJourney({ ...asked, why: command.why, afterWait: 'woke' in state });
    case 'wake': {
      const { id, step, until } = command;
      return deciding.confirmWake({ ...asked, id, step, until });
    }
  }
}

function confirmable(
  { enrolmentId, planHash }: LeadJourneyInput,
  state: JourneyState,
  now: number,
): Confirmable {
  const at = standsAt(state);
  const { due } = state;
  return {
    ...{ enrolmentId, now, planHash },
    ...(at === null ? {} : { at }),
    ...(due === undefined ? {} : { due }),
  };
}

function queued(): ReturnType<typeof proxyActivities<JourneyActivities>> {
  return proxyActivities<JourneyActivities>(queuedStepOptions(workflowInfo().taskQueue));
}

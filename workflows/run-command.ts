/**
 * Carries out a journey's command: the only switch over acting commands in the workflow bundle. It
 * decides nothing and knows no clock; adding a kind of command fails to compile here.
 */
import { proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { ActingCommand, Outcome } from '../core/journey/command.ts';
import { decisionOptions, localStepOptions, queuedStepOptions } from './activity-options.ts';
import type { JourneyActivities, LeadJourneyInput } from './contract.ts';

const near = proxyLocalActivities<JourneyActivities>(localStepOptions);
const deciding = proxyLocalActivities<JourneyActivities>(decisionOptions);

export async function runCommand(
  input: LeadJourneyInput,
  command: ActingCommand,
  visit: number,
  now: number,
): Promise<Outcome> {
  const { enrolmentId, splitKey } = input;
  switch (command.type) {
    case 'act': {
      const { executeStep } = input.sendVia === 'local' ? near : queued();
      return executeStep({ enrolmentId, step: command.step, visit, last: command.last, now });
    }
    case 'choose':
    case 'resolve-date': {
      const { step, type: kind } = command;
      return deciding.decideStep({ enrolmentId, step, visit, kind, splitKey, now });
    }
    case 'complete':
      return deciding.completeJourney({ enrolmentId, why: command.why, now });
  }
}

function queued(): ReturnType<typeof proxyActivities<JourneyActivities>> {
  return proxyActivities<JourneyActivities>(queuedStepOptions(workflowInfo().taskQueue));
}

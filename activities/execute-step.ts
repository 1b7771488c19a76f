/**
 * Carries out one acting step of one run: the only switch over the kinds of steps that act.
 *
 * It can run any number of times for the same step, in this worker or after it died: every act is keyed
 * by the command id. A step of a closed enrolment does nothing.
 */
import type { Outcome } from '../core/journey/command.ts';
import { failpoint } from '../faults/failpoint.ts';
import type { ExecuteStepInput } from '../workflows/contract.ts';
import { confirm, findAsked } from './confirm.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { enrichStep } from './enrich.ts';
import { enterStep } from './enter.ts';
import { failure, guarded } from './failures.ts';
import { notifyStep } from './notify.ts';
import { sendStep } from './send.ts';
import { commandOf, findStep, type StepTask } from './step.ts';
import { taskStep } from './task.ts';
import { updateStep } from './update.ts';
import { webhookStep } from './webhook.ts';

export async function executeStep(
  deps: ActivityDependencies,
  input: ExecuteStepInput,
): Promise<Outcome> {
  const command = commandOf(input);
  return guarded(deps, `${input.enrolmentId}/${command}`, async () => {
    const asked = await findAsked(deps, input, command);
    const first = await confirm(deps, input, asked);
    const outcome = first ?? (await act(deps, await findStep(deps, input, asked)));
    await failpoint('step.beforeReturn');
    return outcome;
  });
}

async function act(deps: ActivityDependencies, task: StepTask): Promise<Outcome> {
  const { step } = task;
  // A send looks at its enrolment under the lead's lock, and keeps a row that says `exited`.
  if (step.type === 'send') return sendStep(deps, { ...task, step });
  if (task.run.status === 'closed') return { type: 'closed' };
  switch (step.type) {
    case 'update':
      return updateStep(deps, { ...task, step });
    case 'task':
      return taskStep(deps, { ...task, step });
    case 'notify':
      return notifyStep(deps, { ...task, step });
    case 'webhook':
      return webhookStep(deps, { ...task, step });
    case 'enrich':
      return enrichStep(deps, { ...task, step });
    case 'enter':
      return enterStep(deps, { ...task, step });
    case 'wait':
    case 'wait-until':
    case 'wait-for':
    case 'branch':
    case 'split':
    case 'exit':
      throw failure('step-missing', task.commandId);
  }
}

/**
 * Sends one email once more because a person said that the server has it not. Its journey went on long
 * ago and is left alone; everything else is asked as for any email: consent, caps, pauses, the hour.
 */
import type { Outcome } from '../core/journey/command.ts';
import { findAsked } from './confirm.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { guarded } from './failures.ts';
import { sendStep } from './send.ts';
import { findStep } from './step.ts';

export interface AgainTask {
  readonly commandId: string;
  /** As the plan of its run calls it now; by default as when the mail was first sent. */
  readonly step?: string;
  readonly now: number;
}

/** Undefined: its journey no longer has the step. */
export async function sendAgain(
  deps: ActivityDependencies,
  { commandId, step: renamed, now }: AgainTask,
): Promise<Outcome | undefined> {
  const [enrolmentId = '', named = '', visit = '1'] = commandId.split('/');
  return guarded(deps, commandId, async () => {
    const id = renamed ?? named;
    const input = { enrolmentId, step: id, visit: Number(visit), now };
    const asked = await findAsked(deps, input, `${named}/${visit}`);
    if (asked.plan.steps[id]?.type !== 'send') return undefined;
    const { step, ...task } = await findStep(deps, input, asked);
    if (step.type !== 'send') return undefined;
    return sendStep(deps, { ...task, step, last: false, isAside: true });
  });
}

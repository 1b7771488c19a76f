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

/** Undefined: its journey no longer has the step. */
export async function sendAgain(
  deps: ActivityDependencies,
  { commandId, now }: { readonly commandId: string; readonly now: number },
): Promise<Outcome | undefined> {
  const [enrolmentId = '', id = '', visit = '1'] = commandId.split('/');
  return guarded(deps, commandId, async () => {
    const input = { enrolmentId, step: id, visit: Number(visit), now };
    const asked = await findAsked(deps, input, `${id}/${visit}`);
    if (asked.plan.steps[id]?.type !== 'send') return undefined;
    const { step, ...task } = await findStep(deps, input, asked);
    if (step.type !== 'send') return undefined;
    return sendStep(deps, { ...task, step, last: false, isAside: true });
  });
}

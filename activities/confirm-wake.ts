/**
 * Whether a sleep may end. Asked where what follows would be too late to ask (the arm of a wait that
 * nobody fulfilled), and when somebody wants a sleeping run to look around.
 *
 * Before its time only an edit matters: a pause is met when the timer fires.
 */
import type { Outcome } from '../core/journey/command.ts';
import type { ConfirmWakeInput } from '../workflows/contract.ts';
import { confirm, findAsked } from './confirm.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { guarded } from './failures.ts';

export async function confirmWake(
  deps: ActivityDependencies,
  input: ConfirmWakeInput,
): Promise<Outcome> {
  return guarded(deps, `${input.enrolmentId}/${input.id}`, async () => {
    const asked = await findAsked(deps, input, input.id);
    if (asked.run.status === 'closed') return { type: 'closed' };
    const isEarly = input.until > asked.now;
    const run = isEarly ? { ...asked.run, pauses: [] } : asked.run;
    return (await confirm(deps, input, { ...asked, run })) ?? { type: 'done' };
  });
}

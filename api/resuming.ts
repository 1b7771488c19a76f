/** Resuming as callers ask for it: the look ahead and the resume, with every refusal as a problem. */
import {
  previewResume,
  resumePause,
  type Resumed,
  type ResumeView,
} from '../runtime/dispatch/pauses.ts';
import type { StoredPause } from '../store/pauses.ts';
import { mustFindPause, pauseDeps, perHourOf, type Pausing } from './pauses.ts';
import { Problem } from './problems.ts';

export async function previewOf(
  deps: Pausing,
  pause: StoredPause,
  perHour: number | undefined,
): Promise<ResumeView> {
  const view = await previewResume(pauseDeps(deps), asked(pause.id, perHour));
  if (view === undefined) throw over(pause.id);
  return view;
}

export async function resumeAsAsked(
  deps: Pausing,
  ask: { readonly id: string; readonly perHour: unknown; readonly by: string },
): Promise<Extract<Resumed, { type: 'resumed' | 'called-off' }>> {
  const perHour = perHourOf(ask.perHour);
  const pause = await mustFindPause(deps, ask.id);
  const done = await resumePause(pauseDeps(deps), { ...asked(pause.id, perHour), by: ask.by });
  if (done.type === 'over' || done.type === 'unknown') throw over(pause.id);
  return done;
}

function asked(id: string, perHour: number | undefined) {
  return { id, ...(perHour === undefined ? {} : { perHour }) };
}

function over(id: string): Problem {
  return new Problem('conflict', `The pause ${id} is over already; nothing was changed.`);
}

/**
 * Compares the trace of the workflow with that of the in-process driver: every command, outcome and
 * message in the same order, every deadline to the millisecond, every other instant to the second.
 *
 * On a server things take a few milliseconds that no script can foresee. Waits are rounded up to
 * whole seconds, so anything below a second leaves no difference. Where only instants differ the
 * machine was later than that, and the run says nothing: it is repeated, a few times at most.
 */
import { isDeepStrictEqual } from 'node:util';
import { runJourney, type TraceEntry } from '../../core/simulate/journey-driver.ts';
import type { RandomPlan } from '../core/journey/random-plan.ts';
import type { JourneyWorld } from './journey-world.ts';

export interface Comparison {
  readonly expected: readonly TraceEntry[];
  readonly found: readonly TraceEntry[];
  readonly isSame: boolean;
  /** Runs that were void because the machine was late. */
  readonly repeats: number;
}

const REPEATS_MAX = 3;

export async function compareDrivers(
  world: JourneyWorld,
  plan: RandomPlan,
  options: { readonly sendVia?: 'local' | 'queue' } = {},
): Promise<Comparison> {
  const expected = runJourney(plan).trace.map(toSeconds);
  for (let repeats = 0; ; repeats += 1) {
    const journey = await world.start(`plan-${plan.seed}-${repeats}`, plan, options);
    const found = (await journey.rehearse()).map(toSeconds);
    const isSame = isDeepStrictEqual(found, expected);
    const isLate = isDeepStrictEqual(found.map(withoutInstants), expected.map(withoutInstants));
    if (isSame || !isLate || repeats === REPEATS_MAX) return { expected, found, isSame, repeats };
  }
}

function toSeconds(entry: TraceEntry): TraceEntry {
  return { ...entry, at: Math.floor(entry.at / 1_000) * 1_000 };
}

function withoutInstants(entry: TraceEntry): unknown {
  return { ...entry, at: 0, until: 0 };
}

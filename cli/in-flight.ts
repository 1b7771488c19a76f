/**
 * Leads in flight, as a command that puts a release in force sees them: what would become of each before
 * it happens, and waking those it marked.
 */
import type { JourneyEdit } from '../core/edits/plan-edits.ts';
import type { Problem } from '../core/definitions/problems.ts';
import type { Store } from '../store/client.ts';
import type { Foreseen } from '../workspace/foresee-edits.ts';
import { blockedLeads, editLines } from './edit-report.ts';
import { CommandFailure, plural } from './shell.ts';

export interface InFlight {
  readonly edits: readonly JourneyEdit[];
  readonly warnings: readonly Problem[];
  /** Of leads that are blocked. */
  readonly addresses: ReadonlyMap<string, string>;
}

export async function foresee(store: Store, next: Foreseen): Promise<InFlight> {
  const [{ foreseeEdits }, { readAddresses }] = await Promise.all([
    import('../workspace/foresee-edits.ts'),
    import('../store/read-leads.ts'),
  ]);
  const { edits, warnings } = await foreseeEdits(store, next);
  return { edits, warnings, addresses: await readAddresses(store, blockedLeads(edits)) };
}

export interface Said {
  readonly done: boolean;
  /** As many blocked leads are named for each step. */
  readonly namedMost: number;
}

export function inFlightLines({ edits, addresses }: InFlight, said: Said): string[] {
  return editLines({ edits, addresses, ...said });
}

/** With the address beside each lead that is blocked. */
export function inFlightData({ edits, addresses }: InFlight): readonly object[] {
  return edits.map((edit) => ({
    ...edit,
    steps: edit.steps.map((step) => ({
      ...step,
      blocked: step.blocked.map((one) => ({ ...one, email: addresses.get(one.leadId) ?? null })),
    })),
  }));
}

export interface WakeAsked {
  readonly now?: true;
  readonly perHour?: number;
}

/** Before anything is stored. */
export function refusePaceAlone({ now, perHour }: WakeAsked): void {
  if (now === true || perHour === undefined) return;
  throw new CommandFailure('--per-hour says how fast --now goes: give both.');
}

/** How many were woken; `releaseId` null: whoever is marked. */
export async function wake(
  store: Store,
  { now, perHour }: WakeAsked,
  releaseId: string | null,
): Promise<number> {
  if (now !== true) return 0;
  const { wakeMarked } = await import('../store/edits.ts');
  return wakeMarked(store, { releaseId, from: Date.now(), perHour: perHour ?? usualPerHour });
}

/**
 * Ten in a second. Moving one costs a worker and Temporal about what a step costs (two busy cores do
 * thirty in a second), and those who are not edited are not to wait behind them.
 */
const usualPerHour = 36_000;

export function wokenLines(woken: number, perHour: number = usualPerHour): string[] {
  if (woken === 0) return [];
  const overHours = (woken - 1) / perHour;
  const pace = overHours === 0 ? '' : `, the last in ${spanWords(overHours)}`;
  return [`  woken      ${plural(woken, 'lead')} to move now${pace}`];
}

function spanWords(hours: number): string {
  if (hours >= 1) return `${Number(hours.toFixed(1))} hours`;
  return hours * 60 >= 1 ? `${Math.ceil(hours * 60)} min` : `${Math.ceil(hours * 3_600)} s`;
}

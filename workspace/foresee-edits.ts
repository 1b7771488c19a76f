/**
 * What publishing these entries would do to the runs in flight, told before it happens. Reads only.
 *
 * Publishing decides anew in its own transaction: who enters or ends in between is counted there.
 */
import { planEdits, type JourneyEdit } from '../core/edits/plan-edits.ts';
import type { JourneyPlan } from '../core/journey/plan.ts';
import type { Sql } from '../store/client.ts';
import { editedJourneys } from '../store/edited-journeys.ts';
import { readStandings } from '../store/standings.ts';
import type { ReleaseEntries } from './publish.ts';
import type { StoredPart } from './load-release.ts';

export interface Foreseen {
  readonly before: ReleaseEntries;
  readonly entries: ReleaseEntries;
  /** Of the release to come; empty where all of it is stored already. */
  readonly parts: readonly StoredPart[];
  readonly now: number;
}

/** Only journeys that have runs, or that the release changes. */
export async function foreseeEdits(sql: Sql, next: Foreseen): Promise<readonly JourneyEdit[]> {
  const { before, entries, now } = next;
  const edited = await editedJourneys(sql, { before, entries, plans: plansOf(next.parts) });
  const runs = await readStandings(
    sql,
    edited.map(({ journey }) => journey),
  );
  return planEdits(edited, runs, now);
}

function plansOf(parts: readonly StoredPart[]): ReadonlyMap<string, JourneyPlan> {
  const journeys = parts.filter(({ kind }) => kind === 'journey');
  // Compiled by ourselves, from files that were checked.
  return new Map(journeys.map(({ hash, compiled }) => [hash, compiled as JourneyPlan]));
}

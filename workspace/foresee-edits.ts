/**
 * What publishing these entries would do to the runs in flight, told before it happens. Reads only.
 *
 * Publishing decides anew in its own transaction: who enters or ends in between is counted there.
 */
import { planEdits, type JourneyEdit } from '../core/edits/plan-edits.ts';
import { unknownSteps } from '../core/edits/unknown-steps.ts';
import type { Problem } from '../core/definitions/problems.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
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
  readonly files: readonly WorkspaceFile[];
  readonly now: number;
}

export interface ForeseenEdits {
  readonly edits: readonly JourneyEdit[];
  /** Of what files say about edits, and only earlier releases can contradict. */
  readonly warnings: readonly Problem[];
}

/** Of every journey that the release changes, also of those without runs. */
export async function foreseeEdits(sql: Sql, next: Foreseen): Promise<ForeseenEdits> {
  const { before, entries, parts, files, now } = next;
  const edited = await editedJourneys(sql, { before, entries, plans: plansOf(parts) });
  const runs = await readStandings(
    sql,
    edited.map(({ journey }) => journey),
  );
  const warnings = edited.flatMap((one) => {
    const source = parts.find(({ kind, key }) => kind === 'journey' && key === one.journey)?.source;
    const file = files.find(({ text }) => text === source);
    return file === undefined ? [] : unknownSteps(one, file);
  });
  return { edits: planEdits(edited, runs, now), warnings };
}

function plansOf(parts: readonly StoredPart[]): ReadonlyMap<string, JourneyPlan> {
  const journeys = parts.filter(({ kind }) => kind === 'journey');
  // Compiled by ourselves, from files that were checked.
  return new Map(journeys.map(({ hash, compiled }) => [hash, compiled as JourneyPlan]));
}

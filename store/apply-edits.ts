/**
 * What a release does to runs in flight, written in the transaction that stores it. A fixed number of
 * statements, however many journeys it edits and however many runs they have.
 *
 * Runs on an older version are marked for the new one, with the mapping of their steps over all releases
 * between; or they end, where the file says so; or nothing happens to them.
 */
import { mappingBetween } from '../core/edits/lineage.ts';
import type { EditedJourney } from '../core/edits/plan-edits.ts';
import type { Sql } from './client.ts';
import { editedJourneys, type Entries } from './edited-journeys.ts';
import { clearMarks, markRuns, savePlanMoves, type PlanMove } from './edits.ts';
import { endEdited } from './end-edited.ts';

export interface Edits {
  /** Stored already, as the latest. */
  readonly releaseId: string;
  readonly at: number;
  readonly before: Entries;
  readonly entries: Entries;
}
export interface AppliedEdits {
  readonly marked: number;
  readonly ended: number;
}

export async function applyEdits(sql: Sql, edits: Edits): Promise<AppliedEdits> {
  const { releaseId, at, before, entries } = edits;
  const edited = await editedJourneys(sql, { before, entries, plans: new Map() });
  if (edited.length === 0) return { marked: 0, ended: 0 };
  const ended = await endEdited(sql, { releaseId, at, journeys: edited.flatMap(leaving) });
  await clearMarks(
    sql,
    edited
      .filter(({ policy, isBack }) => policy !== 'gone' && (policy !== 'stay' || isBack))
      .map(nameOf),
  );
  const open = await openPlans(sql, edited.map(nameOf));
  await savePlanMoves(sql, releaseId, edited.flatMap(movesOf(before, open)));
  return { ended, marked: await markRuns(sql, releaseId) };
}

function nameOf({ journey }: EditedJourney): string {
  return journey;
}

function leaving({ journey, policy, toPlan }: EditedJourney) {
  return policy === 'exit' && toPlan !== null ? [{ journey, toPlan }] : [];
}

interface OpenPlan {
  readonly journey: string;
  readonly planHash: string;
}

/**
 * From every version that has runs, and from the one in force until now: somebody may be entering it at
 * this moment. (Who then comes too late for "exit" moves instead.)
 */
function movesOf(before: Entries, open: readonly OpenPlan[]) {
  return ({ journey, policy, toPlan, versions }: EditedJourney): readonly PlanMove[] => {
    if (toPlan === null || policy === 'stay' || policy === 'gone') return [];
    const standing = open.filter((one) => one.journey === journey).map((one) => one.planHash);
    const older = new Set([...standing, before[`journey/${journey}`]]);
    return versions
      .filter(({ hash }, at) => older.has(hash) && firstOf(versions, hash) === at)
      .filter(({ hash }) => hash !== toPlan)
      .map(({ hash: fromPlan }) => {
        const mapping = mappingBetween(versions, fromPlan, toPlan);
        return { journey, fromPlan, toPlan, ...mapping };
      });
  };
}

function firstOf(versions: EditedJourney['versions'], hash: string): number {
  return versions.findIndex((version) => version.hash === hash);
}

async function openPlans(sql: Sql, journeys: readonly string[]): Promise<readonly OpenPlan[]> {
  return sql.query<OpenPlan>(
    `SELECT DISTINCT journey, plan_hash AS "planHash" FROM enrolment
     WHERE status = 'open' AND journey = ANY($1)`,
    [journeys],
  );
}

/**
 * Which journeys a release edits, and all versions of each since its runs in flight entered. Reads only:
 * the plan before publishing and publishing itself ask here, so that both speak of the same.
 */
import type { EditedJourney, EditPolicy } from '../core/edits/plan-edits.ts';
import type { JourneyPlan } from '../core/journey/plan.ts';
import type { Sql } from './client.ts';

/** `<kind>/<key>` → hash. */
export type Entries = { readonly [part: string]: string };

export interface NextRelease {
  readonly before: Entries;
  readonly entries: Entries;
  /** Plans that are not stored yet. */
  readonly plans: ReadonlyMap<string, JourneyPlan>;
}

/** Those whose plan is another one from now on, that are gone, or that come back; by name. */
export async function editedJourneys(
  sql: Sql,
  next: NextRelease,
): Promise<readonly EditedJourney[]> {
  const { before, entries } = next;
  const edited = Object.keys({ ...before, ...entries })
    .filter((part) => part.startsWith(prefix) && before[part] !== entries[part])
    .map((part) => part.slice(prefix.length));
  if (edited.length === 0) return [];
  const stored = await planHistory(sql, edited);
  const history = [...stored, ...edited.flatMap(newVersion(stored, entries))];
  const plans = await loadPlans(sql, history, next.plans);
  const journeys = edited.sort().map((journey) => {
    const own = history.filter((one) => one.journey === journey);
    const versions = own.flatMap(({ hash, release }) => {
      const plan = plans.get(hash);
      return plan === undefined ? [] : [{ hash, plan, release }];
    });
    const toPlan = entries[`${prefix}${journey}`] ?? null;
    const title = versions.at(-1)?.plan.title ?? journey;
    const isBack = own.slice(0, -1).some(({ hash }) => hash === toPlan);
    const policy = policyOf(plans, toPlan, isBack);
    return { journey, title, policy, toPlan, isBack, versions };
  });
  // A new journey has no leads in flight.
  return journeys.filter(({ versions, toPlan }) => versions.some(({ hash }) => hash !== toPlan));
}

const prefix = 'journey/';
interface Version {
  readonly journey: string;
  readonly hash: string;
  readonly release: number | null;
}

/** Unless it is stored already. */
function newVersion(stored: readonly Version[], entries: Entries) {
  return (journey: string): readonly Version[] => {
    const hash = entries[`${prefix}${journey}`];
    const latest = stored.findLast((one) => one.journey === journey)?.hash;
    return hash === undefined || hash === latest ? [] : [{ journey, hash, release: null }];
  };
}

/** Going back to an earlier version ends nobody's journey: it undoes. */
function policyOf(
  plans: ReadonlyMap<string, JourneyPlan>,
  toPlan: string | null,
  isBack: boolean,
): EditPolicy {
  if (toPlan === null) return 'gone';
  switch (plans.get(toPlan)?.whenEdited.inFlight) {
    case 'exit':
      return isBack ? 'move' : 'exit';
    case 'move-at-next-step':
      return 'move';
    case 'stay':
    case undefined:
      return 'stay';
  }
}

/** In the order in which they were in force; one that stayed in force is named once. */
async function planHistory(sql: Sql, journeys: readonly string[]): Promise<readonly Version[]> {
  return sql.query<Version>(
    `SELECT journey, hash, number AS release FROM (
       SELECT j.journey, r.number, r.entries->>('journey/' || j.journey) AS hash,
         lag(r.entries->>('journey/' || j.journey)) OVER (PARTITION BY j.journey ORDER BY r.number) AS before
       FROM unnest($1::text[]) AS j(journey) JOIN release r ON r.entries ? ('journey/' || j.journey)) AS version
     WHERE hash IS DISTINCT FROM before ORDER BY number, journey`,
    [journeys],
  );
}

async function loadPlans(
  sql: Sql,
  versions: readonly Version[],
  known: ReadonlyMap<string, JourneyPlan>,
): Promise<ReadonlyMap<string, JourneyPlan>> {
  const missing = [...new Set(versions.map(({ hash }) => hash))].filter((one) => !known.has(one));
  const rows = await sql.query<{ readonly hash: string; readonly compiled: JourneyPlan }>(
    `SELECT hash, compiled FROM definition WHERE kind = 'journey' AND hash = ANY($1)`,
    [missing],
  );
  return new Map([...known, ...rows.map(({ hash, compiled }) => [hash, compiled] as const)]);
}

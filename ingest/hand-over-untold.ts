/**
 * Hands over the leads that a change of the rules moved quietly, at the pace that somebody asked for:
 * the first at once, then one after the other, each by an event of its own through ingest. The pace is a
 * row, so a process that dies loses nothing and two do not open twice as many.
 */
import type { Release } from '../core/definitions/release.ts';
import type { Store } from '../store/client.ts';
import { findOpenRecompute } from '../store/recomputes.ts';
import { addOpened, endPaces, listUntold, lockPace, type HandOverPace } from '../store/untold.ts';
import type { Ingest } from './ingest.ts';
import { rulesChangedFor } from './request.ts';

export interface HandOverWork {
  readonly store: Store;
  readonly ingest: Pick<Ingest, 'ingest'>;
  readonly releases: { current(): Promise<Release> };
  readonly now: () => number;
}

/** As many in one go at most, when the process was away for long. */
const atOnce = 50;
const HOUR_MS = 3_600_000;

/** How many were handed over now. */
export async function handOverUntold(work: HandOverWork): Promise<number> {
  const { store, releases, now } = work;
  const release = await releases.current();
  return store.transaction(async (sql) => {
    const pace = await lockPace(sql);
    const due = pace === undefined ? 0 : dueBy(pace, now());
    if (pace === undefined || due <= 0) return 0;
    const stages = handingStages(release);
    const leads = await listUntold(sql, { limit: Math.min(due, atOnce), stages });
    if (leads.length === 0) {
      // More may come while leads are decided anew.
      if ((await findOpenRecompute(sql)) === undefined) await endPaces(sql, now());
      return 0;
    }
    const rules = { cause: `Handed over by ${pace.by}`, handOver: true };
    const ids = [...new Set(leads.map(({ leadId }) => leadId))];
    await work.ingest.ingest(ids.map((leadId) => rulesChangedFor(leadId, now(), rules)));
    await addOpened(sql, pace.id, ids.length);
    return ids.length;
  });
}

function dueBy({ since, perHour, opened }: HandOverPace, now: number): number {
  return Math.floor(((now - since) / HOUR_MS) * perHour) + 1 - opened;
}

/** Stages that hand over: only of these is anybody to be told. */
export function handingStages({ qualification }: Release): readonly string[] {
  return qualification.stages.flatMap(({ stage, onEnter }) =>
    onEnter?.handoff === undefined ? [] : [stage],
  );
}

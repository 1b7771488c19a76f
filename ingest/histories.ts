/**
 * The leads that were written last: their row, events and counts, so that somebody who looks at ten
 * pages in a row is not read anew ten times. By measure reading them was a third of what an event costs.
 *
 * Nothing here is trusted by itself. A lead is locked and its version read as ever; what is remembered
 * counts only while Postgres says that the row is still the one which this process wrote
 * (`xmin` and `seq`), and whoever changes the events of a lead writes its row: events, verdicts, merges
 * and their undoing all do. It must never be asked without that lock.
 */
import type { FactNeeds } from '../core/facts/needs.ts';
import type { Lead } from '../core/facts/lead.ts';
import { rowPartOf, type KnownRow, type SavedLead } from '../store/leads.ts';

export type History = Pick<Lead, 'events' | 'counts'>;

export interface Histories {
  /** For the statement that locks these leads: it says whose row is still the one remembered. */
  rows(ids: readonly string[]): ReadonlyMap<string, KnownRow>;
  /** What was loaded for these needs from `since` on, or before, is enough for both. */
  recall(lead: Pick<Lead, 'id' | 'seq'>, asked: Asked): History | undefined;
  keep(leads: readonly SavedLead[], asked: Asked): void;
  clear(): void;
}

export interface Asked {
  /** Of the lead's row; all rows that one transaction writes have the same. */
  readonly version: string;
  readonly needs: FactNeeds;
  /** The instant from which the needs look back. */
  readonly now: number;
}

interface Kept extends Asked {
  readonly row: KnownRow;
  readonly history: History;
}

/** Some 20 MB: thousands of visitors, or the last few hundred of those who do a lot. A trait counts as an event. */
const eventsMax = 50_000;
/** Whoever has more is read anew: one such lead must not push out a thousand. */
const eventsOfOneMax = 1_000;

export function createHistories(): Histories {
  // In order of use, the one that was used longest ago first.
  const kept = new Map<string, Kept>();
  let events = 0;
  const drop = (id: string): Kept | undefined => {
    const known = kept.get(id);
    if (known !== undefined) events -= sizeOf(known);
    kept.delete(id);
    return known;
  };
  const put = (id: string, one: Kept): void => {
    kept.set(id, one);
    events += sizeOf(one);
  };
  return {
    rows(ids) {
      const rows = ids.map((id) => [id, kept.get(id)?.row] as const);
      return new Map(rows.flatMap(([id, row]) => (row === undefined ? [] : [[id, row] as const])));
    },
    recall({ id, seq }, { version, needs, now }) {
      const known = drop(id);
      if (known?.version !== version || known.row.lead.seq !== seq) return undefined;
      if (known.needs !== needs || known.now > now) return undefined;
      put(id, known);
      return known.history;
    },
    keep(leads, asked) {
      for (const { lead, scores } of leads) {
        drop(lead.id);
        if (!readsAsWritten(lead)) continue;
        const row = { lead: rowPartOf(lead), scores, version: asked.version };
        const one = { ...asked, row, history: { events: lead.events, counts: lead.counts } };
        if (sizeOf(one) <= eventsOfOneMax) put(lead.id, one);
      }
      for (const id of kept.keys()) {
        if (events <= eventsMax) return;
        drop(id);
      }
    },
    clear() {
      kept.clear();
      events = 0;
    },
  };
}

/** A lead without events takes room as well. */
function sizeOf({ row, history }: Kept): number {
  return history.events.length + Object.keys(row.lead.traits).length + 1;
}

/** Postgres keeps instants in whole milliseconds; the clock asks for what it has. */
function readsAsWritten({ bornAt, lastActivityAt = 0, lastSeenAt = 0, dueAt = 0 }: Lead): boolean {
  return [bornAt, lastActivityAt, lastSeenAt, dueAt].every(Number.isInteger);
}

/**
 * What a recompute would do, without doing it: every lead decided in memory, page by page, with the same
 * fold and the same event. It locks nothing and writes nothing, so what it says is of this moment.
 */
import { rulesEffect, type RulesEffect } from '../core/decision/recompute.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Store } from '../store/client.ts';
import { leadPages } from '../store/lead-pages.ts';
import { loadLeads } from '../store/leads.ts';
import { contextFor, type Releases } from './batch.ts';
import { createChanges } from './changes.ts';
import type { FoldedEvent } from './fold.ts';
import { freshId } from './fresh-id.ts';
import { foldRules, tallyOf } from './recompute.ts';

export interface ForeseeWork {
  readonly store: Store;
  readonly releases: Pick<Releases, 'plans'>;
  readonly release: Release;
  readonly now: () => number;
  readonly leadsAtOnce: number;
  readonly onPage?: (done: number) => void;
}
export interface Foreseen {
  readonly leads: number;
  readonly moves: { readonly [move: string]: number };
  readonly untold: number;
  /** The first ones of each move, ten in all at most. */
  readonly examples: readonly Example[];
}
export interface Example extends RulesEffect {
  readonly leadId: string;
  readonly address: string | null;
  readonly why: string;
}

const examplesMost = 10;

export async function foreseeRecompute(work: ForeseeWork): Promise<Foreseen> {
  const moves: { [move: string]: number } = {};
  const found: Example[] = [];
  let [leads, untold] = [0, 0];
  for await (const ids of leadPages(work.store, work.leadsAtOnce)) {
    const folded = await decidePage(work, ids);
    const tally = tallyOf(folded);
    for (const [move, count] of Object.entries(tally.moves)) {
      moves[move] = (moves[move] ?? 0) + count;
    }
    leads += ids.length;
    untold += tally.untold;
    for (const example of folded.flatMap(exampleOf)) {
      const same = found.filter(({ from, to }) => from === example.from && to === example.to);
      if (same.length < examplesMost) found.push(example);
    }
    work.onPage?.(leads);
  }
  return { leads, moves, untold, examples: spread(found).slice(0, examplesMost) };
}

async function decidePage(
  { store, releases, release, now }: ForeseeWork,
  ids: readonly string[],
): Promise<readonly FoldedEvent[]> {
  const at = now();
  const leads = await loadLeads(store, ids, { events: [] });
  const enrolments = new Map(leads.map((lead) => [lead.id, lead.enrolments]));
  const context = await contextFor([...enrolments.values()].flat(), release, releases);
  const saved = leads.map((lead) => ({ lead, scores: {} }));
  const changes = createChanges(release.id, freshId);
  const rules = { cause: 'Rules changed', handOver: false };
  return (await foldRules(store, { saved, enrolments, context, changes, rules, at })).folded;
}

function exampleOf({ event, lead, decisions }: FoldedEvent): readonly Example[] {
  const effect = event.type === 'rules' ? rulesEffect(decisions) : undefined;
  const move = decisions.findLast(({ kind }) => kind === 'stage');
  if (effect === undefined || move?.kind !== 'stage') return [];
  return [{ ...effect, leadId: lead.id, address: lead.address ?? null, why: move.why }];
}

/** One of each move in turn, so that a rare move is not hidden behind a common one. */
function spread(examples: readonly Example[]): readonly Example[] {
  const seen = new Map<string, number>();
  return examples
    .map((example) => {
      const move = `${example.from} ${example.to}`;
      const turn = seen.get(move) ?? 0;
      seen.set(move, turn + 1);
      return { example, turn };
    })
    .sort((one, other) => one.turn - other.turn)
    .map(({ example }) => example);
}

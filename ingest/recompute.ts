/**
 * Every lead decided anew after its rules changed, page by page: each page one transaction with the same
 * few statements whatever its size, and the lane's row written in it, so that it can be killed anywhere.
 *
 * It decides with the fold of ingest and an event of type `rules`: stages move and say why, journeys end
 * where an exit holds, nobody is handed over and nobody enters a journey. What came due before is ticked
 * first, as ever. Nothing is kept after a page.
 */
import { isDeepStrictEqual } from 'node:util';
import type { DecisionContext } from '../core/decision/context.ts';
import type { IncomingEvent } from '../core/decision/decision.ts';
import { rulesEffect, scoresAt } from '../core/decision/recompute.ts';
import type { Release } from '../core/definitions/release.ts';
import type { EnrolmentState } from '../core/facts/lead.ts';
import type { Sql, Store } from '../store/client.ts';
import { loadEnrolmentStates } from '../store/enrolments.ts';
import { saveJudged } from '../store/judged-leads.ts';
import { lockSavedLeads, type SavedLead } from '../store/leads.ts';
import {
  findOpenRecompute,
  finishRecompute,
  nextLeads,
  saveLane,
  startRecompute,
  takeLane,
  type OpenRecompute,
  type PageTally,
} from '../store/recomputes.ts';
import { contextFor, loadFold, write, type BatchResult, type Releases } from './batch.ts';
import { createChanges, type Changes } from './changes.ts';
import type { Fold, FoldedEvent } from './fold.ts';
import { freshId } from './fresh-id.ts';
import { rulesChangedFor } from './request.ts';
import { confirmFolded } from './second-opinion.ts';

export interface RecomputeWork {
  readonly store: Store;
  readonly releases: Pick<Releases, 'plans'> & { release(id: string): Promise<Release> };
  readonly now: () => number;
  readonly leadsAtOnce: number;
}

export type PageEnd =
  | { readonly type: 'page'; readonly recomputeId: string; readonly leads: number }
  /** The last page of all of it. */
  | { readonly type: 'finished'; readonly recomputeId: string }
  /** Nothing is asked for, or others work on all that is left. */
  | { readonly type: 'nothing' };

/** One page of whatever recompute is open. */
export async function recomputePage(work: RecomputeWork): Promise<PageEnd> {
  const { store, releases, now } = work;
  const open = await findOpenRecompute(store);
  if (open === undefined) return { type: 'nothing' };
  const release = await releases.release(open.releaseId);
  await startRecompute(store, open.id, now());
  const page = await store.transaction((sql) => takePage(sql, work, open, release), limits);
  if (page !== undefined) {
    await confirmFolded(store, page.folded, page.context);
    return { type: 'page', recomputeId: open.id, leads: page.leads };
  }
  const isLast = await finishRecompute(store, open.id, now());
  return isLast ? { type: 'finished', recomputeId: open.id } : { type: 'nothing' };
}

/** Live batches are short: whoever waits for their leads longer than this meets something that hangs. */
const limits = { lockTimeoutMs: 20_000, statementTimeoutMs: 120_000 };

interface Page extends Pick<BatchResult, 'context' | 'folded'> {
  readonly leads: number;
}

async function takePage(
  sql: Sql,
  work: RecomputeWork,
  open: OpenRecompute,
  release: Release,
): Promise<Page | undefined> {
  const lane = await takeLane(sql, open);
  if (lane === undefined) return undefined;
  const ids = await nextLeads(sql, lane, work.leadsAtOnce);
  const { folded, context, changed } = await judge(sql, ids, work, open.reason, release);
  const finished = ids.length < work.leadsAtOnce;
  const tally = { ...tallyOf(folded), done: ids.length, changed };
  await saveLane(sql, open.id, { ...lane, cursor: ids.at(-1) ?? lane.cursor, finished }, tally);
  return {
    folded: folded.filter(({ decisions }) => decisions.length > 0),
    context,
    leads: ids.length,
  };
}

async function judge(
  sql: Sql,
  ids: readonly string[],
  { releases, now }: RecomputeWork,
  cause: string,
  release: Release,
): Promise<Omit<Page, 'leads'> & { readonly changed: number }> {
  const saved = await lockSavedLeads(sql, ids);
  const at = now();
  const enrolments = await loadEnrolmentStates(sql, ids);
  const context = await contextFor([...enrolments.values()].flat(), release, releases);
  if (saved.length === 0) return { folded: [], context, changed: 0 };
  const changes = createChanges(release.id, freshId);
  const rules = { cause, handOver: false };
  const fold = await foldRules(sql, { saved, enrolments, context, changes, rules, at });
  let changed = 0;
  await write(sql, fold, changes, async (own, after) => {
    const others = after.map(withScores(release, at)).filter(isOther(saved));
    await saveJudged(own, others);
    changed = others.length;
  });
  return { folded: fold.folded, context, changed };
}

export interface RulesFold {
  readonly saved: readonly SavedLead[];
  readonly enrolments: ReadonlyMap<string, readonly EnrolmentState[]>;
  readonly context: DecisionContext;
  readonly changes: Changes;
  readonly rules: NonNullable<IncomingEvent['rules']>;
  readonly at: number;
}

/** These leads after one event of type `rules` each; nothing is written yet. */
export async function foldRules(sql: Sql, page: RulesFold): Promise<Fold> {
  const { saved, enrolments, context, changes, rules, at } = page;
  const requests = saved.map(({ lead }) => rulesChangedFor(lead.id, at, rules));
  // Each is known by its id: nobody is looked up, merged or listed.
  const known = { merges: [], listed: [], dropsAddress: false };
  const resolutions = saved.map(({ lead }) => ({ ...known, leadId: lead.id }));
  const plan = { born: new Set<string>(), resolutions };
  const fold = await loadFold(sql, { requests, plan, saved, enrolments, context, changes });
  for (const [index, resolution] of resolutions.entries()) {
    const request = requests[index];
    if (request !== undefined) fold.add(request, resolution);
  }
  return fold;
}

function withScores(release: Release, at: number) {
  return ({ lead, scores }: SavedLead): SavedLead => ({
    lead,
    scores: { ...scores, ...scoresAt(release, lead, at) },
  });
}

/** Whether anything but its place in the order of decisions is different. */
function isOther(saved: readonly SavedLead[]) {
  const before = new Map(saved.map((one) => [one.lead.id, one]));
  return ({ lead: is, scores }: SavedLead): boolean => {
    const known = before.get(is.id);
    if (known === undefined) return true;
    const was = known.lead;
    return (
      was.segmentsHash !== is.segmentsHash ||
      was.dueAt !== is.dueAt ||
      was.owner !== is.owner ||
      was.account?.id !== is.account?.id ||
      !isDeepStrictEqual(
        [was.stage, was.disqualified, was.segments, known.scores],
        [is.stage, is.disqualified, is.segments, scores],
      )
    );
  };
}

/** Of what the rules did; what the clock did before is not theirs. */
export function tallyOf(folded: readonly FoldedEvent[]): Pick<PageTally, 'moves' | 'untold'> {
  const moves: { [move: string]: number } = {};
  let untold = 0;
  for (const { event, decisions } of folded) {
    const effect = event.type === 'rules' ? rulesEffect(decisions) : undefined;
    if (effect === undefined) continue;
    const move = `${effect.from} ${effect.to}`;
    moves[move] = (moves[move] ?? 0) + 1;
    untold += effect.untold ? 1 : 0;
  }
  return { moves, untold };
}

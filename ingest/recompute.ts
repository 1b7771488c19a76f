/**
 * Every lead decided anew after its rules changed, page by page: each page one transaction with the same
 * few statements whatever its size, and the lane's row written in it, so that it can be killed anywhere.
 *
 * It decides with the fold of ingest and an event of type `rules`: stages move and say why, journeys end
 * where an exit holds, nobody is handed over and nobody enters a journey. What came due before is ticked
 * first, as ever. Nothing is kept after a page.
 */
import { isDeepStrictEqual } from 'node:util';
import { rulesEffect, scoresAt } from '../core/decision/recompute.ts';
import type { Release } from '../core/definitions/release.ts';
import { saveAccounts } from '../store/accounts.ts';
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
import { contextFor, loadFold, type BatchResult, type Releases } from './batch.ts';
import { createChanges } from './changes.ts';
import type { FoldedEvent } from './fold.ts';
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
  const requests = saved.map(({ lead }) =>
    rulesChangedFor(lead.id, at, { cause, handOver: false }),
  );
  const nobody = { born: new Set<string>() };
  const fold = await loadFold(sql, requests, nobody, saved, enrolments, context, changes);
  for (const [index, { lead }] of saved.entries()) {
    const request = requests[index];
    if (request !== undefined) fold.add(request, { ...unresolved, leadId: lead.id });
  }
  const after = fold.leads().map(withScores(release, at));
  const changed = after.filter(isOther(new Map(saved.map((one) => [one.lead.id, one]))));
  await saveAccounts(sql, fold.accounts());
  await saveJudged(sql, changed);
  await changes.write(
    sql,
    after.map(({ lead }) => lead),
  );
  return { folded: fold.folded, context, changed: changed.length };
}

/** The lead is known by its id: nobody is looked up, merged or listed. */
const unresolved = { merges: [], listed: [], dropsAddress: false };

function withScores(release: Release, at: number) {
  return ({ lead, scores }: SavedLead): SavedLead => ({
    lead,
    scores: { ...scores, ...scoresAt(release, lead, at) },
  });
}

/** Whether anything but its place in the order of decisions is different. */
function isOther(before: ReadonlyMap<string, SavedLead>) {
  return ({ lead, scores }: SavedLead): boolean => {
    const known = before.get(lead.id);
    if (known === undefined) return true;
    const [was, is] = [known.lead, lead];
    return (
      was.segmentsHash !== is.segmentsHash ||
      was.dueAt !== is.dueAt ||
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

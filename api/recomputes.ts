/**
 * Recomputes for people and programs: how far each is, which stages it moved, and the leads it moved of
 * whom nobody was told. The same words on the console and the command line. Reads only.
 */
import type { Release } from '../core/definitions/release.ts';
import { stageLabel } from '../core/routing/brief.ts';
import { handingStages } from '../ingest/hand-over-untold.ts';
import type { Sql } from '../store/client.ts';
import { listRecomputes, type RecomputeQuery, type StoredRecompute } from '../store/recomputes.ts';
import { countUntold, listUntold, type UntoldLead } from '../store/untold.ts';

export interface UntoldView {
  readonly counts: readonly { readonly stage: string; readonly count: number }[];
  /** By name, as many as anybody reads. */
  readonly leads: readonly UntoldLead[];
}

export async function viewRecomputes(
  sql: Sql,
  query: RecomputeQuery,
): Promise<readonly StoredRecompute[]> {
  return listRecomputes(sql, query);
}

/** Of all recomputes together: whoever is told of is not among them any more. */
export async function viewUntold(sql: Sql, release: Release, limit: number): Promise<UntoldView> {
  const stages = handingStages(release);
  const [counts, leads] = await Promise.all([
    countUntold(sql, stages),
    listUntold(sql, { limit, stages }),
  ]);
  return { counts, leads };
}

export function recomputeJson(release: Release, one: StoredRecompute): object {
  const { id, reason, by, total, done, changed, untold } = one;
  return {
    ...{ id, release: one.release, reason, by, status: statusOf(one), done, total, changed },
    moves: movesOf(one.moves).map(({ from, to, count }) => ({
      ...{ from, to, count },
      label: `${stageLabel(release, from)} → ${stageLabel(release, to)}`,
    })),
    movedAndNotTold: untold,
    askedAt: instant(one.askedAt),
    startedAt: instant(one.startedAt),
    finishedAt: instant(one.finishedAt),
  };
}

export function untoldJson(release: Release, { counts, leads }: UntoldView): object {
  return {
    counts: counts.map((one) => ({ ...one, label: stageLabel(release, one.stage) })),
    leads: leads.map(({ leadId, address, stage, since }) => {
      return { leadId, email: address, stage, since: instant(since) };
    }),
  };
}

export function statusOf(one: StoredRecompute): 'waiting' | 'running' | 'done' | 'superseded' {
  if (one.supersededBy !== null) return 'superseded';
  if (one.finishedAt !== null) return 'done';
  return one.startedAt === null ? 'waiting' : 'running';
}

export function progressWords(one: StoredRecompute): string {
  const leads = `${number(one.done)} of ${number(Math.max(one.total, one.done))} leads`;
  switch (statusOf(one)) {
    case 'waiting':
      return `waits for a worker: none of ${number(one.total)} leads decided anew yet`;
    case 'running':
      return `${leads} decided anew`;
    case 'done':
      return `all ${number(one.done)} leads decided anew, ${number(one.changed)} changed`;
    case 'superseded':
      return `${leads} decided anew, then the rules changed again`;
  }
}

/** Most frequent first: "12 × lead → MQL". */
export function moveWords(release: Release, moves: StoredRecompute['moves']): readonly string[] {
  return movesOf(moves).map(
    ({ from, to, count }) =>
      `${number(count)} × ${stageLabel(release, from)} → ${stageLabel(release, to)}`,
  );
}

/** "12 leads became MQL and nobody was told". */
export function untoldWords(release: Release, { counts }: UntoldView): readonly string[] {
  return counts.map(({ stage, count }) => {
    const leads = `${number(count)} ${count === 1 ? 'lead' : 'leads'}`;
    return `${leads} became ${stageLabel(release, stage)} and nobody was told`;
  });
}

export const handOverCommand = 'perennial recompute --hand-over --per-hour 50';

function movesOf(moves: StoredRecompute['moves']) {
  return Object.entries(moves)
    .map(([move, count]) => {
      const [from = '', to = ''] = move.split(' ');
      return { from, to, count };
    })
    .sort((one, other) => other.count - one.count);
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

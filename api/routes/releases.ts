/**
 * Releases for people and programs: who put what in force and when, what it changed in words, and what
 * became of the leads that it meant to move. Reads only: publishing is the command's, beside the files.
 */
import { Router, type RequestHandler } from 'express';
import type { Change } from '../../core/words/describe-changes.ts';
import type { Sql } from '../../store/client.ts';
import {
  countMoves,
  listBlocked,
  type BlockedRun,
  type ReleaseMoves,
} from '../../store/read-releases.ts';
import { findReleaseByNumber, listReleases, type StoredRelease } from '../../store/releases.ts';
import { cutPage, pageAsked } from '../page-of.ts';
import { Problem } from '../problems.ts';
import { changedParts, releaseChanges, type ChangedParts } from '../release-changes.ts';

export interface ReleaseRoutes {
  readonly sql: Sql;
  readonly read: RequestHandler;
}

export function releaseRoutes({ sql, read }: ReleaseRoutes): Router {
  const router = Router();
  router.get('/releases', read, async (request, response) => {
    const { limit, after } = pageAsked(request.query, ['number']);
    const before = after === undefined ? {} : { before: Number(after[0]) };
    const rows = await releaseList(sql, { limit: limit + 1, ...before });
    const { rows: releases, nextCursor } = cutPage(rows, limit, (row) => [row.number]);
    response.json({ releases: releases.map(releaseJson), nextCursor });
  });
  router.get('/releases/:number', read, async (request, response) => {
    const view = await viewRelease(sql, String(request.params['number']));
    const { changes, blocked } = view;
    response.json({ ...releaseJson(view), changes, blocked });
  });
  return router;
}

export interface ReleaseListing extends ChangedParts {
  readonly id: string;
  readonly number: number;
  readonly publishedAt: number;
  readonly author: string;
  readonly approvedBy: string | null;
  readonly message: string;
  /** The release that this one put in force again. */
  readonly restores: number | null;
  /** Per journey that it moves leads of. */
  readonly moves: readonly ReleaseMoves[];
}

/** Newest first; what changed is compared with the one before. */
export async function releaseList(
  sql: Sql,
  query: { readonly limit: number; readonly before?: number },
): Promise<readonly ReleaseListing[]> {
  const rows = await listReleases(sql, { ...query, limit: query.limit + 1 });
  const shown = rows.slice(0, query.limit);
  const moves = await countMoves(
    sql,
    shown.map(({ id }) => id),
  );
  return shown.map((row, index) => listingOf(row, rows[index + 1], moves));
}

function listingOf(
  { entries, ...row }: StoredRelease,
  before: StoredRelease | undefined,
  moves: readonly ReleaseMoves[],
): ReleaseListing {
  const own = moves.filter(({ releaseId }) => releaseId === row.id);
  return { ...row, ...changedParts(before?.entries ?? {}, entries), moves: own };
}

export interface ReleaseView extends ReleaseListing {
  readonly changes: readonly Change[];
  /** By name, as many as anybody reads. */
  readonly blocked: readonly BlockedRun[];
}
const blockedMost = 200;

export async function viewRelease(sql: Sql, named: string): Promise<ReleaseView> {
  const number = /^\d{1,9}$/.test(named) ? Number(named) : 0;
  const row = await findReleaseByNumber(sql, number);
  if (row === undefined) {
    throw new Problem('not-found', `There is no release ${JSON.stringify(named)}.`);
  }
  const [before] = await listReleases(sql, { limit: 1, before: number });
  const [moves, { changes }, blocked] = await Promise.all([
    countMoves(sql, [row.id]),
    releaseChanges(sql, before?.entries ?? {}, row.entries),
    listBlocked(sql, row.id, blockedMost),
  ]);
  // Of the first release everything is new: its parts say so.
  const told = before === undefined ? [] : changes;
  return { ...listingOf(row, before, moves), changes: told, blocked };
}

/** As the API and `perennial releases --json` tell it. */
export function releaseJson(release: ReleaseListing): object {
  const { id, number, publishedAt, author, approvedBy, message, restores } = release;
  const { added, changed, gone } = release;
  const moves = release.moves.map(({ releaseId: _releaseId, ...counts }) => counts);
  return {
    ...{ id, number, publishedAt: new Date(publishedAt).toISOString() },
    ...{ author, approvedBy, message, restores, added, changed, gone, moves },
  };
}

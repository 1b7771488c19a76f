/**
 * Recomputes: every lead decided anew after its rules changed, and how far that is.
 *
 * A recompute is cut into lanes of leads. Whoever works on a lane holds the lock of its row until its
 * page is committed, together with how far the lane is: killed at any line nothing is lost and nothing
 * done twice, and a second process takes the other lane or none. A later one supersedes an earlier one.
 */
import type { Sql } from './client.ts';

export interface NewRecompute {
  readonly id: string;
  readonly releaseId: string;
  /** What is told as the cause of what it changes. */
  readonly reason: string;
  readonly by: string;
  readonly at: number;
}

/** Two overlap well: while Postgres reads and writes for one, the other decides. */
const lanes = [0, 1];

export async function askForRecompute(sql: Sql, asked: NewRecompute): Promise<void> {
  const { id, releaseId, reason, by, at } = asked;
  await sql.run(
    `UPDATE recompute SET finished_at = to_timestamp($2::float8 / 1000.0), superseded_by = $1
     WHERE finished_at IS NULL`,
    [id, at],
  );
  await sql.run(
    `WITH asked AS (
       INSERT INTO recompute (id, release_id, reason, by, total, asked_at)
       SELECT $1, $2, $3, $4, (SELECT count(*) FROM lead WHERE canonical_id = id AND erased_at IS NULL), to_timestamp($5::float8 / 1000.0)
       RETURNING id)
     INSERT INTO recompute_lane (recompute_id, lane) SELECT id, lane FROM asked, unnest($6::int[]) AS lane`,
    [id, releaseId, reason, by, at, lanes],
  );
}

/** Leads that are somebody: merged ones are not. */
export async function countCanonical(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ readonly count: number }>(
    'SELECT count(*) AS count FROM lead WHERE canonical_id = id AND erased_at IS NULL',
  );
  return row?.count ?? 0;
}

export interface OpenRecompute {
  readonly id: string;
  readonly reason: string;
  /** The release in force, whose rules decide: a later one may have come that changed other things. */
  readonly releaseId: string;
}

export async function findOpenRecompute(sql: Sql): Promise<OpenRecompute | undefined> {
  const [row] = await sql.query<OpenRecompute>(
    `SELECT id, reason, (SELECT id FROM release ORDER BY number DESC LIMIT 1) AS "releaseId"
     FROM recompute WHERE finished_at IS NULL ORDER BY asked_at DESC LIMIT 1`,
  );
  return row;
}

export async function startRecompute(sql: Sql, id: string, at: number): Promise<void> {
  await sql.run(
    `UPDATE recompute SET started_at = to_timestamp($2::float8 / 1000.0)
     WHERE id = $1 AND started_at IS NULL`,
    [id, at],
  );
}

export interface Lane {
  readonly lane: number;
  readonly cursor: string | null;
}

/** Takes the lock of a lane that nobody works on; none when the release in force is another by now. */
export async function takeLane(
  sql: Sql,
  { id, releaseId }: Pick<OpenRecompute, 'id' | 'releaseId'>,
): Promise<Lane | undefined> {
  const [lane] = await sql.query<Lane>(
    `SELECT l.lane, l.cursor FROM recompute_lane l JOIN recompute r ON r.id = l.recompute_id
     WHERE r.id = $1 AND r.finished_at IS NULL AND NOT l.finished
       AND (SELECT id FROM release ORDER BY number DESC LIMIT 1) = $2
     ORDER BY l.done, l.lane LIMIT 1 FOR UPDATE OF l SKIP LOCKED`,
    [id, releaseId],
  );
  return lane;
}

/** Ids of the next leads of the lane, in the order in which leads are locked. */
export async function nextLeads(
  sql: Sql,
  { lane, cursor }: Lane,
  limit: number,
): Promise<readonly string[]> {
  const rows = await sql.query<{ readonly id: string }>(
    `SELECT id FROM lead
     WHERE id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') AND canonical_id = id AND erased_at IS NULL
       AND get_byte(uuid_send(id), 15) % $4 = $2
     ORDER BY id LIMIT $3`,
    [cursor, lane, limit, lanes.length],
  );
  return rows.map(({ id }) => id);
}

export interface PageTally {
  readonly done: number;
  readonly changed: number;
  readonly untold: number;
  /** `"<from> <to>"` → how many. */
  readonly moves: { readonly [move: string]: number };
}

/** In the transaction of the page, last: what it did and where the next one begins. */
export async function saveLane(
  sql: Sql,
  recomputeId: string,
  lane: Lane & { readonly finished: boolean },
  { done, changed, untold, moves }: PageTally,
): Promise<void> {
  await sql.run(
    `UPDATE recompute_lane l SET cursor = $3, finished = $4, done = l.done + $5, changed = l.changed + $6,
       untold = l.untold + $7, moves = (
         SELECT coalesce(jsonb_object_agg(move, n), '{}') FROM (
           SELECT key AS move, sum(value::int) AS n
           FROM (SELECT * FROM jsonb_each_text(l.moves) UNION ALL SELECT * FROM jsonb_each_text($8::jsonb)) AS both_
           GROUP BY key) AS summed)
     WHERE recompute_id = $1 AND lane = $2`,
    [
      ...[recomputeId, lane.lane, lane.cursor, lane.finished, done, changed, untold],
      JSON.stringify(moves),
    ],
  );
}

/** True for whoever ended it: all lanes have come to their end. */
export async function finishRecompute(sql: Sql, id: string, at: number): Promise<boolean> {
  const ended = await sql.run(
    `UPDATE recompute SET finished_at = to_timestamp($2::float8 / 1000.0)
     WHERE id = $1 AND finished_at IS NULL
       AND NOT EXISTS (SELECT FROM recompute_lane WHERE recompute_id = $1 AND NOT finished)`,
    [id, at],
  );
  return ended === 1;
}

export interface StoredRecompute extends PageTally {
  readonly id: string;
  readonly releaseId: string;
  readonly release: number;
  readonly reason: string;
  readonly by: string;
  readonly total: number;
  readonly askedAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Set when another one was asked for before this one was done. */
  readonly supersededBy: string | null;
}

export interface RecomputeQuery {
  readonly limit: number;
  readonly id?: string;
  readonly releaseId?: string;
}

/** Newest first. */
export async function listRecomputes(
  sql: Sql,
  { limit, id, releaseId }: RecomputeQuery,
): Promise<readonly StoredRecompute[]> {
  return sql.query<StoredRecompute>(
    `SELECT r.id, r.release_id AS "releaseId", v.number AS release, r.reason, r.by, r.total,
       r.asked_at AS "askedAt", r.started_at AS "startedAt", r.finished_at AS "finishedAt",
       r.superseded_by AS "supersededBy", l.done::int, l.changed::int, l.untold::int, coalesce(m.moves, '{}') AS moves
     FROM recompute r JOIN release v ON v.id = r.release_id
     CROSS JOIN LATERAL (SELECT sum(done) AS done, sum(changed) AS changed, sum(untold) AS untold
       FROM recompute_lane WHERE recompute_id = r.id) AS l
     CROSS JOIN LATERAL (SELECT jsonb_object_agg(key, n ORDER BY key) AS moves FROM (
       SELECT key, sum(value::int) AS n FROM recompute_lane, jsonb_each_text(moves)
       WHERE recompute_id = r.id GROUP BY key) AS summed) AS m
     WHERE ($2::uuid IS NULL OR r.id = $2) AND ($3::uuid IS NULL OR r.release_id = $3)
     ORDER BY r.asked_at DESC, r.id DESC LIMIT $1`,
    [limit, id ?? null, releaseId ?? null],
  );
}

/** What became of the leads that releases meant to move, in numbers and by name. Reads only. */
import type { Sql } from './client.ts';

export interface ReleaseMoves {
  readonly releaseId: string;
  readonly journey: string;
  /** Marked and not moved yet. */
  readonly toMove: number;
  readonly moved: number;
  readonly blocked: number;
}

/** A run that is blocked keeps no mark: it is counted where its version was last asked to move. */
const lastAsked = `SELECT m.release_id FROM plan_move m JOIN release r ON r.id = m.release_id
  WHERE m.from_plan = e.plan_hash AND m.journey = e.journey ORDER BY r.number DESC LIMIT 1`;

/** Of these releases; one that moves nobody has no row. */
export async function countMoves(
  sql: Sql,
  releaseIds: readonly string[],
): Promise<readonly ReleaseMoves[]> {
  return sql.query<ReleaseMoves>(
    `SELECT release_id AS "releaseId", journey,
       count(*) FILTER (WHERE what = 'to-move') AS "toMove",
       count(*) FILTER (WHERE what = 'moved') AS moved,
       count(*) FILTER (WHERE what = 'blocked') AS blocked
     FROM (SELECT moved_by AS release_id, journey, 'moved' AS what FROM enrolment WHERE moved_by = ANY($1::uuid[])
       UNION ALL
       SELECT target_release, journey, 'to-move' FROM enrolment
       WHERE target_release = ANY($1::uuid[]) AND target_plan IS NOT NULL AND status = 'open'
       UNION ALL
       SELECT (${lastAsked}), journey, 'blocked' FROM enrolment e
       WHERE blocked IS NOT NULL AND status = 'open') AS run
     WHERE release_id = ANY($1::uuid[]) GROUP BY 1, 2 ORDER BY 1, 2`,
    [releaseIds],
  );
}

export interface BlockedRun {
  readonly enrolmentId: string;
  readonly leadId: string;
  readonly address: string | null;
  readonly journey: string;
  readonly blocked: string;
}

export async function listBlocked(
  sql: Sql,
  releaseId: string,
  limit: number,
): Promise<readonly BlockedRun[]> {
  return sql.query<BlockedRun>(
    `SELECT e.id AS "enrolmentId", c.id AS "leadId", c.address, e.journey, e.blocked
     FROM enrolment e JOIN lead m ON m.id = e.lead_id JOIN lead c ON c.id = m.canonical_id
     WHERE e.blocked IS NOT NULL AND e.status = 'open' AND (${lastAsked}) = $1
     ORDER BY e.journey, e.blocked, c.address LIMIT $2`,
    [releaseId, limit],
  );
}

export interface OlderRuns {
  /** On another version than the one in force. */
  readonly older: number;
  readonly toMove: number;
  readonly blocked: number;
}

export async function countOlderRuns(
  sql: Sql,
  journey: string,
  planHash: string,
): Promise<OlderRuns> {
  const [row] = await sql.query<OlderRuns>(
    `SELECT count(*) AS older, count(*) FILTER (WHERE target_plan IS NOT NULL) AS "toMove",
       count(*) FILTER (WHERE blocked IS NOT NULL) AS blocked
     FROM enrolment WHERE status = 'open' AND journey = $1 AND plan_hash <> $2`,
    [journey, planHash],
  );
  return row ?? { older: 0, toMove: 0, blocked: 0 };
}

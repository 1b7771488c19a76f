/**
 * Leads that a change of the rules moved into a stage with a handoff, and of whom no rep was told: they
 * still stand there, nobody has them, and nothing was decided about handing them over since. That a rep
 * of the account heard of them is such a decision too: listed on, the same lead would come first for ever.
 * The pace at which they are handed over, once somebody asks for that, lives here too.
 */
import type { Sql } from './client.ts';

export interface UntoldLead {
  readonly leadId: string;
  readonly address: string | null;
  readonly stage: string;
  readonly since: number;
}

export interface UntoldQuery {
  readonly limit: number;
  /** Stages that have no handoff any more are nobody's business. */
  readonly stages: readonly string[];
}

const untold = `FROM decision d JOIN lead m ON m.id = d.lead_id JOIN lead l ON l.id = m.canonical_id
  WHERE d.kind = 'handoff' AND d.detail->>'because' = 'rules-changed'
    AND (l.stage_state->>'since')::float8 = extract(epoch FROM d.at) * 1000
    AND l.disqualified IS NULL
    AND l.stage_state->'byHand' IS NULL
    AND NOT EXISTS (SELECT FROM handoff h JOIN lead o ON o.id = h.lead_id
      WHERE o.canonical_id = l.id AND (h.status = 'open' OR h.opened_at >= d.at))
    AND NOT EXISTS (SELECT FROM decision t JOIN lead o ON o.id = t.lead_id
      WHERE o.canonical_id = l.id AND t.kind = 'handoff' AND t.at >= d.at
        AND t.detail->>'because' IS DISTINCT FROM 'rules-changed')`;

/** Whoever stands there longest comes first. */
export async function listUntold(
  sql: Sql,
  { limit, stages }: UntoldQuery,
): Promise<readonly UntoldLead[]> {
  return sql.query<UntoldLead>(
    `SELECT l.id AS "leadId", l.address, l.stage, d.at AS since ${untold} AND l.stage = ANY($2)
     ORDER BY d.at, l.id LIMIT $1`,
    [limit, stages],
  );
}

/** Stage → how many. */
export async function countUntold(
  sql: Sql,
  stages: readonly string[],
): Promise<readonly { readonly stage: string; readonly count: number }[]> {
  return sql.query(
    `SELECT l.stage, count(DISTINCT l.id)::int AS count ${untold} AND l.stage = ANY($1) GROUP BY 1 ORDER BY 1`,
    [stages],
  );
}

export interface HandOverPace {
  readonly id: string;
  readonly perHour: number;
  readonly by: string;
  readonly since: number;
  readonly opened: number;
}

/** In the place of the pace that was set before. */
export async function setPace(sql: Sql, pace: Omit<HandOverPace, 'opened'>): Promise<void> {
  await endPaces(sql, pace.since);
  await sql.run(
    `INSERT INTO hand_over (id, per_hour, by, since) VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000.0))`,
    [pace.id, pace.perHour, pace.by, pace.since],
  );
}

export async function endPaces(sql: Sql, at: number): Promise<void> {
  await sql.run(
    `UPDATE hand_over SET ended_at = to_timestamp($1::float8 / 1000.0) WHERE ended_at IS NULL`,
    [at],
  );
}

/** The pace in force, locked: one process at a time opens by it. */
export async function lockPace(sql: Sql): Promise<HandOverPace | undefined> {
  const [pace] = await sql.query<HandOverPace>(
    `SELECT id, per_hour AS "perHour", by, since, opened FROM hand_over
     WHERE ended_at IS NULL ORDER BY since DESC LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  return pace;
}

export async function addOpened(sql: Sql, id: string, opened: number): Promise<void> {
  await sql.run('UPDATE hand_over SET opened = opened + $2 WHERE id = $1', [id, opened]);
}

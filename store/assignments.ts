/**
 * Who has a handoff, attempt by attempt, and where each pool's round stands.
 *
 * One transaction per assignment, in the lock order of the product: lead, handoff, pools. The same
 * attempt asked for twice answers with the first assignment, so a killed worker routes nobody twice.
 */
import type { Sql, Store } from './client.ts';
import { selectHandoff, type StoredHandoff } from './handoffs.ts';

export interface AssignmentRow {
  readonly attempt: number;
  readonly rep: string;
  readonly pool: string | null;
  readonly at: number;
}
export interface NewAssignment {
  readonly id: string;
  readonly attempt: number;
  /** A rep id, or `queue:<id>`. */
  readonly rep: string;
  readonly pool: string | null;
  readonly match: string;
  readonly sla: string;
  readonly at: number;
  readonly acceptBy: number | null;
  readonly escalated: boolean;
  readonly trace: unknown;
  readonly pools: { readonly [pool: string]: { readonly [rep: string]: number } };
}
/** What an assignment is decided on, read under the locks. */
export interface AssignmentBasis {
  readonly handoff: StoredHandoff;
  readonly earlier: readonly AssignmentRow[];
  readonly pools: { readonly [pool: string]: { readonly [rep: string]: number } };
  /** Instants of every lead given to each rep since `since`. */
  readonly given: readonly { readonly rep: string; readonly at: number }[];
  /** Reps whose rejections led here, one rerouting after the other. */
  readonly rejectedBy: readonly string[];
}

export async function listAssignments(
  sql: Sql,
  handoffId: string,
): Promise<readonly AssignmentRow[]> {
  return sql.query<AssignmentRow>(
    `SELECT attempt, rep, pool, at FROM assignment WHERE handoff_id = $1 ORDER BY attempt`,
    [handoffId],
  );
}

/**
 * Decides and stores one attempt. `decide` sees what is true under the locks and returns the new
 * assignment, or null to change nothing (the handoff is settled, or this attempt was made before).
 */
export async function assign(
  store: Store,
  handoffId: string,
  poolNames: readonly string[],
  since: number,
  decide: (basis: AssignmentBasis) => NewAssignment | null,
): Promise<void> {
  await store.transaction(async (sql) => {
    const basis = await lockBasis(sql, handoffId, poolNames, since);
    if (basis === null) return;
    const made = decide(basis);
    if (made !== null) await saveAssignment(sql, handoffId, made);
  });
}

async function lockBasis(
  sql: Sql,
  handoffId: string,
  poolNames: readonly string[],
  since: number,
): Promise<AssignmentBasis | null> {
  await sql.query(
    `SELECT l.id FROM lead l WHERE l.id = (SELECT m.canonical_id FROM handoff h JOIN lead m ON m.id = h.lead_id WHERE h.id = $1) FOR UPDATE`,
    [handoffId],
  );
  const rows = await sql.query<StoredHandoff>(`${selectHandoff} WHERE h.id = $1 FOR UPDATE OF h`, [
    handoffId,
  ]);
  const handoff = rows[0];
  if (handoff === undefined) return null;
  const sorted = [...poolNames].sort();
  await sql.run(`INSERT INTO pool (pool) SELECT unnest($1::text[]) ON CONFLICT (pool) DO NOTHING`, [
    sorted,
  ]);
  const pools = await sql.query<{ pool: string; state: { [rep: string]: number } }>(
    `SELECT pool, state FROM pool WHERE pool = ANY($1) ORDER BY pool FOR UPDATE`,
    [sorted],
  );
  return {
    handoff,
    earlier: await listAssignments(sql, handoffId),
    pools: Object.fromEntries(pools.map((row) => [row.pool, row.state])),
    given: await sql.query(
      `SELECT rep, at FROM assignment WHERE at >= to_timestamp($1 / 1000.0) AND handoff_id <> $2`,
      [since, handoffId],
    ),
    rejectedBy: await listRejectedBy(sql, handoffId),
  };
}

/** A rerouting opens the next handoff at the instant at which the one before was rejected. */
async function listRejectedBy(sql: Sql, handoffId: string): Promise<readonly string[]> {
  const rows = await sql.query<{ readonly rep: string }>(
    `WITH RECURSIVE chain AS (
       SELECT id, lead_id, opened_at, detail->>'avoidRep' AS rep FROM handoff WHERE id = $1
       UNION
       SELECT h.id, h.lead_id, h.opened_at, h.detail->>'avoidRep' FROM chain c
       JOIN handoff h ON h.lead_id = c.lead_id AND h.settled_at = c.opened_at AND h.status = 'rejected'
       WHERE c.rep IS NOT NULL)
     SELECT DISTINCT rep FROM chain WHERE rep IS NOT NULL`,
    [handoffId],
  );
  return rows.map(({ rep }) => rep);
}

async function saveAssignment(sql: Sql, handoffId: string, made: NewAssignment): Promise<void> {
  await sql.run(
    `INSERT INTO assignment (id, handoff_id, attempt, pool, rep, at, trace)
     VALUES ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), $7)`,
    [made.id, handoffId, made.attempt, made.pool, made.rep, made.at, JSON.stringify(made.trace)],
  );
  const toQueue = made.rep.startsWith('queue:');
  await sql.run(
    `UPDATE handoff SET rep = $2, destination = $3, match = $4, sla = $5, reassigned = $6,
       assigned_at = to_timestamp($7 / 1000.0), accept_by = to_timestamp($8 / 1000.0),
       escalated_at = CASE WHEN $9 THEN to_timestamp($7 / 1000.0) END
     WHERE id = $1`,
    [
      handoffId,
      toQueue ? null : made.rep,
      toQueue ? made.rep : `rep:${made.rep}`,
      made.match,
      made.sla,
      made.attempt - 1,
      made.at,
      made.acceptBy,
      made.escalated,
    ],
  );
  const pools = Object.entries(made.pools);
  await sql.run(
    `UPDATE pool SET state = given.state FROM unnest($1::text[], $2::jsonb[]) AS given(pool, state)
     WHERE pool.pool = given.pool`,
    [pools.map(([name]) => name), pools.map(([, state]) => JSON.stringify(state))],
  );
}

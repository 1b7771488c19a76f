/**
 * Handoffs: a lead given to a rep, one open at a time per lead (a partial unique index says so).
 *
 * Ingest opens and settles (compare and set on `open`); the handoff workflow's activities write who
 * got it and until when (assignments.ts).
 */
import type { HandoffState, HandoffStatus } from '../core/facts/lead.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import type { Sql } from './client.ts';

export interface NewHandoff {
  readonly id: string;
  readonly leadId: string;
  /** Of the lead now; one handoff is open per account. */
  readonly accountId: string | null;
  readonly handoff: string;
  readonly routing: string;
  readonly stage: string;
  readonly cause: string;
  readonly openedAt: number;
  readonly detail: JsonObject;
  readonly releaseId: string;
  /** Settled in the very batch that opened it. */
  readonly settled: SettledHandoff | null;
}

/** The latest handoff of each lead; an open one before all others. */
export async function loadHandoffStates(
  sql: Sql,
  leadIds: readonly string[],
): Promise<ReadonlyMap<string, HandoffState>> {
  if (leadIds.length === 0) return new Map();
  const rows = await sql.query<{
    readonly leadId: string;
    readonly id: string;
    readonly handoff: string;
    readonly status: HandoffStatus;
    readonly openedAt: number;
    readonly cause: string;
    readonly to: string | null;
    readonly rep: string | null;
    readonly reason: string | null;
  }>(
    `SELECT DISTINCT ON (m.canonical_id) m.canonical_id AS "leadId", h.id, h.handoff, h.status,
       h.opened_at AS "openedAt", h.cause, h.destination AS "to", h.rep, h.reason
     FROM lead m JOIN handoff h ON h.lead_id = m.id
     WHERE m.canonical_id = ANY($1::uuid[])
     ORDER BY m.canonical_id, (h.status = 'open') DESC, h.opened_at DESC, h.id`,
    [leadIds],
  );
  return new Map(
    rows.map(({ leadId, to, rep, reason, ...state }) => [
      leadId,
      {
        ...state,
        ...(to === null ? {} : { to }),
        ...(rep === null ? {} : { rep }),
        ...(reason === null ? {} : { reason }),
      },
    ]),
  );
}

export async function saveHandoffs(sql: Sql, handoffs: readonly NewHandoff[]): Promise<void> {
  if (handoffs.length === 0) return;
  await sql.run(
    `INSERT INTO handoff (id, lead_id, account_id, handoff, routing, stage, cause, opened_at, detail, release_id, status,
       settled_at, settled_by, reason, rep)
     SELECT id, "leadId", "accountId", handoff, routing, stage, cause, to_timestamp("openedAt" / 1000.0), detail, "releaseId",
       coalesce(status, 'open'), to_timestamp("settledAt" / 1000.0), "settledBy", reason,
       CASE WHEN status <> 'closed' THEN nullif("settledBy", 'unknown') END
     FROM json_to_recordset($1::json) AS x(id uuid, "leadId" uuid, "accountId" uuid, handoff text, routing text, stage text, cause text,
       "openedAt" float8, detail jsonb, "releaseId" uuid, status text, "settledAt" float8, "settledBy" text, reason text)`,
    [JSON.stringify(handoffs.map(rowOf))],
  );
}

function rowOf({ settled, detail, ...handoff }: NewHandoff): object {
  if (settled === null) return { ...handoff, detail };
  const { status, by: settledBy, reason, at: settledAt } = settled;
  return {
    ...handoff,
    status,
    settledBy,
    settledAt,
    reason,
    detail: { ...detail, ...settled.detail },
  };
}

export interface SettledHandoff {
  readonly id: string;
  readonly status: Exclude<HandoffStatus, 'open'>;
  readonly by: string;
  readonly reason: string | null;
  readonly detail: JsonObject;
  readonly at: number;
}

/** Compare and set; returns the ids that were still open. Of a queue, who answered has it from then on. */
export async function settleHandoffs(
  sql: Sql,
  settled: readonly SettledHandoff[],
): Promise<readonly string[]> {
  if (settled.length === 0) return [];
  const rows = await sql.query<{ readonly id: string }>(
    `UPDATE handoff SET status = x.status, settled_at = to_timestamp(x.at / 1000.0), settled_by = x.by,
       reason = x.reason, detail = handoff.detail || x.detail,
       rep = CASE WHEN x.status = 'closed' THEN rep ELSE coalesce(rep, nullif(x.by, 'unknown')) END
     FROM json_to_recordset($1::json) AS x(id uuid, status text, at float8, by text, reason text, detail jsonb)
     WHERE handoff.id = x.id AND handoff.status = 'open'
     RETURNING handoff.id`,
    [JSON.stringify(settled)],
  );
  return rows.map((row) => row.id);
}

/** Opened before their lead belonged to the account: its one open handoff from now on. */
export async function bindHandoffs(
  sql: Sql,
  bound: readonly (readonly [handoffId: string, accountId: string])[],
): Promise<void> {
  if (bound.length === 0) return;
  await sql.run(
    `UPDATE handoff SET account_id = x.account_id
     FROM unnest($1::uuid[], $2::uuid[]) AS x(id, account_id) WHERE handoff.id = x.id AND handoff.status = 'open'`,
    [bound.map(([id]) => id), bound.map(([, accountId]) => accountId)],
  );
}

export interface StoredHandoff {
  readonly id: string;
  /** The canonical lead. */
  readonly leadId: string;
  readonly handoff: string;
  readonly routing: string;
  readonly stage: string;
  readonly cause: string;
  readonly status: HandoffStatus;
  readonly destination: string | null;
  readonly rep: string | null;
  readonly match: string | null;
  readonly sla: string | null;
  readonly reassigned: number;
  readonly openedAt: number;
  readonly assignedAt: number | null;
  readonly acceptBy: number | null;
  readonly escalatedAt: number | null;
  readonly settledAt: number | null;
  readonly settledBy: string | null;
  readonly reason: string | null;
  readonly detail: JsonObject;
  readonly releaseId: string;
}

export const selectHandoff = `SELECT h.id, m.canonical_id AS "leadId", h.handoff, h.routing, h.stage, h.cause, h.status,
  h.destination, h.rep, h.match, h.sla, h.reassigned, h.opened_at AS "openedAt", h.assigned_at AS "assignedAt",
  h.accept_by AS "acceptBy", h.escalated_at AS "escalatedAt", h.settled_at AS "settledAt",
  h.settled_by AS "settledBy", h.reason, h.detail, h.release_id AS "releaseId"
  FROM handoff h JOIN lead m ON m.id = h.lead_id`;

export async function loadHandoffs(
  sql: Sql,
  ids: readonly string[],
): Promise<readonly StoredHandoff[]> {
  if (ids.length === 0) return [];
  return sql.query<StoredHandoff>(`${selectHandoff} WHERE h.id = ANY($1::uuid[])`, [ids]);
}

/**
 * Settles ledger rows whose fate their own attempt could not tell: by what is heard of the mail later,
 * or by a person who looked it up. Each move is kept with its source, its reason and who made it.
 *
 * Everything takes the lead's lock first, like all that moves a row. What is final stays as it is, so
 * the same evidence may come any number of times; nothing here ever sends.
 */
import { randomUUID } from 'node:crypto';
import { settledBy, type Evidence } from '../core/sending/evidence.ts';
import type { SendState } from '../core/sending/ledger.ts';
import type { Sql } from './client.ts';

export interface Settled {
  readonly before: SendState;
  readonly after: SendState;
}

/**
 * Undefined: the row had its answer already, or the evidence says nothing about it. A row that waits to
 * be tried again although the server has the mail is settled too: else it would go out twice. Its own
 * attempt may still be on its way; the lease that stays on the row lets it move the run on.
 */
export async function settleByEvidence(
  sql: Sql,
  { sendId, evidence }: { readonly sendId: string; readonly evidence: Evidence },
): Promise<Settled | undefined> {
  const after = settledBy(evidence);
  if (after === undefined) return undefined;
  const { source, type, at } = evidence;
  return move(sql, sendId, {
    ...{ after, at, source, because: type, by: null, reason: null },
    from: after === 'failed' ? ['unknown'] : ['unknown', ...triedBefore],
  });
}
/** Only where a transmission began before: of these no evidence can exist otherwise. */
const triedBefore: readonly SendState[] = ['transmitting', 'claimed', 'planned', 'held'];

export interface ByHand {
  readonly sendId: string;
  /** `again`: the server has it not, and it goes out once more. */
  readonly verdict: 'sent' | 'not-sent' | 'again';
  readonly by: string;
  readonly why: string;
  readonly at: number;
}

/** What a person found out. Undefined: nobody has to decide about this row. */
export async function settleByHand(sql: Sql, decided: ByHand): Promise<Settled | undefined> {
  const { sendId, verdict, by, why, at } = decided;
  const after = { sent: 'sent', 'not-sent': 'failed', again: 'planned' } as const;
  return move(sql, sendId, {
    ...{ after: after[verdict], at, source: 'operator', because: why, by, from: ['unknown'] },
    reason: verdict === 'not-sent' ? 'not-sent' : null,
  });
}

export interface AgainAsked {
  readonly commandId: string;
  readonly enrolmentId: string;
  /** As the plan of its run calls it now. */
  readonly step: string;
}

/**
 * Emails that a person asked to be sent once more, whose moment has come and whose journey runs. In any
 * order: those that a pause holds, or that fail, must not stand in front of the others.
 */
export async function findAgain(
  sql: Sql,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<readonly AgainAsked[]> {
  return sql.query(
    `SELECT s.command_id AS "commandId", s.enrolment_id AS "enrolmentId", s.step
     FROM send s JOIN enrolment e ON e.id = s.enrolment_id
     WHERE s.state IN ('planned', 'held', 'claimed', 'transmitting') AND e.status = 'open'
       AND coalesce(s.held_until, s.settled_at, s.planned_at) <= to_timestamp($1::float8 / 1000.0)
       AND (s.lease_until IS NULL OR s.lease_until < clock_timestamp())
       AND EXISTS (SELECT FROM send_settlement x WHERE x.send_id = s.id AND x.after = 'planned')
     ORDER BY random() LIMIT $2`,
    [now, limit],
  );
}

/**
 * Mails that waited for their next try while their journey ended: nothing would ever look at them again.
 * They end as what they are, with the moment at which the lead left.
 */
export async function endLeftBehind(sql: Sql, limit: number): Promise<number> {
  return sql.run(
    `UPDATE send AS s SET state = 'skipped', reason = 'exited', held_until = NULL, counted_at = NULL, token = NULL,
       lease_until = NULL, settled_at = coalesce(x.closed_at, s.planned_at),
       evidence = s.evidence || '{"rule":"enrolment-closed"}'
     FROM (SELECT w.id, e.closed_at FROM send w JOIN enrolment e ON e.id = w.enrolment_id
       WHERE e.status = 'closed' AND w.class <> 'internal' AND (w.state IN ('planned', 'held')
         OR (w.state = 'claimed' AND w.lease_until < clock_timestamp() - interval '10 minutes'))
       LIMIT $1 FOR UPDATE OF w SKIP LOCKED) AS x
     WHERE s.id = x.id`,
    [limit],
  );
}

/** A mail that was to go out once more, whose journey has no such step any more: nobody could send it. */
export async function endWithoutStep(sql: Sql, commandId: string, at: number): Promise<void> {
  await sql.run(
    `UPDATE send SET state = 'skipped', reason = 'exited', held_until = NULL, counted_at = NULL, token = NULL,
       lease_until = NULL, settled_at = to_timestamp($2::float8 / 1000.0),
       evidence = evidence || '{"rule":"step-removed"}'
     WHERE command_id = $1 AND state IN ('planned', 'held')`,
    [commandId, at],
  );
}

interface Move {
  readonly from: readonly SendState[];
  readonly after: SendState;
  readonly reason: string | null;
  readonly source: string;
  readonly because: string;
  readonly by: string | null;
  readonly at: number;
}

async function move(sql: Sql, sendId: string, change: Move): Promise<Settled | undefined> {
  const { from, after, reason, source, because, by, at } = change;
  const [row] = await sql.query<Settled>(
    `WITH locked AS MATERIALIZED (
       SELECT l.id FROM lead l WHERE l.id = (SELECT m.canonical_id FROM send s JOIN lead m ON m.id = s.lead_id
         WHERE s.id = $1) FOR UPDATE OF l),
     own AS MATERIALIZED (
       SELECT s.id, s.state FROM send s, locked WHERE s.id = $1 AND s.state = ANY($2)
         AND (s.state = 'unknown' OR s.attempts > 0) FOR UPDATE OF s),
     moved AS (
       UPDATE send AS s SET state = $3, reason = $4,
         settled_at = CASE WHEN $3 <> 'planned' THEN to_timestamp($5::float8 / 1000.0) END,
         held_until = CASE WHEN $3 = 'planned' THEN to_timestamp($5::float8 / 1000.0) END,
         counted_at = CASE WHEN $3 = 'sent' THEN coalesce(s.counted_at, s.transmitting_at) END,
         lease_until = CASE WHEN own.state IN ('claimed', 'transmitting') THEN s.lease_until END,
         evidence = s.evidence || jsonb_build_object('settledBy', $6::text, 'because', $7::text, 'by', $8::text)
       FROM own WHERE s.id = own.id RETURNING s.id, own.state AS before)
     INSERT INTO send_settlement (id, send_id, before, after, source, because, by, at)
     SELECT $9::uuid, id, before, $3, $6, $7, $8, to_timestamp($5::float8 / 1000.0) FROM moved
     RETURNING before, after`,
    [sendId, from, after, reason, at, source, because, by, randomUUID()],
  );
  return row;
}

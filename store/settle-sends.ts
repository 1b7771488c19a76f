/**
 * Writes what became of attempts to send. Only the holder of the token may, also after its row was parked
 * as `unknown` because it took too long: its answer is the evidence that was missing, but the run has gone
 * on by then and is left alone.
 *
 * Answers that come together are one statement. The answer of a server is heard once, so it is kept for as
 * long as a database takes to start again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Settlement } from '../core/sending/ledger.ts';
import { isUnavailable, type Sql } from './client.ts';
import { gathered, usualEveryMs } from './gathering.ts';
import { progressColumns, progressOfAllSql, progressRow } from './progress.ts';
import { wellAgain } from './receptions.ts';

/** False: not mine. */
export function createSettlements(sql: Sql): (settlement: Settlement) => Promise<boolean> {
  const settle = gathered<Settlement, boolean>({
    crowdedEveryMs: usualEveryMs,
    namesOf: ({ id, progress }) => [id, progress?.enrolmentId ?? id],
    work: (settlements, mayWait) => settleAll(sql, settlements, mayWait),
  });
  return (settlement) => patiently(() => settle(settlement));
}

async function settleAll(
  sql: Sql,
  settlements: readonly Settlement[],
  mayWait: boolean,
): Promise<readonly (boolean | undefined)[]> {
  const asked = settlements.map(({ progress, ...settlement }) => {
    const isFinal = settlement.state !== 'planned' && settlement.state !== 'held';
    const moved = progress === undefined ? {} : { progress: progressRow(progress) };
    return JSON.stringify({ ...settlement, ...moved, isFinal });
  });
  const rows = await sql.query<{ readonly id: string }>(mayWait ? settleSql : settleFreeSql, [
    asked,
  ]);
  const ids = new Set(rows.map(({ id }) => id));
  // Of the others it is not known here whether only their lead was busy.
  return settlements.map(({ id }) => ids.has(id) || (mayWait ? false : undefined));
}

const instant = (ms: string): string => `to_timestamp(${ms} / 1000.0)`;
/** Settled by what was heard of the mail while its attempt still waits for the answer: that stands. */
const isProven = "(s.state = 'sent' AND s.lease_until IS NOT NULL)";
/** Somebody wants it sent once more, and its first attempt hears only now that the server has it. */
const isAskedAgain = "(s.state = 'planned' AND a.state = 'sent')";

/** The server has not taken it, but its run has gone on without it: nobody would try it again. */
const isTooLate = "(s.state = 'unknown' AND q.state = 'planned')";

/** `lock` is empty, or skips leads that somebody else holds. */
const settleOf = (lock: string): string => `WITH asked AS MATERIALIZED (
     SELECT q.id, q.token, CASE WHEN ${isTooLate} THEN 'failed' ELSE q.state END AS state, q.reason, q.evidence,
       q.response, q.at, CASE WHEN ${isTooLate} THEN NULL ELSE q."heldUntil" END AS "heldUntil",
       q."isFinal" OR ${isTooLate} AS "isFinal", q.progress, s.state AS before, s.canonical_id
     FROM unnest($1::json[]) AS one, json_to_record(one) AS q(id uuid, token uuid, state text, reason text,
       evidence jsonb, response text, at float8, "heldUntil" float8, "isFinal" boolean, progress json)
     CROSS JOIN LATERAL (SELECT s.state, m.canonical_id FROM send s JOIN lead m ON m.id = s.lead_id
       WHERE s.id = q.id OFFSET 0) AS s),
   locked AS MATERIALIZED (
     SELECT l.id FROM lead l WHERE l.id = ANY(ARRAY(SELECT canonical_id FROM asked)) ORDER BY l.id FOR UPDATE ${lock}),
   row AS (
     UPDATE send AS s SET state = CASE WHEN ${isProven} THEN s.state ELSE a.state END,
       reason = CASE WHEN ${isProven} THEN s.reason ELSE a.reason END,
       evidence = coalesce(a.evidence, s.evidence), response = a.response,
       settled_at = CASE WHEN ${isProven} THEN s.settled_at WHEN a."isFinal" THEN ${instant('a.at')} END,
       lease_until = NULL, held_until = ${instant('a."heldUntil"')},
       counted_at = CASE WHEN ${isProven} OR a.state IN ('sent', 'unknown') THEN s.counted_at END,
       token = CASE WHEN ${isProven} OR a."isFinal" THEN s.token END
     FROM asked a JOIN locked ON locked.id = a.canonical_id
     WHERE s.id = a.id AND s.token = a.token
       AND (${isProven} OR s.state IN ('claimed', 'transmitting', 'unknown') OR ${isAskedAgain})
     RETURNING s.id, s.sender, s.receiver, a.state AS said, a.before, a.progress),
   well AS (
     UPDATE reception AS r SET ${wellAgain} FROM row WHERE row.said = 'sent' AND r.refusals > 0
       AND (r.sender = '' OR (r.sender = row.sender AND r.receiver = row.receiver))),
   run AS (${progressOfAllSql(`row, json_to_record(row.progress) AS p(${progressColumns})`)} AND row.before NOT IN ('unknown', 'planned'))
   SELECT id FROM row`;
const settleSql = settleOf('');
const settleFreeSql = settleOf('SKIP LOCKED');

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + settleWithinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > giveUpAt) throw error;
      await delay(settleRetryMs);
    }
  }
}
/** An activity has a minute left when its last try ends. */
const settleWithinMs = 30_000;
const settleRetryMs = 500;

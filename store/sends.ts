/**
 * The send ledger: one row per command, moved by nothing but `claim.ts`, `begin-transmit.ts`,
 * `settle-sends.ts`, `settlements.ts` and, for mail to reps, the statements here.
 *
 * Everything takes the lead's lock first, and so does unsubscribe: either it wins or the mail had started.
 * What is asked for many mails at the same time is asked together. Leases run on the database's clock and
 * nothing else; every other instant is the caller's.
 */
import { randomUUID } from 'node:crypto';
import type { Claim, Claimed, InternalClaimRequest } from '../core/sending/ledger.ts';
import { createTransmitStarts } from './begin-transmit.ts';
import { busy, createClaims, settled } from './claim.ts';
import type { Sql, Store } from './client.ts';
import type { OwnRow } from './send-view.ts';
import { createSettlements } from './settle-sends.ts';

export interface Leases {
  /** From the claim to the start of the transmission: rendering, milliseconds of work. */
  readonly claimMs: number;
  /** Longer than a healthy relay takes; one that answers later still settles its own row. */
  readonly transmitMs: number;
}
export const usualLeases: Leases = { claimMs: 15_000, transmitMs: 30_000 };

export function createSendLedger(store: Store, leases: Leases = usualLeases) {
  return {
    claim: createClaims(store, leases.claimMs),
    claimInternal: (request: InternalClaimRequest) => claimInternal(store, leases, request),
    beginTransmit: createTransmitStarts(store, leases.transmitMs),
    beginTransmitInternal: (id: string, token: string, subject: string) =>
      beginTransmitInternal(store, leases, id, token, subject),
    settle: createSettlements(store),
    parkAbandoned: (limit: number) => parkAbandoned(store, limit),
  };
}

/**
 * One statement: a row of this command is free, or another attempt has it. Rep emails know no caps,
 * consent or windows, and one whose fate is unknown goes out again under the same Message-ID.
 */
async function claimInternal(
  sql: Sql,
  leases: Leases,
  request: InternalClaimRequest,
): Promise<Claim | Omit<Claimed, 'lead'>> {
  const token = randomUUID();
  const [row] = await sql.query<OwnRow & { readonly mine: boolean }>(
    `WITH lead AS MATERIALIZED (SELECT l.erased_at FROM lead l WHERE l.id = $3::uuid FOR SHARE OF l),
     claimed AS (
       INSERT INTO send AS s (id, command_id, lead_id, enrolment_id, handoff_id, step, class, template,
         template_hash, state, address, message_id, planned_at, due_at, counted_at, token, lease_until, release_id)
       SELECT $1::uuid, $2, $3::uuid, $4::uuid, $5::uuid, $6, $7, $8, $9, 'claimed', $10, $11,
         to_timestamp($12::float8 / 1000.0), to_timestamp($12::float8 / 1000.0),
         to_timestamp($12::float8 / 1000.0), $13::uuid, clock_timestamp() + $14::float8 * interval '1 ms', $15::uuid
       FROM lead WHERE erased_at IS NULL
       ON CONFLICT (id) DO UPDATE SET state = 'claimed', token = excluded.token, address = excluded.address,
         lease_until = excluded.lease_until, template_hash = excluded.template_hash, reason = NULL
       WHERE s.state IN ('planned', 'held') OR (s.state = 'unknown' AND s.attempts < $16::int)
         OR (s.state = 'claimed' AND s.lease_until < clock_timestamp())
         OR (s.state = 'transmitting' AND s.lease_until < clock_timestamp() AND s.attempts < $16::int)
       RETURNING s.attempts)
     SELECT 'claimed' AS state, attempts, 0 AS "leaseMs", NULL AS reason, true AS mine FROM claimed
     UNION ALL
     SELECT s.state, s.attempts, ${leaseMs('s')} AS "leaseMs", s.reason, false
     FROM send s WHERE s.id = $1 AND NOT EXISTS (SELECT FROM claimed)
     UNION ALL
     SELECT 'skipped', 0, 0, 'exited', false FROM lead WHERE erased_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM send s WHERE s.id = $1)`,
    [
      ...[request.id, request.commandId, request.leadId, request.enrolmentId, request.handoffId],
      ...[request.step, request.class, request.template, request.templateHash, request.address],
      ...[request.messageId, request.now, token, leases.claimMs, request.releaseId],
      request.attemptsMax,
    ],
  );
  // A row that appeared while the statement ran is seen by neither half: ask again shortly.
  if (row === undefined) return { type: 'busy', leaseMs: 50 };
  const { address } = request;
  if (row.mine) return { type: 'claimed', token, address, attempts: row.attempts, consentSeq: 0 };
  const isHeld = row.state === 'claimed' || row.state === 'transmitting';
  return isHeld && row.leaseMs > 0 ? busy(row) : settled(row);
}

async function beginTransmitInternal(
  sql: Sql,
  leases: Leases,
  id: string,
  token: string,
  subject: string,
): Promise<boolean> {
  const changed = await sql.run(
    `WITH lead AS MATERIALIZED (SELECT s.id, l.erased_at FROM send s JOIN lead l ON l.id = s.lead_id
       WHERE s.id = $1 FOR SHARE OF l)
     UPDATE send SET state = 'transmitting', attempts = attempts + 1, subject = $3, transmitting_at = now(),
       lease_until = clock_timestamp() + $4::float8 * interval '1 ms'
     FROM lead WHERE send.id = lead.id AND lead.erased_at IS NULL AND send.state = 'claimed' AND send.token = $2`,
    [id, token, subject, leases.transmitMs],
  );
  return changed === 1;
}

/** Transmissions whose run never came back: nothing else would ever look at them again. */
async function parkAbandoned(sql: Sql, limit: number): Promise<number> {
  return sql.run(
    `UPDATE send SET state = 'unknown', settled_at = now(), lease_until = NULL, response = 'lease-expired'
     WHERE id IN (SELECT id FROM send WHERE state = 'transmitting'
       AND lease_until < clock_timestamp() - interval '10 minutes'
       ORDER BY lease_until LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [limit],
  );
}

function leaseMs(table: string): string {
  return `coalesce(ceil(extract(epoch FROM ${table}.lease_until - clock_timestamp()) * 1000), 0)::float8`;
}

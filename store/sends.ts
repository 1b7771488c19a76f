/**
 * The send ledger: one row per command, moved only by the statements here.
 *
 * `claim` takes the lead's lock first and reads after it, in statements of their own: a single statement
 * would look at the world as it was before it waited for the lock. `beginTransmit` is one statement and
 * compares the lead's `seq` instead. Unsubscribe takes the same lock, so either it wins or the mail had
 * started. Leases run on the database's clock and nothing else; every other instant is the caller's.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  Claim,
  Claimed,
  ClaimRequest,
  ClaimVerdict,
  InternalClaimRequest,
  LedgerView,
  Settlement,
  TransmitRequest,
} from '../core/sending/ledger.ts';
import { beginTransmit } from './begin-transmit.ts';
import { isUnavailable, StaleRead, type Sql, type Store } from './client.ts';
import { lockLeads } from './leads.ts';
import { progressSql, progressValues } from './progress.ts';
import { wellAgain } from './receptions.ts';
import { readLedger, type OwnRow } from './send-view.ts';

export interface Leases {
  /** From the claim to the start of the transmission: rendering, milliseconds of work. */
  readonly claimMs: number;
  /** Longer than a healthy relay takes; one that answers later still settles its own row. */
  readonly transmitMs: number;
}
export const usualLeases: Leases = { claimMs: 15_000, transmitMs: 30_000 };

export function createSendLedger(store: Store, leases: Leases = usualLeases) {
  return {
    claim: (request: ClaimRequest, decide: (view: LedgerView) => ClaimVerdict) =>
      claim(store, leases, request, decide),
    claimInternal: (request: InternalClaimRequest) => claimInternal(store, leases, request),
    beginTransmit: (request: TransmitRequest) => beginTransmit(store, leases.transmitMs, request),
    beginTransmitInternal: (id: string, token: string, subject: string) =>
      beginTransmitInternal(store, leases, id, token, subject),
    settle: (settlement: Settlement) => patiently(() => settle(store, settlement)),
    parkAbandoned: (limit: number) => parkAbandoned(store, limit),
  };
}

async function claim(
  store: Store,
  leases: Leases,
  request: ClaimRequest,
  decide: (view: LedgerView) => ClaimVerdict,
): Promise<Claim> {
  let leadId: string | undefined = request.leadId;
  return store.transaction(async (sql) => {
    // A merge between the caller's read and the lock moves the enrolment: look it up again.
    const canonical = leadId ?? (await leadOfEnrolment(sql, request.enrolmentId));
    leadId = undefined;
    const [lead] = await lockLeads(sql, [canonical]);
    if (lead === undefined) throw new StaleRead(`lead ${canonical} is gone`);
    const { own, view, consentSeq } = await readLedger(sql, lead, request);
    const standing = standingOf(own, request);
    if (standing === 'expired') {
      return park(sql, request.id, decide(view));
    }
    if (standing !== 'free') return standing;
    const { decision, progress } = decide(view);
    const row = { ...request, leadId: lead.id, plannedAt: view.plannedAt, dueAt: view.dueAt };
    switch (decision.type) {
      case 'send': {
        const { address } = view.lead;
        if (address === undefined)
          throw new Error(`send ${request.id} was decided without address`);
        const token = randomUUID();
        const fields = { state: 'claimed', address, token, countedAt: request.now } as const;
        await writeRow(sql, { ...row, ...fields }, leases.claimMs);
        const { attempts = 0, refusedSince } = own ?? {};
        return {
          ...{ type: 'claimed', token, address, lead: view.lead, attempts, consentSeq },
          ...(typeof refusedSince === 'number' ? { refusedSince } : {}),
        };
      }
      case 'hold': {
        const { reason, until, evidence } = decision;
        const held = { state: 'held', reason, evidence } as const;
        const heldUntil = until === null ? {} : { heldUntil: until };
        await writeRow(sql, { ...row, ...held, ...heldUntil }, 0, {
          ...progress,
          completes: false,
        });
        return { type: 'held', until, reason };
      }
      case 'skip': {
        const { reason, evidence } = decision;
        const fields = { state: 'skipped', reason, evidence, settledAt: request.now } as const;
        await writeRow(sql, { ...row, ...fields }, 0, progress);
        return { type: 'settled', state: 'skipped', reason };
      }
    }
  });
}

/** Whether the row may be decided now, is somebody's, or has its answer. */
function standingOf(own: OwnRow | undefined, request: ClaimRequest): Claim | 'free' | 'expired' {
  if (own === undefined) return 'free';
  const mayRepeat = own.attempts < request.attemptsMax;
  switch (own.state) {
    case 'planned':
    case 'held':
      return 'free';
    case 'claimed':
      return own.token === request.token || own.leaseMs <= 0 ? 'free' : busy(own);
    case 'transmitting':
      if (own.leaseMs > 0) return busy(own);
      return mayRepeat ? 'free' : 'expired';
    case 'unknown':
      return mayRepeat ? 'free' : settled(own);
    case 'sent':
    case 'failed':
    case 'skipped':
      return settled(own);
  }
}

function busy(own: OwnRow): Claim {
  return { type: 'busy', leaseMs: own.leaseMs };
}

function settled(own: OwnRow): Claim {
  return { type: 'settled', state: own.state, reason: own.reason };
}

/** An expired transmission is never guessed: the server may have the mail. */
async function park(sql: Sql, id: string, { progress }: ClaimVerdict): Promise<Claim> {
  await sql.run(
    `WITH run AS (${progressSql(2)})
     UPDATE send SET state = 'unknown', lease_until = NULL,
       settled_at = to_timestamp($4::float8 / 1000.0), response = coalesce(response, 'lease-expired')
     WHERE id = $1 AND state = 'transmitting'`,
    [id, ...progressValues(progress)],
  );
  return { type: 'settled', state: 'unknown', reason: null };
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

/**
 * Writes what became of an attempt. Only the holder of the token may, also after its row was parked as
 * `unknown` because it took too long: its answer is the evidence that was missing, but the run has gone
 * on by then and is left alone. False: not mine.
 */
async function settle(sql: Sql, settlement: Settlement): Promise<boolean> {
  const { id, token, state, at, heldUntil, progress } = settlement;
  const isFinal = state !== 'planned' && state !== 'held';
  const rows = await sql.query<{ readonly id: string }>(
    `WITH locked AS MATERIALIZED (
       SELECT l.id, l.erased_at, (SELECT state FROM send WHERE id = $1) AS before FROM lead l WHERE l.id = (SELECT m.canonical_id
         FROM send s JOIN lead m ON m.id = s.lead_id WHERE s.id = $1) FOR UPDATE OF l),
     row AS (
       UPDATE send AS s SET state = CASE WHEN ${isProven} THEN s.state ELSE $3 END,
         reason = CASE WHEN ${isProven} THEN s.reason ELSE $4 END,
         evidence = CASE WHEN locked.erased_at IS NULL THEN coalesce($5::jsonb, s.evidence) ELSE s.evidence END,
         response = CASE WHEN locked.erased_at IS NULL THEN $6 END,
         settled_at = CASE WHEN ${isProven} THEN s.settled_at WHEN $7::boolean THEN to_timestamp($8::float8 / 1000.0) END,
         lease_until = NULL, held_until = to_timestamp($15::float8 / 1000.0),
         counted_at = CASE WHEN ${isProven} OR $3 IN ('sent', 'unknown') THEN s.counted_at END,
         token = CASE WHEN ${isProven} OR $7::boolean THEN s.token END
       FROM locked WHERE s.id = $1 AND s.token = $2
         AND (${isProven} OR s.state IN ('claimed', 'transmitting', 'unknown'))
       RETURNING s.id, s.sender, s.receiver),
     well AS (
       UPDATE reception AS r SET ${wellAgain} FROM row WHERE $3 = 'sent' AND r.refusals > 0
         AND (r.sender = '' OR (r.sender = row.sender AND r.receiver = row.receiver))),
     run AS (${progressSql(9)} AND EXISTS (SELECT FROM row, locked WHERE locked.before <> 'unknown'))
     SELECT id FROM row`,
    [
      ...[id, token, state, settlement.reason ?? null, json(settlement.evidence)],
      ...[settlement.response ?? null, isFinal, at, ...progressValues(progress)],
      heldUntil ?? null,
    ],
  );
  return rows.length === 1;
}

/** The answer of a server is heard once: it is kept for as long as a database takes to start again. */
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

/** Settled by what was heard of the mail while its attempt still waits for the answer: that stands. */
const isProven = "(s.state = 'sent' AND s.lease_until IS NOT NULL)";

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

interface WrittenRow extends ClaimRequest {
  readonly plannedAt: number;
  readonly dueAt: number;
  readonly state: 'claimed' | 'held' | 'skipped';
  readonly reason?: string;
  readonly evidence?: unknown;
  readonly address?: string;
  readonly token?: string;
  readonly heldUntil?: number;
  readonly countedAt?: number;
  readonly settledAt?: number;
}

async function writeRow(
  sql: Sql,
  row: WrittenRow,
  leaseMsLong: number,
  progress?: ClaimVerdict['progress'],
): Promise<void> {
  const { token, ...fields } = row;
  const written = row.state === 'claimed' ? { ...fields, token } : fields;
  await sql.run(
    `WITH run AS (${progressSql(3)})
     INSERT INTO send (id, command_id, lead_id, enrolment_id, journey, step, class, topic, priority, template,
       template_hash, state, reason, evidence, address, message_id, planned_at, due_at, held_until, counted_at,
       settled_at, token, lease_until, release_id)
     SELECT id, "commandId", "leadId", "enrolmentId", journey, step, class, topic, priority, template,
       "templateHash", state, reason, coalesce(evidence, '{}'), address, "messageId", ${instant('"plannedAt"')},
       ${instant('"dueAt"')}, ${instant('"heldUntil"')}, ${instant('"countedAt"')}, ${instant('"settledAt"')},
       token, CASE WHEN token IS NOT NULL THEN clock_timestamp() + $2::float8 * interval '1 ms' END, "releaseId"
     FROM json_to_record($1::json) AS x(id uuid, "commandId" text, "leadId" uuid, "enrolmentId" uuid, journey text,
       step text, class text, topic text, priority int, template text, "templateHash" text, state text,
       reason text, evidence jsonb, address text, "messageId" text, "plannedAt" float8, "dueAt" float8,
       "heldUntil" float8, "countedAt" float8, "settledAt" float8, token uuid, "releaseId" uuid)
     ON CONFLICT (id) DO UPDATE SET lead_id = excluded.lead_id, state = excluded.state, reason = excluded.reason,
       evidence = excluded.evidence, address = excluded.address, due_at = excluded.due_at,
       held_until = excluded.held_until, counted_at = excluded.counted_at, settled_at = excluded.settled_at,
       token = excluded.token, lease_until = excluded.lease_until, release_id = excluded.release_id,
       template_hash = excluded.template_hash`,
    [JSON.stringify(written), leaseMsLong, ...progressValues(progress)],
  );
}

async function leadOfEnrolment(sql: Sql, enrolmentId: string): Promise<string> {
  const [row] = await sql.query<{ readonly id: string }>(
    'SELECT m.canonical_id AS id FROM enrolment e JOIN lead m ON m.id = e.lead_id WHERE e.id = $1',
    [enrolmentId],
  );
  if (row === undefined) throw new Error(`there is no enrolment ${enrolmentId}`);
  return row.id;
}

function instant(column: string): string {
  return `to_timestamp(${column} / 1000.0)`;
}

function leaseMs(table: string): string {
  return `coalesce(ceil(extract(epoch FROM ${table}.lease_until - clock_timestamp()) * 1000), 0)::float8`;
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

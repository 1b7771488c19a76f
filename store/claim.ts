/**
 * The claim: the decision about a mail under its lead's lock, and the row that says what it was.
 *
 * It takes the lock first and reads after it, in statements of their own: a single statement would look at
 * the world as it was before it waited for the lock. Claims of different leads that come at the same time
 * are one transaction of three statements, as is a single one; each is decided by itself, and an error of
 * its decision is its own. The locks are held for these decisions only, which are synchronous.
 */
import { randomUUID } from 'node:crypto';
import type { Claim, ClaimRequest, ClaimVerdict, LedgerView } from '../core/sending/ledger.ts';
import type { Lead } from '../core/facts/lead.ts';
import { StaleRead, type Sql, type Store } from './client.ts';
import { gathered, usualEveryMs } from './gathering.ts';
import { lockFreeLeads, lockLeads } from './leads.ts';
import { progressColumns, progressOfAllSql, progressRow } from './progress.ts';
import { readLedger, type LedgerRead, type OwnRow } from './send-view.ts';

type Decide = (view: LedgerView) => ClaimVerdict;

interface AskedClaim {
  readonly request: ClaimRequest;
  readonly decide: Decide;
}
/** What is to be written of it, and what its caller is told: a claim, or what its decision threw. */
interface Judged {
  readonly tell: () => Claim;
  readonly row?: WrittenRow;
}

export function createClaims(store: Store, leaseMs: number) {
  const ask = gathered<AskedClaim, Judged>({
    crowdedEveryMs: usualEveryMs,
    namesOf: ({ request }) => [request.leadId, request.enrolmentId],
    work: (asked, mayWait) => claimAll(store, leaseMs, asked, mayWait),
  });
  return async (request: ClaimRequest, decide: Decide): Promise<Claim> =>
    (await ask({ request, decide })).tell();
}

async function claimAll(
  store: Store,
  leaseMs: number,
  asked: readonly AskedClaim[],
  mayWait: boolean,
): Promise<readonly (Judged | undefined)[]> {
  let isFirst = true;
  return store.transaction(async (sql) => {
    const leads = mayWait ? await lockOne(sql, asked, isFirst) : await lockFree(sql, asked);
    isFirst = false;
    const locked = asked.flatMap(({ request, decide }) => {
      const lead = leads.get(request);
      return lead === undefined ? [] : [{ request, decide, lead }];
    });
    if (locked.length === 0) return asked.map(() => undefined);
    const reads = await readLedger(sql, locked);
    const judged = new Map(
      locked.map((one, index) => [one.request, judge(one, reads[index] as () => LedgerRead)]),
    );
    const rows = [...judged.values()].flatMap(({ row }) => row ?? []);
    if (rows.length > 0) await writeRows(sql, rows, leaseMs);
    return asked.map(({ request }) => judged.get(request));
  });
}

type LockedLeads = ReadonlyMap<ClaimRequest, Lead>;

async function lockFree(sql: Sql, asked: readonly AskedClaim[]): Promise<LockedLeads> {
  const leads = await lockFreeLeads(
    sql,
    asked.map(({ request }) => request.leadId),
  );
  const byId = new Map(leads.map((lead) => [lead.id, lead]));
  return new Map(
    asked.flatMap(({ request }) => {
      const lead = byId.get(request.leadId);
      return lead === undefined ? [] : [[request, lead] as const];
    }),
  );
}

/** A merge between the caller's read and the lock moves the enrolment: look it up again. */
async function lockOne(
  sql: Sql,
  [asked]: readonly AskedClaim[],
  isFirst: boolean,
): Promise<LockedLeads> {
  if (asked === undefined) return new Map();
  const { request } = asked;
  const id = isFirst ? request.leadId : await leadOfEnrolment(sql, request.enrolmentId);
  const [lead] = await lockLeads(sql, [id]);
  if (lead === undefined) throw new StaleRead(`lead ${id} is gone`);
  return new Map([[request, lead]]);
}

function judge(claim: AskedClaim & { readonly lead: Lead }, read: () => LedgerRead): Judged {
  try {
    const { answer, row } = answerTo(claim, read());
    return { tell: () => answer, ...(row === undefined ? {} : { row }) };
  } catch (error) {
    return {
      tell: () => {
        throw error;
      },
    };
  }
}

interface Answered {
  readonly answer: Claim;
  readonly row?: WrittenRow;
}

function answerTo(
  { request, decide, lead }: AskedClaim & { readonly lead: Lead },
  { own, view, consentSeq }: LedgerRead,
): Answered {
  const standing = standingOf(own, request);
  if (standing !== 'free' && standing !== 'expired') return { answer: standing };
  const { decision, progress } = decide(view);
  const row = { ...request, leadId: lead.id, plannedAt: view.plannedAt, dueAt: view.dueAt };
  if (standing === 'expired') {
    // Never guessed: the server may have the mail.
    const answer = { type: 'settled', state: 'unknown', reason: null } as const;
    return { answer, row: { ...row, state: 'unknown', settledAt: request.now, progress } };
  }
  switch (decision.type) {
    case 'send': {
      const { address } = view.lead;
      if (address === undefined) throw new Error(`send ${request.id} was decided without address`);
      const token = randomUUID();
      const { attempts = 0, refusedSince } = own ?? {};
      const answer = {
        ...({ type: 'claimed', token, address, lead: view.lead, attempts, consentSeq } as const),
        ...(typeof refusedSince === 'number' ? { refusedSince } : {}),
      };
      return { answer, row: { ...row, state: 'claimed', address, token, countedAt: request.now } };
    }
    case 'hold': {
      const { reason, until, evidence } = decision;
      const heldUntil = until === null ? {} : { heldUntil: until };
      const held = { state: 'held', reason, evidence, ...heldUntil } as const;
      const answer = { type: 'held', until, reason } as const;
      return { answer, row: { ...row, ...held, progress: { ...progress, completes: false } } };
    }
    case 'skip': {
      const { reason, evidence } = decision;
      const skipped = { state: 'skipped', reason, evidence, settledAt: request.now } as const;
      const answer = { type: 'settled', state: 'skipped', reason } as const;
      return { answer, row: { ...row, ...skipped, progress } };
    }
  }
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

export function busy(own: OwnRow): Claim {
  return { type: 'busy', leaseMs: own.leaseMs };
}

export function settled(own: OwnRow): Claim {
  const { state, reason, address } = own;
  return { type: 'settled', state, reason, ...(address == null ? {} : { address }) };
}

interface WrittenRow extends ClaimRequest {
  readonly plannedAt: number;
  readonly dueAt: number;
  /** `unknown`: of an attempt that never came back; the rest of its row is left as it was. */
  readonly state: 'claimed' | 'held' | 'skipped' | 'unknown';
  readonly reason?: string;
  readonly evidence?: unknown;
  readonly address?: string;
  readonly token?: string;
  readonly heldUntil?: number;
  readonly countedAt?: number;
  readonly settledAt?: number;
  readonly progress?: ClaimVerdict['progress'];
}

const instant = (column: string): string => `to_timestamp(${column} / 1000.0)`;

const writeSql = `WITH x AS MATERIALIZED (
     SELECT x.* FROM unnest($1::json[]) AS one, json_to_record(one) AS x(id uuid, "commandId" text, "leadId" uuid,
       "enrolmentId" uuid, journey text, step text, class text, topic text, priority int, template text,
       "templateHash" text, state text, reason text, evidence jsonb, address text, "messageId" text,
       "plannedAt" float8, "dueAt" float8, "heldUntil" float8, "countedAt" float8, "settledAt" float8, token uuid,
       "releaseId" uuid, progress json)),
   run AS (${progressOfAllSql(`x, json_to_record(x.progress) AS p(${progressColumns})`)}),
   parked AS (
     UPDATE send AS s SET state = 'unknown', lease_until = NULL, settled_at = ${instant('x."settledAt"')},
       response = coalesce(s.response, 'lease-expired')
     FROM x WHERE x.state = 'unknown' AND s.id = x.id AND s.state = 'transmitting')
   INSERT INTO send (id, command_id, lead_id, enrolment_id, journey, step, class, topic, priority, template,
     template_hash, state, reason, evidence, address, message_id, planned_at, due_at, held_until, counted_at,
     settled_at, token, lease_until, release_id)
   SELECT id, "commandId", "leadId", "enrolmentId", journey, step, class, topic, priority, template,
     "templateHash", state, reason, coalesce(evidence, '{}'), address, "messageId", ${instant('"plannedAt"')},
     ${instant('"dueAt"')}, ${instant('"heldUntil"')}, ${instant('"countedAt"')}, ${instant('"settledAt"')},
     token, CASE WHEN token IS NOT NULL THEN clock_timestamp() + $2::float8 * interval '1 ms' END, "releaseId"
   FROM x WHERE state <> 'unknown'
   ON CONFLICT (id) DO UPDATE SET lead_id = excluded.lead_id, state = excluded.state, reason = excluded.reason,
     evidence = excluded.evidence, address = excluded.address, due_at = excluded.due_at,
     held_until = excluded.held_until, counted_at = excluded.counted_at, settled_at = excluded.settled_at,
     token = excluded.token, lease_until = excluded.lease_until, release_id = excluded.release_id,
     template_hash = excluded.template_hash`;

async function writeRows(sql: Sql, rows: readonly WrittenRow[], leaseMs: number): Promise<void> {
  const written = rows.map(({ token, progress, ...row }) =>
    JSON.stringify({
      ...row,
      // Of an earlier claim: a row that is claimed no more has none.
      ...(row.state === 'claimed' ? { token } : {}),
      ...(progress === undefined ? {} : { progress: progressRow(progress) }),
    }),
  );
  await sql.run(writeSql, [written, leaseMs]);
}

async function leadOfEnrolment(sql: Sql, enrolmentId: string): Promise<string> {
  const [row] = await sql.query<{ readonly id: string }>(
    'SELECT m.canonical_id AS id FROM enrolment e JOIN lead m ON m.id = e.lead_id WHERE e.id = $1',
    [enrolmentId],
  );
  if (row === undefined) throw new Error(`there is no enrolment ${enrolmentId}`);
  return row.id;
}

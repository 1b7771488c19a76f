/**
 * Everything a decision about one send reads, in one statement, after the lead's lock was taken.
 *
 * It must never be run before the lock: caps hold only because nobody else of this lead reads at the
 * same time. It counts rows and says nothing about what they mean; `core/sending` does that.
 */
import type { Consent, EmailCheck, Lead, Suppression } from '../core/facts/lead.ts';
import type { ClaimRequest, LedgerView, SendState } from '../core/sending/ledger.ts';
import type { Sql } from './client.ts';
import { erasedKey } from './erased-key.ts';
import { preferencesOf, type PreferenceRow } from './preferences.ts';

export interface OwnRow {
  readonly state: SendState;
  readonly reason: string | null;
  readonly token: string | null;
  /** Left of the lease by the database's clock; 0 or less when it is over, or there is none. */
  readonly leaseMs: number;
  readonly plannedAt: number;
  readonly dueAt: number;
  /** Null: for as long as a pause lasts. */
  readonly heldUntil: number | null;
  readonly attempts: number;
  readonly refusedSince?: number | null;
}
export interface LedgerRead {
  readonly own: OwnRow | undefined;
  readonly view: LedgerView;
  readonly consentSeq: number;
}

export async function readLedger(sql: Sql, lead: Lead, request: ClaimRequest): Promise<LedgerRead> {
  const [row] = await sql.query<ViewRow>(viewSql, [
    ...[lead.id, request.id, request.enrolmentId, request.now - request.horizonMs],
    ...[request.template, request.onlyIfSent ?? null, request.journey, lead.address ?? null],
    ...[request.now, request.class, request.warmUpDay ?? null],
  ]);
  if (row === undefined) throw new Error(`the ledger gave no row for send ${request.id}`);
  const { own, earlier, templateAt, consentSeq, planHash } = row;
  // An attempt that slept through the move of its run: it is asked again, and told of the move.
  if (planHash !== null && planHash !== request.planHash) {
    throw new Error(
      `enrolment ${request.enrolmentId} is on plan ${planHash}, and its send ${request.id} is of plan ${request.planHash}`,
    );
  }
  const view = {
    lead: {
      ...lead,
      consents: row.consents.map(withoutBlankTopic),
      suppressions: row.suppressions.map(({ until, ...one }) =>
        until === null ? one : { ...one, until },
      ),
      ...(row.emailCheck === null ? {} : { emailCheck: row.emailCheck }),
      ...(row.preference === null ? {} : { preferences: preferencesOf(row.preference) }),
    },
    enrolmentOpen: row.enrolmentStatus === 'open',
    plannedAt: own?.plannedAt ?? request.now,
    dueAt: dueAtOf(own, request.now),
    counted: row.counted,
    ...(templateAt === null ? {} : { templateAt }),
    ...(earlier === null ? {} : { earlier }),
    rivals: row.rivals,
    pauses: row.pauses,
    pace: paceOf(row.pace),
  };
  return { own: own ?? undefined, view, consentSeq };
}

function paceOf({ turnAt, ...pace }: ViewRow['pace']): LedgerView['pace'] {
  return turnAt === null ? pace : { ...pace, turnAt };
}

/** A pause stops the clock of `holdAtMost`: it starts anew when the pause ends. */
function dueAtOf(own: OwnRow | null, now: number): number {
  if (own === null) return now;
  const isPaused = own.reason?.endsWith('paused') === true && own.heldUntil === null;
  return own.state === 'held' && isPaused ? now : own.dueAt;
}

interface ViewRow {
  readonly enrolmentStatus: string | null;
  readonly planHash: string | null;
  readonly own: OwnRow | null;
  readonly counted: LedgerView['counted'];
  readonly templateAt: number | null;
  readonly earlier: string | null;
  readonly rivals: LedgerView['rivals'];
  readonly pauses: LedgerView['pauses'];
  readonly pace: Omit<LedgerView['pace'], 'turnAt'> & { readonly turnAt: number | null };
  readonly consents: readonly (Consent & { readonly topic: string })[];
  readonly consentSeq: number;
  readonly suppressions: readonly (Omit<Suppression, 'until'> & {
    readonly until: number | null;
  })[];
  readonly emailCheck: EmailCheck | null;
  readonly preference: PreferenceRow | null;
}

function withoutBlankTopic({ topic, ...consent }: Consent & { readonly topic: string }): Consent {
  return topic === '' ? consent : { ...consent, topic };
}

const ms = (column: string): string => `round(extract(epoch FROM ${column}) * 1000)`;
const list = (object: string, from: string): string =>
  `(SELECT coalesce(json_agg(json_build_object(${object})), '[]') FROM ${from})`;

/** Rows of leads merged into this one are its own. */
const ofLead = 'lead m JOIN send s ON s.lead_id = m.id WHERE m.canonical_id = $1 AND s.id <> $2';
const counted = "s.state IN ('claimed', 'transmitting', 'sent', 'unknown')";

const viewSql = `SELECT
  (SELECT e.status FROM enrolment e WHERE e.id = $3) AS "enrolmentStatus",
  (SELECT e.plan_hash FROM enrolment e WHERE e.id = $3) AS "planHash",
  (SELECT json_build_object('state', s.state, 'reason', s.reason, 'token', s.token, 'attempts', s.attempts,
     'leaseMs', coalesce(ceil(extract(epoch FROM s.lease_until - clock_timestamp()) * 1000), 0),
     'plannedAt', ${ms('s.planned_at')}, 'dueAt', ${ms('s.due_at')}, 'heldUntil', ${ms('s.held_until')}, 'refusedSince', s.evidence->'refusedSince')
     FROM send s WHERE s.id = $2) AS own,
  ${list(
    `'class', s.class, 'countedAt', ${ms('s.counted_at')}`,
    `${ofLead} AND ${counted} AND s.counted_at >= to_timestamp($4::float8 / 1000.0)`,
  )} AS counted,
  (SELECT max(s.counted_at) FROM ${ofLead} AND ${counted} AND s.template = $5) AS "templateAt",
  (SELECT s.state FROM send s WHERE s.enrolment_id = $3 AND s.step = $6::text
     ORDER BY s.planned_at DESC LIMIT 1) AS earlier,
  ${list(
    `'priority', s.priority, 'dueAt', ${ms('coalesce(s.held_until, s.due_at)')}, 'journey', s.journey, 'step', s.step`,
    `enrolment e JOIN (SELECT s.* FROM ${ofLead}) AS s ON s.enrolment_id = e.id
     WHERE e.status = 'open' AND e.id <> $3 AND s.class = $10
       AND (s.state = 'planned' OR (s.state = 'held' AND s.held_until IS NOT NULL))`,
  )} AS rivals,
  ${list(
    `'scope', p.scope, 'key', p.key, 'until', ${ms('p.until')}, 'by', p.by, 'why', p.why`,
    `pause p WHERE p."from" <= to_timestamp($9::float8 / 1000.0)
     AND (p.until IS NULL OR p.until > to_timestamp($9::float8 / 1000.0))
     AND (p.scope IN ('all', 'sender') OR (p.scope = 'journey' AND p.key = $7)
       OR (p.scope = 'lead' AND p.key IN (SELECT m.id::text FROM lead m WHERE m.canonical_id = $1)))`,
  )} AS pauses,
  json_build_object('turnAt', (SELECT ${ms('s.turn_at')} FROM send s WHERE s.id = $2), 'backoffs', ${list(
    `'sender', r.sender, 'receiver', r.receiver, 'refusals', r.refusals, 'response', r.response,
     'blockedUntil', ${ms('r.blocked_until')}, 'trialUntil', ${ms('r.trial_until')}`,
    'reception r WHERE r.blocked_until IS NOT NULL',
  )}, 'warmedUp', ${list(
    `'sender', w.sender, 'count', w.count`,
    'warm_up w WHERE w.day = $11::text',
  )}) AS pace,
  ${list(
    `'class', c.class, 'topic', c.topic, 'state', c.state, 'at', ${ms('c.at')}`,
    `(SELECT DISTINCT ON (class, topic, state) * FROM consent WHERE address = $8::text AND state <> 'none'
      ORDER BY class, topic, state, at DESC) AS c`,
  )} AS consents,
  (SELECT coalesce(max(c.seq), 0) FROM consent c WHERE c.address = $8::text) AS "consentSeq",
  ${list(
    `'scope', x.scope, 'reason', x.reason, 'at', ${ms('x.at')}, 'until', ${ms('x.until')}`,
    `suppression x WHERE x.address IN ($8::text, ${erasedKey('$8::text')})`,
  )} AS suppressions,
  (SELECT json_build_object('status', v.status, 'reason', v.reason, 'at', ${ms('v.checked_at')})
     FROM email_check v WHERE v.address = $8::text AND v.status IS NOT NULL) AS "emailCheck",
  (SELECT json_build_object('fewer', r.fewer, 'tracking', r.tracking, 'at', ${ms('r.at')})
     FROM preference r WHERE r.address = $8::text) AS preference`;

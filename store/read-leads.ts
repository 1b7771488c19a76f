/**
 * Leads for people: found by what people have at hand, listed, and what hangs on one of them. Reads
 * only, one statement each; scores in lists are the last stored ones, pages compute them anew.
 */
import type { JsonObject } from '../core/rules/condition.ts';
import type { Sql } from './client.ts';
import { inForce } from './pauses.ts';

/** By our id, else by an id of the caller's, else by address; the canonical lead. */
export async function findLead(
  sql: Sql,
  key: { readonly id?: string; readonly userId?: string; readonly email?: string },
): Promise<string | null> {
  const [row] = await sql.query<{ readonly id: string }>(
    `SELECT id FROM (
       SELECT canonical_id AS id, 1 AS rank FROM lead WHERE id = $1::uuid AND erased_at IS NULL
       UNION ALL SELECT m.canonical_id, 2 FROM identity i JOIN lead m ON m.id = i.lead_id
         WHERE i.kind = 'userId' AND i.value = $2::text
       UNION ALL SELECT m.canonical_id, 3 FROM identity i JOIN lead m ON m.id = i.lead_id
         WHERE i.kind = 'email' AND i.value = $3::text
       UNION ALL SELECT canonical_id, 4 FROM lead WHERE address = $3::text) AS found
     ORDER BY rank LIMIT 1`,
    [key.id ?? null, key.userId ?? null, key.email ?? null],
  );
  return row?.id ?? null;
}

/** Lead → address, of those that have one. */
export async function readAddresses(
  sql: Sql,
  leadIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (leadIds.length === 0) return new Map();
  const rows = await sql.query<{ readonly id: string; readonly address: string }>(
    'SELECT id, address FROM lead WHERE id = ANY($1::uuid[]) AND address IS NOT NULL',
    [leadIds],
  );
  return new Map(rows.map(({ id, address }) => [id, address]));
}

export interface LeadListing {
  readonly id: string;
  readonly address: string | null;
  readonly traits: JsonObject;
  readonly stage: string;
  readonly disqualified: boolean;
  readonly scores: {
    readonly [model: string]: {
      readonly scores: { readonly [score: string]: number | null };
      readonly grade: string;
    };
  };
  readonly owner: string | null;
  readonly account: string | null;
  readonly lastActivityAt: number | null;
  readonly seenAt: number;
  readonly openJourneys: readonly string[];
  /** The lead itself is paused; of its journeys their own pages tell. */
  readonly paused: boolean;
}
export interface LeadQuery {
  readonly search?: string;
  readonly stage?: string;
  readonly limit: number;
  /** By which clock pauses are in force. */
  readonly now: number;
  /** Continue after this one. */
  readonly after?: { readonly at: number; readonly id: string };
}

/** The ones heard of last come first. */
export async function listLeads(sql: Sql, query: LeadQuery): Promise<readonly LeadListing[]> {
  const pattern =
    query.search === undefined ? null : `%${query.search.replace(/[\\%_]/g, '\\$&')}%`;
  return sql.query<LeadListing>(
    `SELECT l.id, l.address, l.traits, l.stage, l.disqualified IS NOT NULL AS disqualified, l.scores, l.owner,
       coalesce(a.name, a.domain) AS account, l.last_activity_at AS "lastActivityAt", l."seenAt",
       ARRAY(SELECT e.journey FROM lead m JOIN enrolment e ON e.lead_id = m.id
             WHERE m.canonical_id = l.id AND e.status = 'open' ORDER BY e.entered_at) AS "openJourneys",
       EXISTS (SELECT FROM pause p WHERE p.scope = 'lead' AND ${inForce('p', '$6')}
         AND p.key IN (SELECT m.id::text FROM lead m WHERE m.canonical_id = l.id)) AS paused
     FROM (SELECT *, coalesce(last_activity_at, last_seen_at, born_at) AS "seenAt" FROM lead) AS l
     LEFT JOIN account g ON g.id = l.account_id LEFT JOIN account a ON a.id = g.canonical_id
     WHERE l.canonical_id = l.id AND l.erased_at IS NULL
       AND ($1::text IS NULL OR l.address ILIKE $1 OR EXISTS (SELECT FROM lead m JOIN identity i ON i.lead_id = m.id AND i.kind = 'email'
           WHERE m.canonical_id = l.id AND i.value ILIKE $1) OR a.name ILIKE $1
         OR concat_ws(' ', l.traits->>'name', l.traits->>'firstName', l.traits->>'lastName') ILIKE $1
         OR l.traits->>'company' ILIKE $1)
       AND ($2::text IS NULL OR l.stage = $2)
       AND ($3::float8 IS NULL OR (l."seenAt", l.id) < (to_timestamp($3 / 1000.0), $4::uuid))
     ORDER BY l."seenAt" DESC, l.id DESC LIMIT $5`,
    [
      ...[pattern, query.stage ?? null, query.after?.at ?? null, query.after?.id ?? null],
      ...[query.limit, query.now],
    ],
  );
}

export interface EnrolmentListing {
  readonly id: string;
  readonly journey: string;
  readonly status: 'open' | 'closed';
  readonly planHash: string;
  readonly enteredAt: number;
  readonly closedAt: number | null;
  readonly outcome: string | null;
  readonly goal: boolean;
  readonly step: string | null;
  readonly since: number | null;
  readonly expectedBy: number | null;
  /** A pause keeps it from acting; `resumeAt`: its turn after the pause, once somebody resumed. */
  readonly parked: { readonly step: string; readonly resumeAt?: number | null } | null;
  /** A pause has stopped its clock: when it goes on (`expectedBy`) nobody knows. */
  readonly frozen: boolean;
}

/** Every run of a lead, the newest first. `now`: by which clock pauses are in force. */
export async function listEnrolments(
  sql: Sql,
  leadId: string,
  now: number,
): Promise<readonly EnrolmentListing[]> {
  return sql.query<EnrolmentListing>(
    `SELECT e.id, e.journey, e.status, e.plan_hash AS "planHash", e.entered_at AS "enteredAt",
       e.closed_at AS "closedAt", e.outcome, e.goal, e.step, e.since,
       CASE WHEN NOT stopped.frozen THEN e.expected_by END AS "expectedBy",
       CASE WHEN e.status = 'open' THEN e.parked END AS parked, stopped.frozen
     FROM lead m JOIN enrolment e ON e.lead_id = m.id
     CROSS JOIN LATERAL (SELECT e.status = 'open' AND EXISTS (
       SELECT FROM pause p WHERE ${inForce('p', '$2')} AND (p.scope = 'all'
         OR (p.scope = 'journey' AND p.key = e.journey)
         OR (p.scope = 'lead' AND p.key IN (SELECT o.id::text FROM lead o WHERE o.canonical_id = $1)))) AS frozen) AS stopped
     WHERE m.canonical_id = $1 ORDER BY e.status = 'open' DESC, e.entered_at DESC, e.id`,
    [leadId, now],
  );
}

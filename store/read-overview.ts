/**
 * The numbers of the console's first page, in one statement: where leads stand, what runs, what was
 * sent, and what needs a person. Reads only.
 */
import { breaker } from '../core/sending/receiver.ts';
import type { Sql } from './client.ts';
import { openCandidates } from './merges.ts';
import { inForce } from './pauses.ts';
import { overdueSend } from './read-sends.ts';

export interface Overview {
  readonly stages: readonly { readonly stage: string; readonly count: number }[];
  readonly openRuns: number;
  readonly openHandoffs: number;
  readonly sends: readonly {
    /** ISO date in the zone asked for. */
    readonly day: string;
    readonly state: string;
    readonly count: number;
  }[];
  readonly attention: Attention;
}
export interface Attention {
  readonly unknownSends: number;
  readonly failedSends: number;
  /** Whose moment passed, and nobody came back for them. */
  readonly overdueSends: number;
  /** Emails that wait for a mended template. */
  readonly brokenTemplates: readonly { readonly template: string; readonly count: number }[];
  /** Emails that wait because of us: our login, our standing, our mail server. */
  readonly refusedSends: readonly { readonly reason: string; readonly count: number }[];
  readonly lateRuns: number;
  /** What Temporal said of the late runs that were looked up, most frequent first. */
  readonly lateFindings: readonly { readonly found: string; readonly count: number }[];
  readonly webhooksGivenUp: number;
  /** Past their deadline, escalated, or given to nobody for too long. */
  readonly lateHandoffs: number;
  readonly outboxErrors: number;
  readonly outboxWaiting: number;
  /** Addresses that several looks in a row could not verify. */
  readonly unverifiable: number;
  /** Mailboxes of reps that emails came back from. */
  readonly repMailboxes: number;
  readonly ruleMismatches: number;
  readonly unconfirmed: number;
  readonly mergeCandidates: number;
  /** Pauses of senders that nobody began. */
  readonly stopped: number;
  /** Null: our mail server answers. */
  readonly mailServerSince: number | null;
}

export interface OverviewQuery {
  readonly now: number;
  readonly since: number;
  readonly zone: string;
  /** A run, a hold, an outbox row older than this is late. */
  readonly lateMs: number;
}

export async function readOverview(sql: Sql, query: OverviewQuery): Promise<Overview> {
  const [row] = await sql.query<Overview>(overviewSql, [
    ...[query.now, query.since, query.zone, query.lateMs],
  ]);
  if (row === undefined) throw new Error('the overview gave no row');
  return row;
}

const late = `to_timestamp(($1::float8 - $4::float8) / 1000.0)`;
const count = (from: string): string => `(SELECT count(*) FROM ${from})::int`;
const list = (columns: string, from: string): string =>
  `(SELECT coalesce(json_agg(x), '[]') FROM (SELECT ${columns} FROM ${from}) AS x)`;

const overviewSql = `SELECT
  ${list('stage, count(*)::int AS count', 'lead WHERE canonical_id = id AND erased_at IS NULL GROUP BY 1')} AS stages,
  ${count("enrolment WHERE status = 'open'")} AS "openRuns",
  ${count("handoff WHERE status = 'open'")} AS "openHandoffs",
  ${list(
    `to_char(coalesce(settled_at, transmitting_at, counted_at, planned_at) AT TIME ZONE $3::text, 'YYYY-MM-DD') AS day,
     state, count(*)::int AS count`,
    `send WHERE coalesce(settled_at, transmitting_at, counted_at, planned_at) >= to_timestamp($2::float8 / 1000.0)
     GROUP BY 1, 2 ORDER BY 1 DESC, 2`,
  )} AS sends,
  json_build_object(
    'unknownSends', ${count("send WHERE state = 'unknown'")},
    'failedSends', ${count("send WHERE state = 'failed' AND settled_at >= to_timestamp($2 / 1000.0)")},
    'overdueSends', ${count(`send s WHERE ${overdueSend('$1::float8', '$4::float8')}`)},
    'brokenTemplates', ${list(
      'template, count(*)::int AS count',
      "send WHERE state = 'held' AND reason = 'template-error' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5",
    )},
    'refusedSends', ${list(
      'reason, count(*)::int AS count',
      `send WHERE state = 'planned' AND (reason IN ('config', 'policy')
         OR (reason = 'infra' AND (evidence->>'refusedSince')::float8 < $1 - $4)) GROUP BY 1 ORDER BY 1`,
    )},
    'lateRuns', ${count(`enrolment WHERE status = 'open' AND expected_by < ${late}`)},
    'lateFindings', ${list(
      'found, count(*)::int AS count',
      `enrolment WHERE status = 'open' AND expected_by < ${late} AND found IS NOT NULL
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5`,
    )},
    'lateHandoffs', ${count(`handoff WHERE status = 'open' AND (accept_by < to_timestamp($1 / 1000.0)
      OR escalated_at IS NOT NULL OR (assigned_at IS NULL AND opened_at < ${late}))`)},
    'webhooksGivenUp', ${count("decision WHERE kind = 'webhook' AND at >= to_timestamp($2 / 1000.0)")},
    'repMailboxes', (SELECT count(DISTINCT address)::int FROM send WHERE class = 'internal'
      AND evidence ? 'bounced' AND settled_at >= to_timestamp($2 / 1000.0)),
    'outboxErrors', ${count('outbox WHERE last_error IS NOT NULL')},
    'unverifiable', ${count('email_check WHERE attempts >= 3 AND attempts > 0 AND trouble IS NOT NULL')},
    'outboxWaiting', ${count(`outbox WHERE recorded_at < ${late}`)},
    'ruleMismatches', ${count('decision WHERE confirmed = false')},
    'unconfirmed', ${count(`decision WHERE confirmed IS NULL AND kind IN ('stage', 'exit') AND at < ${late}`)},
    'stopped', ${count(`pause p WHERE p.scope = 'sender' AND p.by = '${breaker}' AND ${inForce('p', '$1')}`)},
    'mailServerSince', (SELECT round(extract(epoch FROM since) * 1000) FROM reception WHERE sender = '' AND refusals > 0),
    'mergeCandidates', ${count(openCandidates)}) AS attention`;

/**
 * How sending goes, by sender and receiver: what left, what came back, what is paused, refuses for now
 * or is warming up; and whether our own mail server answers. One statement; reads only.
 */
import type { Sql } from './client.ts';

export interface WayCounts {
  readonly sender: string;
  readonly receiver: string;
  /** Handed over, whatever the answer was: what shares are of. */
  readonly tried: number;
  /** The mail server took it, or may have. */
  readonly sent: number;
  readonly delivered: number;
  readonly hard: number;
  readonly soft: number;
  /** Refused because of us. */
  readonly ours: number;
  readonly complained: number;
}
export interface SendingRows {
  readonly ways: readonly WayCounts[];
  readonly pauses: readonly {
    readonly id: string;
    readonly key: string;
    readonly from: number;
    readonly until: number | null;
    readonly why: string;
    readonly by: string;
  }[];
  readonly receptions: readonly {
    readonly sender: string;
    readonly receiver: string;
    readonly refusals: number;
    readonly since: number;
    readonly blockedUntil: number | null;
    readonly response: string | null;
  }[];
  readonly warmedUp: readonly { readonly sender: string; readonly count: number }[];
  /** Held for a sender: paused, warming up, slowed down. */
  readonly waiting: readonly { readonly sender: string; readonly count: number }[];
  /** Not taken because the mail server did not answer, or not to us. */
  readonly unanswered: number;
}

export async function readSending(
  sql: Sql,
  query: { readonly now: number; readonly since: number; readonly day: string },
): Promise<SendingRows> {
  const [row] = await sql.query<SendingRows>(sendingSql, [query.now, query.since, query.day]);
  if (row === undefined) throw new Error('the state of sending gave no row');
  return row;
}

const ms = (column: string): string => `round(extract(epoch FROM ${column}) * 1000)`;
const list = (columns: string, from: string): string =>
  `(SELECT coalesce(json_agg(x), '[]') FROM (SELECT ${columns} FROM ${from}) AS x)`;
const counted = (what: string): string => `count(*) FILTER (WHERE ${what})::int`;
const instant = (value: string): string => `to_timestamp(${value}::float8 / 1000.0)`;

const sendingSql = `SELECT
  ${list(
    `s.sender, s.receiver, ${counted("s.state IN ('sent', 'unknown')")} AS sent,
     ${counted("s.state IN ('sent', 'unknown', 'failed')")} AS tried,
     ${counted('s.delivered_at IS NOT NULL')} AS delivered, ${counted("s.bounce = 'hard'")} AS hard,
     ${counted("s.bounce = 'soft'")} AS soft, ${counted("s.bounce = 'sender'")} AS ours,
     ${counted('s.complained_at IS NOT NULL')} AS complained`,
    `send s WHERE s.sender IS NOT NULL AND s.receiver IS NOT NULL AND s.transmitting_at >= ${instant('$2')}
     GROUP BY s.sender, s.receiver ORDER BY 3 DESC, 1, 2`,
  )} AS ways,
  ${list(
    `p.id, p.key, ${ms('p."from"')} AS "from", ${ms('p.until')} AS until, p.why, p.by`,
    `pause p WHERE p.scope = 'sender' AND p."from" <= ${instant('$1')}
     AND (p.until IS NULL OR p.until > ${instant('$1')}) ORDER BY p."from"`,
  )} AS pauses,
  ${list(
    `r.sender, r.receiver, r.refusals, ${ms('r.since')} AS since, ${ms('r.blocked_until')} AS "blockedUntil", r.response`,
    'reception r WHERE r.refusals > 0 AND r.since IS NOT NULL ORDER BY r.since',
  )} AS receptions,
  ${list('w.sender, w.count', 'warm_up w WHERE w.day = $3::text')} AS "warmedUp",
  ${list(
    `s.evidence->>'sender' AS sender, count(*)::int AS count`,
    `send s JOIN enrolment e ON e.id = s.enrolment_id WHERE s.state = 'held' AND s.reason = 'sender-paused'
     AND e.status = 'open' AND s.evidence->>'sender' IS NOT NULL GROUP BY 1`,
  )} AS waiting,
  (SELECT count(*) FROM send s WHERE s.state = 'planned' AND s.reason IN ('infra', 'config'))::int AS unanswered`;

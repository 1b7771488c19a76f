/**
 * What is known of addresses: which are to be looked at, what was said of them, and what DNS said of
 * their domains.
 *
 * Rows are born with the email key of a lead, in its transaction (`identities.ts`); a verdict is
 * written in the transaction of the event that brings it. Only the database's clock says what is due.
 */
import type { EmailCheck } from '../core/facts/lead.ts';
import {
  domainAnswers,
  lookedAtAgainAfterMs,
  type DomainAnswer,
} from '../core/verification/judge.ts';
import type { Sql } from './client.ts';

export interface TakenCheck {
  readonly address: string;
  readonly status: string | null;
  readonly reason: string | null;
  readonly attempts: number;
  readonly rounds: number;
  readonly leadIds: readonly string[];
  readonly bounced: boolean;
}

/** What another process is taking right now is passed over. */
export async function takeEmailChecks(
  sql: Sql,
  limit: number,
  leaseMs: number,
): Promise<readonly TakenCheck[]> {
  return sql.query<TakenCheck>(
    `UPDATE email_check AS c SET next_at = clock_timestamp() + $2::float8 * interval '1 ms'
     FROM (SELECT address FROM email_check WHERE next_at <= clock_timestamp()
       ORDER BY next_at, address LIMIT $1 FOR UPDATE SKIP LOCKED) AS due
     WHERE c.address = due.address
     RETURNING c.address, c.status, c.reason, c.attempts, c.rounds,
       ARRAY(SELECT l.id::text FROM lead l WHERE l.address = c.address AND l.canonical_id = l.id) AS "leadIds",
       EXISTS(SELECT FROM suppression s WHERE s.address = c.address AND s.scope = 'all'
         AND s.reason ILIKE '%bounce%'
           AND s.until IS NULL) AS bounced`,
    [limit, leaseMs],
  );
}

export interface LookedAtAddress {
  readonly address: string;
  readonly attempts: number;
  readonly trouble: string | null;
  readonly againInMs: number | null;
  readonly verdict?: { readonly status: string; readonly reason: string; readonly by: string };
}

/** A row that got a verdict since it was taken is left as it is. */
export async function saveLooks(
  sql: Sql,
  looks: readonly LookedAtAddress[],
  taken: readonly Pick<TakenCheck, 'address' | 'rounds'>[],
): Promise<void> {
  if (looks.length === 0) return;
  const rounds = new Map(taken.map((check) => [check.address, check.rounds]));
  const rows = looks.map(({ verdict, ...look }) => ({
    ...look,
    ...verdict,
    rounds: rounds.get(look.address) ?? 0,
  }));
  await sql.run(
    `UPDATE email_check AS c SET attempts = x.attempts, trouble = x.trouble,
       next_at = clock_timestamp() + x."againInMs" * interval '1 ms',
       checked_at = CASE WHEN x.trouble IS NULL THEN clock_timestamp() ELSE c.checked_at END,
       status = coalesce(x.status, c.status), reason = coalesce(x.reason, c.reason), by = coalesce(x.by, c.by),
       rounds = c.rounds + CASE WHEN x.status IS NULL THEN 0 ELSE 1 END
     FROM (SELECT * FROM json_to_recordset($1::json) AS r(address text, attempts int, trouble text, "againInMs" float8,
       status text, reason text, by text, rounds int) ORDER BY address) AS x
     WHERE c.address = x.address AND c.rounds = x.rounds`,
    [JSON.stringify(rows)],
  );
}

export interface NewEmailCheck extends EmailCheck {
  readonly address: string;
  readonly by: string;
  /** Whether it is looked at again by itself: somebody else's word is not gone over. */
  readonly again: boolean;
}

/** Verdicts as their events bring them; of two the later one stays, whichever arrives first. */
export async function saveEmailChecks(sql: Sql, checks: readonly NewEmailCheck[]): Promise<void> {
  if (checks.length === 0) return;
  const rows = checks.map(({ again, ...check }) => ({
    ...check,
    againInMs: again ? lookedAtAgainAfterMs(check.status) : null,
  }));
  await sql.run(
    `INSERT INTO email_check AS c (address, status, reason, by, checked_at, next_at, rounds)
     SELECT address, status, reason, by, to_timestamp(at / 1000.0), clock_timestamp() + "againInMs" * interval '1 ms', 1
     FROM json_to_recordset($1::json) AS x(address text, status text, reason text, by text, at float8, "againInMs" float8)
     ORDER BY address
     ON CONFLICT (address) DO UPDATE SET status = excluded.status, reason = excluded.reason, by = excluded.by,
       checked_at = excluded.checked_at, next_at = excluded.next_at, rounds = c.rounds + 1, attempts = 0, trouble = NULL
     WHERE c.checked_at IS NULL OR c.status IS NULL OR c.checked_at <= excluded.checked_at`,
    [JSON.stringify(rows)],
  );
}

export interface StandingCheck {
  readonly status: string | null;
  readonly reason: string | null;
  readonly by: string | null;
  readonly checkedAt: number | null;
  readonly nextAt: number | null;
  readonly attempts: number;
  readonly trouble: string | null;
}

export async function findEmailCheck(
  sql: Sql,
  address: string,
): Promise<StandingCheck | undefined> {
  const [row] = await sql.query<StandingCheck>(
    `SELECT status, reason, by, checked_at AS "checkedAt", next_at AS "nextAt", attempts, trouble
     FROM email_check WHERE address = $1`,
    [address],
  );
  return row;
}

export interface WaitingCheck {
  readonly address: string;
  readonly attempts: number;
  readonly trouble: string;
  readonly nextAt: number | null;
}

/** What came to nothing so far, the most tried first. */
export async function listWaitingChecks(sql: Sql, limit: number): Promise<readonly WaitingCheck[]> {
  return sql.query<WaitingCheck>(
    `SELECT address, attempts, trouble, next_at AS "nextAt" FROM email_check
     WHERE attempts > 0 AND trouble IS NOT NULL ORDER BY attempts DESC, address LIMIT $1`,
    [limit],
  );
}

/** What was asked of DNS lately, for all processes. */
export function createDomainCache(sql: Sql) {
  return {
    async find(domain: string): Promise<DomainAnswer | undefined> {
      const [row] = await sql.query<{ readonly answer: string }>(
        'SELECT answer FROM mail_domain WHERE domain = $1 AND expires_at > clock_timestamp()',
        [domain],
      );
      return domainAnswers.find((answer) => answer === row?.answer);
    },
    async save(domain: string, answer: DomainAnswer, keptMs: number): Promise<void> {
      await sql.run(
        `INSERT INTO mail_domain (domain, answer, asked_at, expires_at)
         VALUES ($1, $2, clock_timestamp(), clock_timestamp() + $3::float8 * interval '1 ms')
         ON CONFLICT (domain) DO UPDATE SET answer = excluded.answer, asked_at = excluded.asked_at,
           expires_at = excluded.expires_at`,
        [domain, answer, keptMs],
      );
    },
  };
}

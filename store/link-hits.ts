/**
 * Requests to the links of emails: kept as they came in one statement, judged by a loop when they have
 * settled. What one of them changes about a lead goes through ingest and nothing else; here only the
 * judgement is noted.
 */
import type { Trust } from '../core/facts/lead.ts';
import type { JudgedHit } from '../core/tracking/changes.ts';
import type { Hit } from '../core/tracking/hit.ts';
import type { Sql } from './client.ts';

/** What is needed to find where a link leads. */
export interface LinkedMail {
  readonly journey: string | null;
  readonly step: string;
  readonly template: string;
  readonly templateHash: string;
  readonly releaseId: string;
  readonly class: string;
  /** Of a link that is another for each lead. */
  readonly target: string | null;
}

/** A link that is asked for without end says nothing new, and must not fill the disk. */
const hitsMax = 200;

/**
 * Finds the mail and keeps the request, in one statement: a person waits for it. Nothing is kept where
 * the workspace, or the person by whatever address the mail went to, does not want to be tracked.
 */
export async function recordHit(sql: Sql, hit: Hit, isKept: boolean): Promise<LinkedMail | null> {
  const [row] = await sql.query<LinkedMail>(
    `WITH mail AS (
       SELECT s.*, coalesce(p.tracking, true) AS tracked
       FROM send s LEFT JOIN preference p ON p.address = s.address
       WHERE s.id = $2 AND s.class <> 'internal'),
     kept AS (
       INSERT INTO link_hit (id, send_id, link, at, method, prefetch, client, agent)
       SELECT $1::uuid, id, $3, to_timestamp($4::float8 / 1000.0), $5, $6, $7, $8 FROM mail
       WHERE tracked AND address IS NOT NULL AND $9::boolean AND (SELECT count(*) FROM link_hit h WHERE h.send_id = $2) < ${hitsMax})
     SELECT journey, step, template, template_hash AS "templateHash", release_id AS "releaseId", class,
       link_targets ->> $3 AS target FROM mail`,
    [
      ...[hit.id, hit.send, hit.link, hit.at, hit.method, hit.isPrefetch, hit.client, hit.agent],
      isKept,
    ],
  );
  return row ?? null;
}

const columns = `h.id, h.send_id AS send, h.link, h.at, h.method, h.prefetch AS "isPrefetch", h.client,
  h.agent, h.judged`;

/** Mails with requests that have settled by `until` and are not judged; oldest first. */
export async function findUnjudged(
  sql: Sql,
  until: number,
  limit: number,
  leaveOut: readonly string[],
): Promise<readonly string[]> {
  const rows = await sql.query<{ readonly send: string }>(
    `SELECT send_id AS send FROM link_hit
     WHERE judged IS NULL AND at <= to_timestamp($1::float8 / 1000.0) AND send_id <> ALL($3::uuid[])
     GROUP BY send_id ORDER BY min(at) LIMIT $2`,
    [until, limit, leaveOut],
  );
  return rows.map(({ send }) => send);
}

export interface MailWithHits {
  readonly id: string;
  /** Whom it was written to: its clicks stay there when a merge is undone. */
  readonly leadId: string;
  readonly commandId: string;
  readonly journey: string | null;
  readonly step: string;
  readonly template: string;
  readonly templateHash: string;
  readonly state: string;
  /** When the relay was given it: about when it took it. */
  readonly acceptedAt: number | null;
  readonly targets: { readonly [link: string]: string } | null;
}

/** The mails, everything asked for in them, and what the same clients asked of others within seconds. */
export async function loadHits(
  sql: Sql,
  sends: readonly string[],
): Promise<{
  readonly mails: readonly MailWithHits[];
  readonly hits: readonly JudgedHit[];
  readonly others: readonly Hit[];
}> {
  const mails = await sql.query<MailWithHits>(
    `SELECT s.id, s.lead_id AS "leadId", s.command_id AS "commandId", s.journey, s.step, s.template,
       s.template_hash AS "templateHash", s.state, coalesce(s.transmitting_at, s.settled_at) AS "acceptedAt",
       s.link_targets AS targets
     FROM send s WHERE s.id = ANY($1::uuid[])`,
    [sends],
  );
  const hits = await sql.query<JudgedHit>(
    `SELECT ${columns} FROM link_hit h WHERE h.send_id = ANY($1::uuid[])`,
    [sends],
  );
  const others = await sql.query<Hit>(
    `SELECT DISTINCT ${columns} FROM link_hit o JOIN link_hit h ON h.client = o.client
       AND h.at BETWEEN o.at - interval '5 s' AND o.at + interval '5 s' AND h.send_id <> o.send_id
     WHERE o.send_id = ANY($1::uuid[]) AND o.judged IS NULL
     LIMIT 10000`,
    [sends],
  );
  return { mails, hits, others };
}

/** Ids of those events that exist, with what they are trusted as. */
export async function findTrusts(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Trust>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.query<{ readonly id: string; readonly trust: Trust }>(
    'SELECT id, trust FROM event WHERE id = ANY($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, trust }) => [id, trust]));
}

export async function saveJudged(
  sql: Sql,
  verdicts: readonly { readonly id: string; readonly trust: Trust }[],
): Promise<void> {
  if (verdicts.length === 0) return;
  await sql.run(
    `UPDATE link_hit SET judged = x.trust FROM unnest($1::uuid[], $2::text[]) AS x(id, trust)
     WHERE link_hit.id = x.id AND link_hit.judged IS DISTINCT FROM x.trust`,
    [verdicts.map(({ id }) => id), verdicts.map(({ trust }) => trust)],
  );
}

/**
 * What was decided stays with the events. Which requests came from one machine can be asked for within a
 * day only, because the key changes then; the requests themselves are nobody's business after a month.
 */
export async function forgetHits(
  sql: Sql,
  before: { readonly client: number; readonly hit: number },
  limit: number,
): Promise<number> {
  await sql.run(
    `UPDATE link_hit SET client = NULL WHERE id IN (SELECT id FROM link_hit
       WHERE client IS NOT NULL AND at < to_timestamp($1::float8 / 1000.0) LIMIT $2)`,
    [before.client, limit],
  );
  return sql.run(
    `DELETE FROM link_hit WHERE id IN (SELECT id FROM link_hit
       WHERE judged IS NOT NULL AND at < to_timestamp($1::float8 / 1000.0) LIMIT $2)`,
    [before.hit, limit],
  );
}

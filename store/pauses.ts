/**
 * Pauses: intervals during which a journey, a lead, a sender or everything stands still.
 *
 * Rows are never deleted and `from` never changes: frozen timers and explanations are computed from
 * them for as long as leads are remembered. Ending one is compare and set on `until`. Whoever begins
 * or ends one takes `lockPauses` first, so that two people never pause the same thing twice.
 */
import type { Sql } from './client.ts';

export const pauseScopes = ['journey', 'lead', 'sender', 'all'] as const;
export type PauseScope = (typeof pauseScopes)[number];

/**
 * What is paused: a journey's key, a lead's id, a sender's address, `sender>receiver` (only what goes there;
 * core/sending/receiver.ts); '' is every sender, or everything.
 */
export interface PauseSubject {
  readonly scope: PauseScope;
  readonly key: string;
}
export interface NewPause extends PauseSubject {
  readonly id: string;
  readonly from: number;
  readonly until: number | null;
  readonly why: string;
  readonly by: string;
}
export interface StoredPause extends NewPause {
  readonly plannedUntil: number | null;
  /** When its runs were woken; null while it lasts, or nobody has seen yet that its time is up. */
  readonly resumedAt: number | null;
  /** Null: its time was up. */
  readonly resumedBy: string | null;
  readonly woken: number | null;
  /** Of the lead, where it is one that is paused and has one. */
  readonly address: string | null;
}

const columns = `p.id, p.scope, p.key, p."from", p.until, p.why, p.by, p.planned_until AS "plannedUntil",
  p.resumed_at AS "resumedAt", p.resumed_by AS "resumedBy", p.woken,
  (SELECT l.address FROM lead l WHERE l.id = CASE WHEN p.scope = 'lead' THEN p.key::uuid END) AS address`;
const instant = (value: string): string => `to_timestamp(${value}::float8 / 1000.0)`;
export const inForce = (pause: string, now: string): string =>
  `${pause}."from" <= ${instant(now)} AND (${pause}.until IS NULL OR ${pause}.until > ${instant(now)})`;

/** Until the end of the transaction: beginning, ending and waking are done by one at a time. */
export async function lockPauses(sql: Sql): Promise<void> {
  await sql.query("SELECT pg_advisory_xact_lock(hashtext('perennial.pauses'))");
}

/** For loops: somebody else is at it, so there is nothing to do. */
export async function tryLockPauses(sql: Sql): Promise<boolean> {
  const [row] = await sql.query<{ readonly mine: boolean }>(
    "SELECT pg_try_advisory_xact_lock(hashtext('perennial.pauses')) AS mine",
  );
  return row?.mine === true;
}

/** A pause of the very same thing that shares an instant with this one; of merged leads, any of their ids. */
export async function findSamePause(
  sql: Sql,
  { scope, key, from, until }: PauseSubject & Pick<NewPause, 'from' | 'until'>,
): Promise<StoredPause | undefined> {
  const [row] = await sql.query<StoredPause>(
    `SELECT ${columns} FROM pause p
     WHERE p.scope = $1 AND (p.key = $2 OR ($1 = 'lead' AND p.key IN (SELECT m.id::text FROM lead m
         WHERE m.canonical_id = (SELECT l.canonical_id FROM lead l WHERE l.id::text = $2))))
       AND (p.until IS NULL OR p.until > ${instant('$3')}) AND p.until IS DISTINCT FROM p."from"
       AND ($4::float8 IS NULL OR p."from" < ${instant('$4')})
     ORDER BY p."from" LIMIT 1`,
    [scope, key, from, until],
  );
  return row;
}

export async function savePause(sql: Sql, pause: NewPause): Promise<void> {
  await sql.run(
    `INSERT INTO pause (id, scope, key, "from", until, planned_until, why, by)
     VALUES ($1, $2, $3, ${instant('$4')}, ${instant('$5')}, ${instant('$5')}, $6, $7)`,
    [pause.id, pause.scope, pause.key, pause.from, pause.until, pause.why, pause.by],
  );
}

export async function findPause(sql: Sql, id: string): Promise<StoredPause | undefined> {
  const rows = await sql.query<StoredPause>(`SELECT ${columns} FROM pause p WHERE p.id = $1`, [id]);
  return rows[0];
}

/** False when somebody ended it meanwhile, or its end was moved. `until` at its `from` calls it off. */
export async function endPause(
  sql: Sql,
  end: Pick<StoredPause, 'id'> & {
    readonly expected: number | null;
    readonly until: number;
    readonly resumedAt: number;
    readonly resumedBy: string | null;
  },
): Promise<boolean> {
  const changed = await sql.run(
    `UPDATE pause SET until = ${instant('$3')}, resumed_at = ${instant('$4')}, resumed_by = $5
     WHERE id = $1 AND resumed_at IS NULL AND until IS NOT DISTINCT FROM ${instant('$2')}`,
    [end.id, end.expected, end.until, end.resumedAt, end.resumedBy],
  );
  return changed === 1;
}

/** Those whose time is up become resumed by nobody; returns them. */
export async function endPausesThatAreOver(sql: Sql, now: number): Promise<readonly StoredPause[]> {
  return sql.query<StoredPause>(
    `UPDATE pause AS p SET resumed_at = p.until WHERE p.resumed_at IS NULL AND p.until <= ${instant('$1')}
     RETURNING ${columns}`,
    [now],
  );
}

export async function saveWoken(sql: Sql, ids: readonly string[], woken: number): Promise<void> {
  await sql.run('UPDATE pause SET woken = $2 WHERE id = ANY($1::uuid[])', [ids, woken]);
}

export interface PauseListing extends StoredPause {
  /** Open runs that it touches while it is in force; of a sender only those it keeps from acting. */
  readonly open: number;
  readonly parked: number;
}

/** In force first, then those to come, then the past, the latest first. */
export async function listPauses(
  sql: Sql,
  query: { readonly now: number; readonly limit: number; readonly current?: boolean },
): Promise<readonly PauseListing[]> {
  return sql.query<PauseListing>(
    `SELECT ${columns}, coalesce(runs.open, 0) AS open, coalesce(runs.parked, 0) AS parked
     FROM pause p
     LEFT JOIN lead l ON l.id = CASE WHEN p.scope = 'lead' THEN p.key::uuid END
     LEFT JOIN LATERAL (
       SELECT count(*) FILTER (WHERE p.scope <> 'sender' OR ${isParkedBySender('p', 'e')}) AS open,
         count(*) FILTER (WHERE e.parked IS NOT NULL AND (p.scope <> 'sender' OR ${isParkedBySender('p', 'e')})) AS parked
       FROM enrolment e WHERE e.status = 'open' AND ${inForce('p', '$1')}
         AND CASE p.scope WHEN 'journey' THEN e.journey = p.key WHEN 'sender' THEN e.parked IS NOT NULL
           WHEN 'lead' THEN e.lead_id IN (SELECT m.id FROM lead m WHERE m.canonical_id = l.canonical_id)
           ELSE true END) AS runs ON true
     WHERE NOT $2::boolean OR p.until IS NULL OR (p.until > ${instant('$1')} AND p.until <> p."from")
     ORDER BY ${inForce('p', '$1')} DESC, p."from" > ${instant('$1')} AND p.until IS DISTINCT FROM p."from" DESC, p."from" DESC, p.id
     LIMIT $3`,
    [query.now, query.current === true, query.limit],
  );
}

/**
 * Whether this sender's pause is what keeps a parked run from its email: the ledger holds that for its
 * sender. Whose it is only the email knows, so it is read from its evidence.
 */
export function isParkedBySender(pause: string, run: string): string {
  return `(${run}.parked IS NOT NULL AND EXISTS (SELECT FROM send s
    WHERE s.enrolment_id = ${run}.id AND s.step = ${run}.parked->>'step' AND s.state = 'held'
      AND s.reason = 'sender-paused' AND (${pause}.key = '' OR s.evidence->>'sender' IS NULL
        OR ${pause}.key IN (s.evidence->>'sender', (s.evidence->>'sender') || '>' || (s.evidence->>'receiver')))))`;
}

/** How many are in force. */
export async function countPauses(sql: Sql, now: number): Promise<number> {
  const [row] = await sql.query<{ readonly count: number }>(
    `SELECT count(*) AS count FROM pause p WHERE ${inForce('p', '$1')}`,
    [now],
  );
  return row?.count ?? 0;
}

/** What stands still for everybody: shown on every page. */
export async function listWidePauses(sql: Sql, now: number): Promise<readonly StoredPause[]> {
  return sql.query<StoredPause>(
    `SELECT ${columns} FROM pause p WHERE p.scope IN ('all', 'sender') AND ${inForce('p', '$1')}
     ORDER BY p.scope, p."from"`,
    [now],
  );
}

/** Pauses in force that touch a lead or its journeys; of a journey, those that touch it. */
export async function listPausesOf(
  sql: Sql,
  subject: { readonly leadId?: string; readonly journey?: string },
  now: number,
): Promise<readonly StoredPause[]> {
  return sql.query<StoredPause>(
    `SELECT ${columns} FROM pause p WHERE ${inForce('p', '$1')} AND (p.scope = 'all'
       OR (p.scope = 'journey' AND (p.key = $3::text OR p.key IN (SELECT e.journey FROM lead m
         JOIN enrolment e ON e.lead_id = m.id WHERE m.canonical_id = $2::uuid AND e.status = 'open')))
       OR (p.scope = 'lead' AND p.key IN (SELECT m.id::text FROM lead m WHERE m.canonical_id = $2::uuid)))
     ORDER BY p."from"`,
    [now, subject.leadId ?? null, subject.journey ?? null],
  );
}

/** The journeys that stand still, or all of them. */
export async function findPausedJourneys(
  sql: Sql,
  now: number,
): Promise<'all' | ReadonlySet<string>> {
  const rows = await sql.query<PauseSubject>(
    `SELECT p.scope, p.key FROM pause p WHERE p.scope IN ('all', 'journey') AND ${inForce('p', '$1')}`,
    [now],
  );
  return rows.some(({ scope }) => scope === 'all') ? 'all' : new Set(rows.map(({ key }) => key));
}

/**
 * Who may see the console: one-time sign-in links and the sessions they become, as hashes.
 * A link is used up in the statement that makes the session, so of two tries one wins.
 */
import type { Sql } from './client.ts';

export async function saveSignIn(sql: Sql, hash: string, expiresAt: number): Promise<void> {
  await save(sql, hash, 'sign-in', expiresAt);
}

export async function saveSession(sql: Sql, hash: string, expiresAt: number): Promise<void> {
  await save(sql, hash, 'session', expiresAt);
}

export async function findSession(sql: Sql, hash: string, now: number): Promise<boolean> {
  const rows = await sql.query(
    `SELECT 1 FROM console_session
     WHERE hash = $1 AND kind = 'session' AND expires_at > to_timestamp($2::float8 / 1000.0)`,
    [hash, now],
  );
  return rows.length === 1;
}

/** False: the link is unknown, used or too old. */
export async function redeemSignIn(
  sql: Sql,
  link: { readonly hash: string; readonly now: number },
  session: { readonly hash: string; readonly expiresAt: number },
): Promise<boolean> {
  const made = await sql.run(
    `WITH used AS (DELETE FROM console_session
       WHERE hash = $1 AND kind = 'sign-in' AND expires_at > to_timestamp($2::float8 / 1000.0) RETURNING hash)
     INSERT INTO console_session (hash, kind, expires_at)
     SELECT $3, 'session', to_timestamp($4::float8 / 1000.0) FROM used`,
    [link.hash, link.now, session.hash, session.expiresAt],
  );
  return made === 1;
}

/** Ends a session, and forgets what has expired: there is no other sweep. */
export async function deleteSession(sql: Sql, hash: string, now: number): Promise<void> {
  await sql.run(
    'DELETE FROM console_session WHERE hash = $1 OR expires_at < to_timestamp($2::float8 / 1000.0)',
    [hash, now],
  );
}

async function save(sql: Sql, hash: string, kind: string, expiresAt: number): Promise<void> {
  await sql.run(
    `INSERT INTO console_session (hash, kind, expires_at) VALUES ($1, $2, to_timestamp($3::float8 / 1000.0))`,
    [hash, kind, expiresAt],
  );
}

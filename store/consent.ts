/**
 * Permission to write: consent (append-only) and suppression, both by address, never by lead, so
 * that a merge or a second lead with the same address cannot loosen them.
 *
 * What is in force is `core/sending/consent.ts`'s to say; read are the latest row of each state for one
 * (address, class, topic), which is all it can depend on. A weaker word said later must not hide a
 * stronger one, nor "nothing was said" a refusal. Consent is never updated or deleted; a suppression
 * of scope `marketing` goes when the person asks for marketing again.
 */
import type { Consent, EmailCheck, Preferences, Suppression } from '../core/facts/lead.ts';
import { passingReasons, type PassingReason } from '../core/sending/suppression.ts';
import type { Sql } from './client.ts';
import { erasedKey } from './erased-key.ts';
import { preferencesOf } from './preferences.ts';

/** What the addresses of leads allow. */
export interface Permissions {
  readonly consents: ReadonlyMap<string, readonly Consent[]>;
  readonly suppressions: ReadonlyMap<string, readonly Suppression[]>;
  /** Verdicts, where there is one. */
  readonly emailChecks: ReadonlyMap<string, EmailCheck>;
  /** Of those who said any. */
  readonly preferences: ReadonlyMap<string, Preferences>;
}

export async function loadPermissions(
  sql: Sql,
  addresses: readonly string[],
): Promise<Permissions> {
  const [consents, standings] = await Promise.all([
    loadConsents(sql, addresses),
    loadStandings(sql, addresses),
  ]);
  return { consents, ...standings };
}

export interface NewConsent extends Consent {
  readonly id: string;
  readonly address: string;
  readonly basis: string;
  readonly text?: string;
  readonly evidence?: string;
  readonly eventId: string | null;
}

async function loadConsents(
  sql: Sql,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, readonly Consent[]>> {
  if (addresses.length === 0) return new Map();
  const rows = await sql.query<Consent & { readonly address: string; readonly topic: string }>(
    `SELECT DISTINCT ON (address, class, topic, state) address, class, topic, state, at
     FROM consent WHERE address = ANY($1::text[]) AND state <> 'none'
     ORDER BY address, class, topic, state, at DESC`,
    [addresses],
  );
  const consents = rows.map(({ topic, ...row }) => ({
    ...row,
    ...(topic === '' ? {} : { topic }),
  }));
  return byAddress<Consent>(consents);
}

export async function saveConsents(sql: Sql, consents: readonly NewConsent[]): Promise<void> {
  if (consents.length === 0) return;
  await sql.run(
    `INSERT INTO consent (id, address, class, topic, state, basis, text, evidence, at, event_id)
     SELECT id, address, class, coalesce(topic, ''), state, basis, text, evidence, to_timestamp(at / 1000.0), "eventId"
     FROM json_to_recordset($1::json) AS x(id uuid, address text, class text, topic text, state text, basis text,
       text text, evidence text, at float8, "eventId" uuid)`,
    [JSON.stringify(consents)],
  );
}

export interface NewSuppression extends Suppression {
  readonly address: string;
  readonly source: string | null;
}

interface StandingRow {
  readonly address: string;
  /** Of a suppression. */
  readonly scope: Suppression['scope'] | null;
  /** Of a verdict. */
  readonly status: EmailCheck['status'] | null;
  /** Null of preferences. */
  readonly reason: string | null;
  readonly fewer: boolean | null;
  readonly tracking: boolean | null;
  readonly at: number;
  /** Of a suppression that ends by itself. */
  readonly until: number | null;
}

/** What stops mail to these addresses (also when their person was erased), what verification said of them, and what the person prefers: one statement. */
async function loadStandings(
  sql: Sql,
  addresses: readonly string[],
): Promise<Omit<Permissions, 'consents'>> {
  if (addresses.length === 0) {
    return { suppressions: new Map(), emailChecks: new Map(), preferences: new Map() };
  }
  const rows = await sql.query<StandingRow>(
    `WITH known AS MATERIALIZED (
       SELECT address, address AS key FROM unnest($1::text[]) AS a(address)
       UNION ALL SELECT address, ${erasedKey('a.address')} FROM unnest($1::text[]) AS a(address))
     SELECT k.address, s.scope, NULL AS status, s.reason, NULL::boolean AS fewer, NULL::boolean AS tracking, s.at,
       s.until
     FROM known k JOIN suppression s ON s.address = k.key
     UNION ALL
     SELECT address, NULL, status, reason, NULL, NULL, checked_at, NULL FROM email_check
     WHERE address = ANY($1::text[]) AND status IS NOT NULL
     UNION ALL
     SELECT address, NULL, NULL, NULL, fewer, tracking, at, NULL FROM preference WHERE address = ANY($1::text[])
     ORDER BY address, scope, at DESC`,
    [addresses],
  );
  const suppressions = rows.flatMap(({ address, scope, reason, at, until }) =>
    scope === null || reason === null
      ? []
      : [{ address, scope, reason, at, ...(until === null ? {} : { until }) }],
  );
  const checks = rows.flatMap(({ address, status, reason, at }) =>
    status === null || reason === null ? [] : [[address, { status, reason, at }] as const],
  );
  const preferences = rows.flatMap((row) =>
    row.reason === null ? [[row.address, preferencesOf(row)] as const] : [],
  );
  return {
    suppressions: byAddress<Suppression>(suppressions),
    emailChecks: new Map(checks),
    preferences: new Map(preferences),
  };
}

export interface LiftedSuppression {
  readonly address: string;
  readonly scope: Suppression['scope'];
  /** Only what began before it goes: another lead of the address may have unsubscribed meanwhile. */
  readonly at: number;
  /** A passing one goes by its reason, whenever it began. */
  readonly reason?: PassingReason;
}

export async function liftSuppressions(
  sql: Sql,
  lifted: readonly LiftedSuppression[],
): Promise<void> {
  if (lifted.length === 0) return;
  await sql.run(
    `DELETE FROM suppression AS s USING json_to_recordset($1::json) AS x(address text, scope text, at float8, reason text)
     WHERE s.address IN (x.address, ${erasedKey('x.address')}) AND s.scope = x.scope
       AND CASE WHEN x.reason IS NULL THEN s.at < to_timestamp(x.at / 1000.0) ELSE s.reason = x.reason END`,
    [JSON.stringify(lifted)],
  );
}

/** The first lasting reason stays: a second bounce says nothing new. A passing one gives way to any. */
export async function saveSuppressions(
  sql: Sql,
  suppressions: readonly NewSuppression[],
): Promise<void> {
  if (suppressions.length === 0) return;
  await sql.run(
    `INSERT INTO suppression AS s (address, scope, reason, at, source, until)
     SELECT address, scope, reason, to_timestamp(at / 1000.0), source, to_timestamp(until / 1000.0)
     FROM json_to_recordset($1::json) AS x(address text, scope text, reason text, at float8, source text, until float8)
     ORDER BY address, scope
     ON CONFLICT (address, scope) DO UPDATE SET reason = excluded.reason, at = excluded.at,
       source = excluded.source, until = excluded.until
     WHERE s.reason = ANY($2::text[])`,
    [JSON.stringify(suppressions), passingReasons],
  );
}

function byAddress<Value>(
  rows: readonly (Value & { readonly address: string })[],
): ReadonlyMap<string, readonly Value[]> {
  const grouped = new Map<string, Value[]>();
  for (const row of rows) {
    const { address, ...value } = row;
    const group = grouped.get(address) ?? [];
    group.push(value as unknown as Value);
    grouped.set(address, group);
  }
  return grouped;
}

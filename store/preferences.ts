/**
 * What people prefer beside consent: fewer emails, and whether they are tracked. By address like consent,
 * so that a merge or a second lead of the address changes nothing.
 *
 * One row per address, the latest word stands; it is read with the suppressions (`consent.ts`).
 */
import type { Preferences } from '../core/facts/lead.ts';
import type { Sql } from './client.ts';

export interface NewPreferences {
  readonly address: string;
  readonly fewer?: boolean;
  readonly tracking?: boolean;
  readonly at: number;
  readonly eventId: string | null;
}

/** What was not said stays as it was; a word older than the row changes nothing. */
export async function savePreferences(sql: Sql, rows: readonly NewPreferences[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.run(
    `INSERT INTO preference AS p (address, fewer, tracking, at, event_id)
     SELECT address, fewer, tracking, to_timestamp(at / 1000.0), "eventId"
     FROM json_to_recordset($1::json) AS x(address text, fewer boolean, tracking boolean, at float8, "eventId" uuid)
     ORDER BY address
     ON CONFLICT (address) DO UPDATE SET fewer = coalesce(excluded.fewer, p.fewer),
       tracking = coalesce(excluded.tracking, p.tracking), at = excluded.at, event_id = excluded.event_id
     WHERE excluded.at >= p.at`,
    [JSON.stringify(rows)],
  );
}

export interface PreferenceRow {
  readonly fewer: boolean | null;
  readonly tracking: boolean | null;
  readonly at: number;
}

export function preferencesOf({ fewer, tracking, at }: PreferenceRow): Preferences {
  return {
    ...(fewer === null ? {} : { fewer }),
    ...(tracking === null ? {} : { tracking }),
    at,
  };
}

/**
 * Any number of invented leads and events, made by Postgres itself in a few statements: what a company
 * has after a while, without waiting for it. Leads are as if they had just been born under other rules;
 * everything about them follows from their number, so that two runs have the same people.
 */
import type { Store } from '../store/client.ts';

export interface Crowd {
  readonly leads: number;
  readonly events: number;
  readonly releaseId: string;
  readonly now: number;
}

export async function createCrowd(store: Store, crowd: Crowd): Promise<void> {
  const { leads, events, releaseId, now } = crowd;
  await store.transaction(
    async (sql) => {
      await sql.run(leadsSql, [leads, now]);
      await sql.run(
        `INSERT INTO identity (kind, value, lead_id) SELECT 'email', address, id FROM lead`,
      );
      await sql.run(eventsSql, [leads, events, now, releaseId]);
      await sql.run(
        `INSERT INTO lead_event_count (lead_id, name, count, first_at, last_at)
         SELECT lead_id, name, count(*), min(occurred_at), max(occurred_at) FROM event GROUP BY 1, 2`,
      );
      await sql.run(
        `UPDATE lead SET last_activity_at = x.last_at, last_seen_at = x.last_at, seq = x.seq
         FROM (SELECT lead_id, max(occurred_at) AS last_at, max(seq) AS seq FROM event GROUP BY 1) AS x
         WHERE lead.id = x.lead_id`,
      );
    },
    { statementTimeoutMs: 900_000 },
  );
  for (const table of ['lead', 'event', 'lead_event_count', 'identity']) {
    await store.run(`VACUUM ANALYZE ${table}`);
  }
}

/** Born one a minute, so that ids ascend as they do with people who come one after the other. */
const leadsSql = `INSERT INTO lead (id, canonical_id, split_key, born_at, address, traits, stage, stage_state)
  SELECT id, id, id, born_at, 'lead' || n || '@' || (ARRAY['nordwind.example', 'gmail.com', 'acme.example'])[1 + n % 3],
    jsonb_build_object('firstName', 'Ana', 'company', 'Company ' || n % 5000, 'employees', (n * 37) % 2000,
      'country', (ARRAY['DE', 'US', 'FR', 'BR'])[1 + n % 4],
      'title', (ARRAY['VP Finance', 'Head of Controlling', 'Controller', 'Analyst', 'Team lead'])[1 + n % 5],
      'industry', (ARRAY['retail', 'mining', 'software'])[1 + n % 3]),
    'lead', jsonb_build_object('since', ms, 'entered', jsonb_build_object('subscriber', ms, 'lead', ms),
      'left', jsonb_build_object('subscriber', ms), 'holding', '{}'::jsonb)
  FROM (SELECT n, ms, to_timestamp(ms / 1000.0) AS born_at,
      (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7' || right(md5('a' || n), 3) || '-8' || right(md5('b' || n), 3)
        || '-' || right(md5('c' || n), 12))::uuid AS id
    FROM (SELECT n, ms, lpad(to_hex(ms), 12, '0') AS hex
      FROM (SELECT n, ($2::float8 - ($1::int - n) * 60000.0 - 1000)::bigint AS ms FROM generate_series(1, $1::int) AS n) AS born
    ) AS spelled) AS made`;

/** Of the last four months, most of them of late; for some leads all of them. */
const eventsSql = `INSERT INTO event (id, source, message_id, lead_id, seq, type, name, properties, occurred_at, received_at, release_id)
  SELECT md5('event' || e)::uuid, 'bench', 'bench-' || e, l.id, 1 + (e - 1) / $1::int, 'track', name,
    CASE WHEN name = 'Page Viewed' THEN jsonb_build_object('path', CASE WHEN e % 23 = 0 THEN '/jobs' ELSE '/blog/' || e % 50 END)
      ELSE '{}'::jsonb END, at, at, $4::uuid
  FROM (SELECT e, 1 + (e - 1) % $1::int AS n,
      (ARRAY['Page Viewed', 'Page Viewed', 'Page Viewed', 'Pricing Viewed', 'Page Viewed', 'Report Created', 'Page Viewed',
        'Email Clicked', 'Page Viewed', 'Ebook Downloaded', 'Page Viewed', 'Form Submitted', 'Page Viewed', 'Trial Started',
        'Email Sent', 'Page Viewed', 'Report Shared', 'Email Opened', 'Page Viewed', 'Email Replied'])
        [1 + (hashint4(((e::bigint * 7919) % 1000003)::int) & 1048575) % 20] AS name,
      to_timestamp(($3::float8 - 86400000.0 * 120 * (1 + e % 7) / 7
        * (1 - (1 + (e - 1) / $1::int) / greatest(1, $2::int / $1::int)::float8) ^ 2 - (e % 86400) * 900.0) / 1000.0) AS at
    FROM generate_series(1, $2::int) AS e) AS made
  JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM lead) AS l ON l.n = made.n`;

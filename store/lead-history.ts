/**
 * Everything that a lead is built again from for an earlier instant: what had been taken in by then,
 * what had been decided, who had been merged, what its address had allowed.
 *
 * Reads only, a handful of statements for one lead, and never what came later, but for two things that
 * keep nothing of before: the trust of an event (its verdict does) and an account (today's is given).
 */
import type { Consent, LeadId, Suppression, Trust } from '../core/facts/lead.ts';
import type { LeadHistory, PastEvent } from '../core/explain/as-of.ts';
import type { PastDecision } from '../core/explain/past-decisions.ts';
import { addressOrUndefined } from '../core/sending/address.ts';
import type { Sql } from './client.ts';
import { erasedKey } from './erased-key.ts';
import type { SaidBeside } from './events.ts';
import { readOwnAddresses } from './merges.ts';

/** The ids that were this lead at that instant, and the one that stood for them. */
export interface GroupThen {
  readonly root: LeadId;
  readonly ids: readonly LeadId[];
  readonly merges: LeadHistory['merges'];
}

interface MergeRow {
  readonly from: LeadId;
  readonly into: LeadId;
  readonly at: number;
}

/** Merges that were in force then, of everybody who was ever connected with this lead. */
export async function findGroupThen(sql: Sql, leadId: LeadId, at: number): Promise<GroupThen> {
  const inForce = await sql.query<MergeRow>(
    `WITH RECURSIVE connected AS (
       SELECT $1::uuid AS id
       UNION SELECT CASE WHEN m.from_id = c.id THEN m.into_id ELSE m.from_id END
       FROM connected c JOIN lead_merge m ON c.id IN (m.from_id, m.into_id))
     SELECT m.from_id AS "from", m.into_id AS "into", m.at FROM lead_merge m
     WHERE m.kind = 'merged' AND m.from_id IN (SELECT id FROM connected)
       AND m.at <= to_timestamp($2::float8 / 1000.0)
       AND NOT EXISTS (SELECT FROM lead_merge u WHERE u.undoes = m.id AND u.at <= to_timestamp($2::float8 / 1000.0))
     ORDER BY m.at, m.id`,
    [leadId, at],
  );
  const next = new Map(inForce.map(({ from, into }) => [from, into]));
  const rootOf = (id: LeadId): LeadId => {
    const into = next.get(id);
    return into === undefined ? id : rootOf(into);
  };
  const root = rootOf(leadId);
  const merges = inForce.filter(({ from }) => rootOf(from) === root);
  return { root, ids: [root, ...merges.map(({ from }) => from)], merges };
}

type History = Omit<LeadHistory, 'account' | 'accountEvents'>;

export async function readLeadHistory(sql: Sql, group: GroupThen, at: number): Promise<History> {
  const { root, ids, merges } = group;
  const keys = await sql.query<{ readonly id: LeadId; readonly splitKey: string }>(
    'SELECT id, split_key AS "splitKey" FROM lead WHERE id = ANY($1::uuid[])',
    [ids],
  );
  return {
    root,
    merges,
    splitKeys: new Map(keys.map(({ id, splitKey }) => [id, splitKey])),
    events: await readPastEvents(sql, ids, at),
    verdicts: await readVerdicts(sql, ids),
    decisions: await sql.query<PastDecision>(
      `SELECT lead_id AS "leadId", seq, event_id AS "eventId", kind, at, release_id AS "releaseId", detail
       FROM decision WHERE lead_id = ANY($1::uuid[]) AND at <= to_timestamp($2::float8 / 1000.0)
         AND kind IN ('stage', 'disqualified', 'handoff', 'verdict', 'suppression')
       ORDER BY at, seq, id`,
      [ids, at],
    ),
  };
}

/** How these leads moved through the stages by then, the latest first. */
export async function readStageDecisions(
  sql: Sql,
  ids: readonly LeadId[],
  at: number,
): Promise<readonly Pick<PastDecision, 'at' | 'detail'>[]> {
  return sql.query(
    `SELECT at, detail FROM decision WHERE lead_id = ANY($1::uuid[]) AND kind = 'stage'
       AND at <= to_timestamp($2::float8 / 1000.0) ORDER BY at DESC, seq DESC, id DESC`,
    [ids, at],
  );
}

/** When anything was first heard of these leads. */
export async function firstHeardAt(sql: Sql, ids: readonly LeadId[]): Promise<number | undefined> {
  const [row] = await sql.query<{ readonly at: number | null }>(
    'SELECT min(received_at) AS at FROM event WHERE lead_id = ANY($1::uuid[])',
    [ids],
  );
  return row?.at ?? undefined;
}

interface EventRow extends Omit<PastEvent, 'accountId' | 'address'> {
  readonly said: SaidBeside | null;
}

async function readPastEvents(
  sql: Sql,
  ids: readonly LeadId[],
  at: number,
): Promise<readonly PastEvent[]> {
  const rows = await sql.query<EventRow>(
    `${selectEvent} WHERE e.lead_id = ANY($1::uuid[])
       AND e.received_at <= to_timestamp($2::float8 / 1000.0) ORDER BY e.received_at, e.seq`,
    [ids, at],
  );
  const own = await readOwnAddresses(sql, ids);
  return rows.map((row) => withAddress(row, own));
}

/** Events from before `said` was kept bring their address as a trait; one that is somebody else's key is not theirs. */
function withAddress(row: EventRow, own: ReadonlySet<string>): PastEvent {
  const event = eventOf(row);
  const address = row.said === null ? addressOrUndefined(row.traits['email']) : undefined;
  return address !== undefined && own.has(address) ? { ...event, address } : event;
}

/** `group` calls that members of an account made by then; its members are those of today. */
export async function readAccountEvents(
  sql: Sql,
  accountId: string,
  others: { readonly than: readonly LeadId[]; readonly at: number },
): Promise<readonly PastEvent[]> {
  const rows = await sql.query<EventRow>(
    `${selectEvent} JOIN lead m ON m.id = e.lead_id JOIN account a ON a.id = m.account_id
     WHERE a.canonical_id = $1::uuid AND e.type = 'group' AND e.said->>'accountId' = $1::text
       AND NOT (e.lead_id = ANY($2::uuid[])) AND e.received_at <= to_timestamp($3::float8 / 1000.0)
     ORDER BY e.received_at, e.seq`,
    [accountId, others.than, others.at],
  );
  return rows.map(eventOf);
}

const selectEvent = `SELECT e.id, e.lead_id AS "leadId", e.seq, e.source, e.message_id AS "messageId", e.type,
  e.name, e.properties, e.traits, e.trust, e.said, e.occurred_at AS "occurredAt", e.received_at AS "receivedAt",
  e.release_id AS "releaseId" FROM event e`;

function eventOf({ said, ...event }: EventRow): PastEvent {
  return { ...event, ...said };
}

/** The oldest first: what the first one found is how the event came in. */
async function readVerdicts(sql: Sql, ids: readonly LeadId[]): Promise<LeadHistory['verdicts']> {
  return sql.query<{ readonly event: string; readonly before: Trust }>(
    `SELECT properties->>'event' AS event, properties->>'before' AS before FROM event
     WHERE lead_id = ANY($1::uuid[]) AND name = 'Event Judged' AND properties->>'before' IS NOT NULL
     ORDER BY received_at, seq`,
    [ids],
  );
}

/** What an address allowed then, as far as anybody had said so by then. */
export async function readPermissionsThen(
  sql: Sql,
  address: string,
  at: number,
): Promise<{
  readonly consents: readonly Consent[];
  readonly suppressions: readonly Suppression[];
}> {
  const consents = await sql.query<Consent & { readonly topic: string }>(
    `SELECT DISTINCT ON (c.class, c.topic, c.state) c.class, c.topic, c.state, c.at
     FROM consent c LEFT JOIN event e ON e.id = c.event_id
     WHERE c.address = $1 AND c.state <> 'none'
       AND coalesce(e.received_at, c.at) <= to_timestamp($2::float8 / 1000.0)
     ORDER BY c.class, c.topic, c.state, c.at DESC`,
    [address, at],
  );
  const suppressions = await sql.query<Suppression & { readonly until: number | null }>(
    `SELECT s.scope, s.reason, s.at, s.until FROM suppression s LEFT JOIN event e ON e.id::text = s.source
     WHERE s.address IN ($1, ${erasedKey('$1')}) AND coalesce(e.received_at, s.at) <= to_timestamp($2::float8 / 1000.0)
     ORDER BY s.scope`,
    [address, at],
  );
  return {
    consents: consents.map(({ topic, ...one }) => ({ ...one, ...(topic === '' ? {} : { topic }) })),
    suppressions: suppressions.map(({ until, ...one }) =>
      until === null ? one : { ...one, until },
    ),
  };
}

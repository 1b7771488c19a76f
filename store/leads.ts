/**
 * Leads as the deciders see them, read and written many at a time.
 *
 * `loadLeads` builds whole `Lead`s in a constant number of statements, whatever their number;
 * `lockLeads` is its first part alone, under the one lock a lead has (rows in order of id, always
 * before accounts and pools). Scores are stored for lists only and never read back.
 */
import type { Account, EnrolmentState, Lead, Origins, StageState } from '../core/facts/lead.ts';
import type { Json } from '../core/rules/condition.ts';
import { accountColumns, accountOf, type AccountRow } from './accounts.ts';
import { StaleRead, type Sql } from './client.ts';
import { loadPermissions, type Permissions } from './consent.ts';
import { loadEnrolmentStates } from './enrolments.ts';
import { loadEventCounts, loadLeadEvents, type EventNeed } from './events.ts';
import { loadHandoffStates } from './handoffs.ts';

export interface LeadNeeds {
  readonly events: readonly EventNeed[];
}

/** Whole leads by id, the canonical one for each id given. Reads only: for activities and pages. */
export async function loadLeads(
  sql: Sql,
  ids: readonly string[],
  needs: LeadNeeds,
): Promise<readonly Lead[]> {
  if (ids.length === 0) return [];
  const stored = await sql.query<LeadRow>(
    `${selectLead} WHERE l.id IN (SELECT canonical_id FROM lead WHERE id = ANY($1::uuid[])) ORDER BY l.id`,
    [ids],
  );
  return completeLeads(sql, stored.map(leadOf), needs);
}

/**
 * Takes the lock of each lead. A row that has been merged since its id was found is a stale read:
 * the transaction has to find out anew whom the event is about.
 */
export async function lockLeads(sql: Sql, ids: readonly string[]): Promise<readonly Lead[]> {
  return (await lockRows(sql, ids, new Map())).map(({ lead }) => lead);
}

/** Of these leads, whoever can be had without waiting and is no other lead by now. */
export async function lockFreeLeads(sql: Sql, ids: readonly string[]): Promise<readonly Lead[]> {
  const rows = await sql.query<LockedRow>(`${lockSql} SKIP LOCKED`, [ids, [], [], []]);
  return rows.filter((row) => row.isLinked && row.canonicalId === row.id).map(leadOf);
}

/**
 * `lockLeads` with the scores of lists, which only their writer needs. Of leads that are `known` only
 * the version of the row is read, and all of it when that is another one.
 */
export async function lockSavedLeads(
  sql: Sql,
  ids: readonly string[],
  known: ReadonlyMap<string, KnownRow> = new Map(),
): Promise<readonly SavedLead[]> {
  const rows = await lockRows(sql, ids, known);
  const erased = rows.find(({ isErased }) => isErased);
  // Whoever meant to write it finds out anew who is meant: nothing comes back to an empty row.
  if (erased !== undefined) throw new StaleRead(`lead ${erased.lead.id} was erased`);
  return rows.map(({ isErased: _isErased, ...saved }) => saved);
}

async function lockRows(
  sql: Sql,
  ids: readonly string[],
  known: ReadonlyMap<string, KnownRow>,
): Promise<readonly (SavedLead & { readonly isErased: boolean })[]> {
  if (ids.length === 0) return [];
  const claims = [...known];
  const rows = await sql.query<LockedRow>(lockSql, [
    ids,
    claims.map(([id]) => id),
    claims.map(([, { version }]) => version),
    claims.map(([, { lead }]) => lead.seq),
  ]);
  // The row is the one behind the lock, but what is joined to it was read before the wait for that.
  const linked = rows.find((row) => !row.isLinked);
  if (linked !== undefined) throw new StaleRead(`lead ${linked.id} came to another account`);
  const moved = rows.find((row) => row.canonicalId !== row.id);
  if (moved !== undefined) throw new StaleRead(`lead ${moved.id} has been merged`);
  return rows.map((row) => {
    const same = row.isKnown ? known.get(row.id) : undefined;
    const { isErased } = row;
    if (same === undefined) {
      return { lead: leadOf(row), scores: row.scores, version: row.version, isErased };
    }
    const account = ofAccount(row);
    return {
      ...same,
      isErased,
      lead: account === undefined ? same.lead : { ...same.lead, account },
    };
  });
}

interface LockedRow extends LeadRow {
  readonly version: string;
  readonly isKnown: boolean;
  readonly isLinked: boolean;
  readonly isErased: boolean;
}

/** What a row held when it was last written, and which writing that was. */
export interface KnownRow extends SavedLead {
  readonly version: string;
}

/** The part of a lead that its row holds, as `lockLeads` would read it. */
export function rowPartOf(lead: Lead): Lead {
  const { account: _account, handoff: _handoff, ...beside } = lead;
  const { emailCheck: _check, preferences: _preferences, ...row } = beside;
  return { ...row, consents: [], suppressions: [], events: [], counts: {}, enrolments: [] };
}

/** What the caller of `completeLeads` has read before it. */
export interface Attachments {
  readonly enrolments: ReadonlyMap<string, readonly EnrolmentState[]>;
  /** Asked for and perhaps still on its way: it then travels with the rest. */
  readonly permissions: Permissions | Promise<Permissions>;
  /** Events and counts that need not be read, by lead. */
  readonly histories?: ReadonlyMap<string, Pick<Lead, 'events' | 'counts'>>;
}

/** What hangs on leads: the same few statements for one lead or for two hundred. */
export async function completeLeads(
  sql: Sql,
  leads: readonly Lead[],
  needs: LeadNeeds,
  read?: Attachments,
): Promise<readonly Lead[]> {
  if (leads.length === 0) return [];
  const ids = leads.map((lead) => lead.id);
  const addresses = leads.flatMap((lead) => lead.address ?? []);
  const unheard = ids.filter((id) => read?.histories?.has(id) !== true);
  const [enrolments, permissions, events, counts, handoffs] = await Promise.all([
    read?.enrolments ?? loadEnrolmentStates(sql, ids),
    read?.permissions ?? loadPermissions(sql, addresses),
    loadLeadEvents(sql, unheard, needs.events),
    loadEventCounts(sql, unheard),
    loadHandoffStates(sql, ids),
  ]);
  return leads.map((lead) => {
    const handoff = handoffs.get(lead.id);
    const emailCheck = permissions.emailChecks.get(lead.address ?? '');
    const preferences = permissions.preferences.get(lead.address ?? '');
    return {
      ...lead,
      enrolments: enrolments.get(lead.id) ?? [],
      events: read?.histories?.get(lead.id)?.events ?? events.get(lead.id) ?? [],
      counts: read?.histories?.get(lead.id)?.counts ?? counts.get(lead.id) ?? {},
      ...(handoff === undefined ? {} : { handoff }),
      consents: permissions.consents.get(lead.address ?? '') ?? [],
      suppressions: permissions.suppressions.get(lead.address ?? '') ?? [],
      ...(emailCheck === undefined ? {} : { emailCheck }),
      ...(preferences === undefined ? {} : { preferences }),
    };
  });
}

export interface SavedLead {
  readonly lead: Lead;
  /** The last computed scores, for lists. */
  readonly scores: { readonly [model: string]: unknown };
  /** Which writing of its row was read. */
  readonly version?: string;
  /** What its locked row holds: whatever is still the very same value is not written again. */
  readonly stored?: SavedLead;
}

/**
 * Creates and updates in one statement. New leads are their own canonical lead. Answers with the version
 * that all these rows have now.
 */
export async function saveLeads(
  sql: Sql,
  saved: readonly SavedLead[],
): Promise<string | undefined> {
  if (saved.length === 0) return undefined;
  const [written] = await sql.query<{ readonly version: string }>(
    // OFFSET 0 keeps the planner at one index probe per lead, as in events.ts.
    `WITH written AS (
     INSERT INTO lead (id, canonical_id, split_key, born_at, address, traits, origins, tags, owner, account_id, stage,
       stage_state, disqualified, segments, segments_hash, scores, last_activity_at, last_seen_at, seq, due_at)
     SELECT id, id, split_key, to_timestamp(born_at / 1000.0), address, coalesce(x.traits, l.traits),
       coalesce(x.origins, l.origins), coalesce(x.tags, l.tags), owner, account_id, stage,
       coalesce(x.stage_state, l.stage_state), disqualified, coalesce(x.segments, l.segments), segments_hash,
       coalesce(x.scores, l.scores), to_timestamp(last_activity_at / 1000.0),
       to_timestamp(last_seen_at / 1000.0), seq, to_timestamp(due_at / 1000.0)
     FROM json_to_recordset($1::json) AS x(id uuid, split_key uuid, born_at float8, address text, traits jsonb, origins jsonb,
       tags text[], owner text, account_id uuid, stage text, stage_state jsonb, disqualified jsonb, segments text[],
       segments_hash text, scores jsonb, last_activity_at float8, last_seen_at float8, seq bigint, due_at float8)
     LEFT JOIN LATERAL (
       SELECT traits, origins, tags, stage_state, segments, scores FROM lead WHERE lead.id = x.id OFFSET 0) AS l ON true
     ORDER BY id
     ON CONFLICT (id) DO UPDATE SET born_at = excluded.born_at, address = excluded.address, traits = excluded.traits,
       origins = excluded.origins, tags = excluded.tags,
       owner = excluded.owner, account_id = excluded.account_id, stage = excluded.stage,
       stage_state = excluded.stage_state, disqualified = excluded.disqualified, segments = excluded.segments,
       segments_hash = excluded.segments_hash,
       scores = excluded.scores, last_activity_at = excluded.last_activity_at,
       last_seen_at = excluded.last_seen_at, seq = excluded.seq, due_at = excluded.due_at
     RETURNING xmin::text AS version)
     SELECT version FROM written LIMIT 1`,
    [JSON.stringify(saved.map(rowOf))],
  );
  return written?.version;
}

/** `accountId` is null, and with it all of the account, where there is none. */
export interface LeadRow extends Omit<AccountRow, 'accountId'> {
  readonly accountId: string | null;
  readonly id: string;
  readonly canonicalId: string;
  readonly splitKey: string;
  readonly bornAt: number;
  readonly address: string | null;
  readonly traits: { readonly [trait: string]: Json };
  readonly origins: Origins;
  readonly tags: readonly string[];
  readonly owner: string | null;
  readonly stage: string;
  readonly stageState: Omit<StageState, 'stage'>;
  readonly disqualified: Lead['disqualified'] | null;
  readonly segments: readonly string[];
  readonly segmentsHash: string | null;
  readonly scores: SavedLead['scores'];
  readonly lastActivityAt: number | null;
  readonly lastSeenAt: number | null;
  readonly seq: number;
  readonly dueAt: number | null;
}

const ownColumns =
  `split_key AS "splitKey", born_at AS "bornAt", address, traits, origins, tags, owner, stage,
  stage_state AS "stageState", disqualified, segments, segments_hash AS "segmentsHash", scores,
  last_activity_at AS "lastActivityAt", last_seen_at AS "lastSeenAt", seq, due_at AS "dueAt"`
    .split(/,\s+/)
    .map((column) => column.split(' AS '));
const ownLead = ownColumns.map(([name = '', as = name]) => `l.${name} AS ${as}`).join(', ');
const unlessKnown = ownColumns
  .map(([name = '', as = name]) => `CASE WHEN k.id IS NULL THEN l.${name} END AS ${as}`)
  .join(', ');
export const leadColumns = `l.id, l.canonical_id AS "canonicalId", ${ownLead}, ${accountColumns}`;
const fromLead = `FROM lead l LEFT JOIN account g ON g.id = l.account_id LEFT JOIN account a ON a.id = g.canonical_id`;
const lockSql = `SELECT l.xmin::text AS version, k.id IS NOT NULL AS "isKnown",
    l.account_id IS NOT DISTINCT FROM g.id AS "isLinked", l.erased_at IS NOT NULL AS "isErased", l.id, l.canonical_id AS "canonicalId",
    ${unlessKnown}, ${accountColumns}
  ${fromLead} LEFT JOIN unnest($2::uuid[], $3::text[], $4::bigint[]) AS k(id, version, seq)
    ON k.id = l.id AND k.version = l.xmin::text AND k.seq = l.seq
  WHERE l.id = ANY($1::uuid[]) ORDER BY l.id FOR UPDATE OF l`;
const selectLead = `SELECT ${leadColumns} ${fromLead}`;

export function leadOf(row: LeadRow): Lead {
  const account = ofAccount(row);
  return {
    id: row.id,
    splitKey: row.splitKey,
    bornAt: row.bornAt,
    ...(row.address === null ? {} : { address: row.address }),
    traits: row.traits,
    ...(Object.keys(row.origins).length === 0 ? {} : { origins: row.origins }),
    tags: row.tags,
    ...(row.owner === null ? {} : { owner: row.owner }),
    ...(account === undefined ? {} : { account }),
    stage: { ...row.stageState, stage: row.stage },
    ...(row.disqualified ? { disqualified: row.disqualified } : {}),
    consents: [],
    suppressions: [],
    events: [],
    counts: {},
    ...(row.lastActivityAt === null ? {} : { lastActivityAt: row.lastActivityAt }),
    ...(row.lastSeenAt === null ? {} : { lastSeenAt: row.lastSeenAt }),
    enrolments: [],
    seq: row.seq,
    ...(row.dueAt === null ? {} : { dueAt: row.dueAt }),
    segments: row.segments,
    ...(row.segmentsHash === null ? {} : { segmentsHash: row.segmentsHash }),
  };
}

function ofAccount(row: LeadRow): Account | undefined {
  const { accountId } = row;
  return accountId === null ? undefined : accountOf({ ...row, accountId });
}

/** A key that is undefined is left out of the JSON, and reads as NULL there. */
function rowOf({ lead, scores, stored }: SavedLead): object {
  const { stage, ...stageState } = lead.stage;
  const was = stored?.lead;
  return {
    id: lead.id,
    split_key: lead.splitKey,
    born_at: lead.bornAt,
    address: lead.address,
    traits: lead.traits === was?.traits ? undefined : lead.traits,
    origins: was !== undefined && lead.origins === was.origins ? undefined : (lead.origins ?? {}),
    tags: lead.tags === was?.tags ? undefined : lead.tags,
    owner: lead.owner,
    account_id: lead.account?.id,
    stage,
    stage_state: lead.stage === was?.stage ? undefined : stageState,
    disqualified: lead.disqualified,
    segments: lead.segments === was?.segments ? undefined : lead.segments,
    segments_hash: lead.segmentsHash,
    scores: scores === stored?.scores ? undefined : scores,
    last_activity_at: lead.lastActivityAt,
    last_seen_at: lead.lastSeenAt,
    seq: lead.seq,
    due_at: lead.dueAt,
  };
}

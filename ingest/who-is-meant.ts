/**
 * Whom a batch is about, under locks: new keys are added, the rows of the leads taken in order of id, and
 * what was found before the locks is compared with what holds under them. Where that differs, nothing is
 * mended here: `StaleRead` has the whole transaction begin anew.
 */
import { isDeepStrictEqual } from 'node:util';
import type { EnrolmentState } from '../core/facts/lead.ts';
import { StaleRead, type Sql } from '../store/client.ts';
import { loadEnrolmentStates } from '../store/enrolments.ts';
import {
  addIdentities,
  findAddressed,
  findCanonical,
  findIdentities,
  findKeptApart,
  findUserIds,
  type FoundIdentity,
} from '../store/identities.ts';
import { lockSavedLeads, type SavedLead } from '../store/leads.ts';
import { freshId } from './fresh-id.ts';
import type { Histories } from './histories.ts';
import type { IngestRequest } from './request.ts';
import { asksForUserIds, resolveLeads, type Known, type ResolutionPlan } from './resolve.ts';

export interface Locked {
  readonly plan: ResolutionPlan;
  readonly leads: readonly SavedLead[];
  readonly enrolments: ReadonlyMap<string, readonly EnrolmentState[]>;
}

/** Finds out who is meant, adds new keys, takes the locks, and makes sure that it is still so. */
export async function lockWhoIsMeant(
  sql: Sql,
  requests: readonly IngestRequest[],
  { identities, canonical }: Pick<Known, 'identities' | 'canonical'>,
  histories: Histories,
): Promise<Locked> {
  const isAsked = asksForUserIds(requests, identities);
  const named = [...new Set(canonical.values())];
  const concerned = isAsked ? [...new Set([...leadIdsOf(identities), ...named])] : [];
  const [userIds, keptApart, addressed] = await Promise.all([
    findUserIds(sql, concerned),
    findKeptApart(sql, concerned),
    findAddressed(sql, isAsked ? named : []),
  ]);
  const known = { identities, userIds, canonical, keptApart, addressed };
  const plan = resolveLeads(requests, known, freshId);
  // Sent together, and run in this order: what is read after the locks is read under them.
  const [added, leads, enrolments] = await Promise.all([
    addIdentities(sql, plan.newKeys),
    lockSavedLeads(sql, plan.leadIds, histories.rows(plan.leadIds)),
    loadEnrolmentStates(sql, plan.leadIds),
  ]);
  if (added < plan.newKeys.length) {
    throw new StaleRead('another transaction brought the same new key');
  }
  if (leads.length < plan.leadIds.length) throw new StaleRead('a lead is gone');
  const addresses = new Map(leads.map(({ lead }) => [lead.id, lead.address ?? null]));
  if (identities.some(({ leadId, address }) => isOther(addresses.get(leadId), address))) {
    throw new StaleRead('a lead got another address meanwhile');
  }
  const isOtherNow = (id: string) => (addresses.get(id) !== null) !== addressed.has(id);
  if (isAsked && named.some((id) => addresses.has(id) && isOtherNow(id))) {
    throw new StaleRead('a lead that is named got its first address meanwhile');
  }
  if (isAsked) await expectSame(sql, { identities, userIds, concerned }, plan);
  await expectMerged(sql, known);
  return { plan, leads, enrolments };
}

/** Leads that a request names by our own ids. */
export function namedIn({ who, merge }: IngestRequest): readonly string[] {
  if (!('leadId' in who)) return [];
  return merge === undefined ? [who.leadId] : [who.leadId, merge.from];
}

/** Nothing of an absorbed lead may be stored as another's once its merge was undone. */
async function expectMerged(
  sql: Sql,
  { identities, canonical }: Pick<Known, 'identities' | 'canonical'>,
): Promise<void> {
  const found = new Map([
    ...canonical,
    ...identities.map(({ ownId, leadId }) => [ownId, leadId] as const),
  ]);
  const absorbed = [...found].filter(([id, canonicalId]) => id !== canonicalId);
  if (absorbed.length === 0) return;
  const now = await findCanonical(
    sql,
    absorbed.map(([id]) => id),
  );
  if (absorbed.some(([id, canonicalId]) => now.get(id) !== canonicalId)) {
    throw new StaleRead('a merge was undone meanwhile');
  }
}

function isOther(locked: string | null | undefined, found: string | null): boolean {
  return locked !== undefined && locked !== found;
}

/** Where keys are attached or leads merged: who holds which key must be as it was before the locks. */
async function expectSame(
  sql: Sql,
  { identities: found, userIds, concerned }: Asked,
  plan: ResolutionPlan,
): Promise<void> {
  const own = new Set(plan.newKeys.flatMap(({ kind, value }) => (kind === 'userId' ? value : [])));
  const claims = (identities: readonly FoundIdentity[], held: UserIds) => [
    identities.map(({ kind, value, leadId }) => [kind, value, leadId].join('\u0000')).sort(),
    [...held].flatMap(([leadId, ids]) =>
      ids.flatMap((id) => (own.has(id) ? [] : `${leadId} ${id}`)),
    ),
  ];
  const now = await findIdentities(sql, found);
  const held = await findUserIds(sql, concerned);
  if (!isDeepStrictEqual(claims(found, userIds), claims(now, held))) {
    throw new StaleRead('an identity was attached meanwhile');
  }
}

type UserIds = ReadonlyMap<string, readonly string[]>;

interface Asked {
  readonly identities: readonly FoundIdentity[];
  readonly userIds: UserIds;
  /** Of these leads. */
  readonly concerned: readonly string[];
}

function leadIdsOf(identities: readonly FoundIdentity[]): readonly string[] {
  return [...new Set(identities.map(({ leadId }) => leadId))];
}

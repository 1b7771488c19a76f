/**
 * Undoing a merge: the absorbed lead, and those that came with it, are on their own again, in one
 * transaction under the locks of both.
 *
 * What each lead knows is built again from the events that are its own; what it did (enrolments,
 * handoffs, sends) stays with the lead that did it. Both are due at once, so the clock decides stage and
 * due instant anew. The pair is kept apart from then on: nothing merges it again but a person.
 */
import { isDeepStrictEqual } from 'node:util';
import { accountNeeds } from '../core/accounts/needs.ts';
import { saidBy } from '../core/decision/apply-event.ts';
import { isActivity } from '../core/decision/activity.ts';
import { isOwnDoing } from '../core/decision/judged.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import { factReader } from '../core/facts/read.ts';
import { joinProfiles, leadFieldsOf, type Profile } from '../core/facts/survivors.ts';
import { addressOrUndefined } from '../core/sending/address.ts';
import { StaleRead, type Sql, type Store } from '../store/client.ts';
import { findCanonical } from '../store/identities.ts';
import { completeLeads, lockSavedLeads, saveLeads, type SavedLead } from '../store/leads.ts';
import {
  findMerge,
  leadsUnder,
  lockGroup,
  readLastHeard,
  readOwnAddresses,
  readSaid,
  separateLeads,
  type SaidEvent,
  type StoredMerge,
} from '../store/merges.ts';
import { addToOutbox } from '../store/outbox.ts';
import { eventNeeds } from './batch.ts';
import { freshId } from './fresh-id.ts';

export interface UndoAsked {
  readonly mergeId: string;
  readonly by: string;
  readonly why: string;
  readonly now: number;
}
export interface Undone {
  readonly merge: StoredMerge;
  /** The lead that had stood for both. */
  readonly leadId: string;
  /** The one that is on its own again. */
  readonly separatedId: string;
}

/** Undefined: there is no such merge, or it was undone already. */
export async function undoMerge(
  store: Pick<Store, 'transaction'>,
  release: Release,
  asked: UndoAsked,
): Promise<Undone | undefined> {
  return store.transaction(async (sql) => {
    const found = await findMerge(sql, { id: asked.mergeId });
    if (found === undefined || found.undoneAt !== null) return undefined;
    const locked = await lockBoth(sql, found);
    const { leadId, group, rest } = locked;
    const { now, by, why } = asked;
    await separateLeads(sql, { id: freshId(), undoes: found, group, at: now, by, why });
    const rows = await lockSavedLeads(sql, [leadId, found.fromId].sort());
    const [kept, gone] = [leadId, found.fromId].map((id) => rowOf(rows, id));
    if (kept === undefined || gone === undefined) throw new StaleRead('a lead is gone');
    const facts = { release, now };
    const { address: _old, ...absorbed } = gone.lead;
    const alone = await rebuilt(sql, absorbed, group, facts);
    const tags = await tagsOf(sql, group, gone.lead.tags, found.at);
    const separated = withTags(alone, tags);
    const before = await rebuilt(sql, asBefore(kept.lead, gone.lead, found), rest, facts);
    const survivor = withTags(
      before,
      await tagsLeft(sql, rest, kept.lead, [...tags, ...gone.lead.tags], found),
    );
    const seq = Math.max(kept.lead.seq, gone.lead.seq);
    const leads = [survivor, { ...separated, seq }].map((lead) => ({ ...lead, dueAt: now }));
    await saveLeads(sql, await withScores(sql, leads, release, now));
    await tellAccounts(sql, leads, release, now);
    return { merge: found, leadId, separatedId: found.fromId };
  });
}

/** Their companies have one more member, or one less: where rules look at that, the others are looked at again. */
async function tellAccounts(
  sql: Sql,
  leads: readonly Lead[],
  release: Release,
  at: number,
): Promise<void> {
  if (!accountNeeds(release).ofMembers) return;
  const ids = new Set(leads.flatMap(({ account }) => account?.id ?? []));
  const payload = { type: 'look', at };
  await addToOutbox(
    sql,
    [...ids].map((targetId) => ({ target: 'account', targetId, payload })),
  );
}

interface Group {
  readonly leadId: string;
  readonly group: readonly string[];
  readonly rest: readonly string[];
}

async function lockBoth(sql: Sql, merge: StoredMerge): Promise<Group> {
  const group = await leadsUnder(sql, merge.fromId);
  const leadId = (await findCanonical(sql, [merge.fromId])).get(merge.fromId) ?? merge.intoId;
  // The lead that stands for them first: a merge of it holds that lock when it writes the absorbed ones.
  const canonical = new Map([
    ...(await lockGroup(sql, [leadId])),
    ...(await lockGroup(sql, group)),
  ]);
  const isSo =
    canonical.get(leadId) === leadId &&
    !group.includes(leadId) &&
    group.every((id) => canonical.get(id) === leadId);
  // Merges and undoings of merges all take the lock of the lead that stands for the group.
  const now = await findMerge(sql, { id: merge.id });
  if (!isSo || now === undefined || now.undoneAt !== null) {
    throw new StaleRead('who stands for whom has changed meanwhile');
  }
  const all = await leadsUnder(sql, leadId);
  return { leadId, group, rest: all.filter((id) => !group.includes(id)) };
}

function rowOf(rows: readonly SavedLead[], id: string): SavedLead | undefined {
  return rows.find(({ lead }) => lead.id === id);
}

/** What the survivor took over from the lead that goes, and still has, goes with it. */
function asBefore(kept: Lead, gone: Lead, { detail }: StoredMerge): Lead {
  const { owner, account, disqualified, ...rest } = kept;
  const isGone = (took: true | undefined, one: unknown, other: unknown) =>
    took === true && isDeepStrictEqual(one, other);
  const hasStage = detail.stage !== undefined && isDeepStrictEqual(kept.stage, gone.stage);
  return {
    ...rest,
    ...(owner === undefined || isGone(detail.tookOwner, owner, gone.owner) ? {} : { owner }),
    ...(account === undefined || isGone(detail.tookAccount, account.id, gone.account?.id)
      ? {}
      : { account }),
    ...(disqualified === undefined ||
    isGone(detail.tookDisqualified, disqualified, gone.disqualified)
      ? {}
      : { disqualified }),
    stage: hasStage && detail.stage !== undefined ? detail.stage : kept.stage,
    bornAt: kept.bornAt === gone.bornAt ? (detail.bornAt ?? kept.bornAt) : kept.bornAt,
  };
}

/** Traits, address and last instants from the events of these leads alone. */
async function rebuilt(
  sql: Sql,
  lead: Lead,
  ids: readonly string[],
  { release, now }: { readonly release: Release; readonly now: number },
): Promise<Lead> {
  const addresses = await readOwnAddresses(sql, ids);
  const said = await readSaid(sql, ids);
  const profile = said.reduce<Profile>(
    (known, event) => joinProfiles(known, profileSaidBy(event, addresses), release),
    { traits: {}, origins: {} },
  );
  const heard = await readLastHeard(sql, ids);
  const last = (counts: (one: (typeof heard)[number]) => boolean): number | undefined => {
    const instants = heard.filter(counts).map(({ at }) => at);
    return instants.length === 0 ? undefined : Math.max(...instants);
  };
  const isAlive = ({ name, trust }: (typeof heard)[number]) =>
    name !== '' && isActivity(release, name, trust);
  const lastActivityAt = last(isAlive);
  const lastSeenAt = last(
    (one) => isAlive(one) || (!['enrol', 'merge'].includes(one.type) && isOwnDoing(one.name)),
  );
  const { lastActivityAt: _a, lastSeenAt: _s, segmentsHash: _h, origins: _o, ...known } = lead;
  const { address: _written, ...rest } = known;
  return {
    ...rest,
    ...leadFieldsOf(profile),
    ...addressThatStays(lead, addresses, profile),
    dueAt: now,
    ...(lastActivityAt === undefined ? {} : { lastActivityAt }),
    ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
  };
}

/** The survivor of a merge by hand kept its address: it does so when another merge is undone. */
function addressThatStays(
  { address, origins = {} }: Lead,
  own: ReadonlySet<string>,
  profile: Profile,
): Partial<Lead> {
  if (address === undefined || !own.has(address)) return {};
  const { email: origin } = origins;
  if (origin === undefined) return { address };
  return { address, origins: { ...profile.origins, email: origin } };
}

/** An address that belongs to somebody else's key was not this lead's to bring. */
function profileSaidBy(
  { source, traits, said, occurredAt, receivedAt }: SaidEvent,
  own: ReadonlySet<string>,
): Profile {
  const brought = said === null ? addressOrUndefined(traits['email']) : said.address;
  const { by, fillOnly, confidence } = said ?? {};
  return saidBy({
    ...{ source, traits, occurredAt, receivedAt },
    ...(brought !== undefined && own.has(brought) ? { address: brought } : {}),
    ...(by === undefined ? {} : { by }),
    ...(fillOnly === undefined ? {} : { fillOnly }),
    ...(confidence === undefined ? {} : { confidence }),
  });
}

function withTags(lead: Lead, tags: readonly string[]): Lead {
  return { ...lead, tags };
}

/** Those it had when it was absorbed, and what its own events did to them since. */
async function tagsOf(
  sql: Sql,
  ids: readonly string[],
  had: readonly string[],
  since: number,
): Promise<readonly string[]> {
  const tags = new Set(had);
  for (const { said, receivedAt } of await readSaid(sql, ids)) {
    if (receivedAt < since) continue;
    for (const tag of said?.addTags ?? []) tags.add(tag);
    for (const tag of said?.removeTags ?? []) tags.delete(tag);
  }
  return [...tags];
}

/** Its own as before the merge and by its events since, and what others brought that were merged with it. */
async function tagsLeft(
  sql: Sql,
  ids: readonly string[],
  kept: Lead,
  gone: readonly string[],
  { at, detail }: StoredMerge,
): Promise<readonly string[]> {
  // Of a merge from before such things were kept nobody knows whose a tag was.
  if (detail.tags === undefined) return kept.tags;
  const own = await tagsOf(sql, ids, detail.tags, at);
  return [...new Set([...own, ...kept.tags.filter((tag) => !gone.includes(tag))])];
}

/** Lists show stored scores: both leads get theirs at once, as the next event would write them. */
async function withScores(
  sql: Sql,
  leads: readonly Lead[],
  release: Release,
  now: number,
): Promise<readonly SavedLead[]> {
  const needs = { events: eventNeeds({ release, plans: new Map() }, now) };
  const whole = await completeLeads(sql, leads, needs);
  return whole.map((lead, index) => {
    const read = factReader(release, lead, now);
    const scores = release.models.flatMap(({ model }) => {
      const scored = read.scored(model);
      return scored === undefined
        ? []
        : [[model, { scores: scored.scores, grade: scored.grade }] as const];
    });
    return { lead: leads[index] ?? lead, scores: Object.fromEntries(scores) };
  });
}

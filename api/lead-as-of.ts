/**
 * A lead at any instant: as it is, as it was known then with the files that were in force, or as it will
 * be if nothing happens. The pages, the API and the command ask here, so all three say the same.
 */
import { decide } from '../core/decision/decide.ts';
import type { Release } from '../core/definitions/release.ts';
import { leadAsOf } from '../core/explain/as-of.ts';
import type { Lead } from '../core/facts/lead.ts';
import { mergeLead } from '../ingest/merge.ts';
import { tickOf } from '../ingest/request.ts';
import type { Sql } from '../store/client.ts';
import {
  findGroupThen,
  firstHeardAt,
  readAccountEvents,
  readLeadHistory,
  readPermissionsThen,
} from '../store/lead-history.ts';
import { findReleaseAt } from '../store/releases.ts';
import { loadWholeLead, type LeadReads } from './lead-view.ts';

export interface ReleasesByTime {
  /** Of the release, by its id; what was published stays. */
  readonly release: (id: string) => Promise<Release>;
}

export type LeadThen =
  | {
      readonly type: 'known';
      readonly lead: Lead;
      readonly release: Release;
      readonly at: number;
      readonly tense: 'past' | 'present' | 'forecast';
      /** What could not be told as it was then. */
      readonly asToday: readonly string[];
    }
  /** It was first heard of later. */
  | { readonly type: 'unknown'; readonly since: number | undefined }
  | { readonly type: 'nothing-published' };

export interface ThenReads extends LeadReads {
  readonly releases: LeadReads['releases'] & ReleasesByTime;
}

/** `leadId` is the lead of today; `at` absent: now. */
export async function leadThen(
  deps: ThenReads,
  leadId: string,
  at: number | undefined,
): Promise<LeadThen> {
  const now = deps.clock();
  const release = await deps.releases.current();
  if (at !== undefined && at < now) return past(deps, leadId, at, release);
  const lead = await loadWholeLead(deps.sql, release, leadId, now);
  if (lead === undefined) return { type: 'unknown', since: undefined };
  const known = { type: 'known', release, asToday: [] } as const;
  if (at === undefined || at === now) return { ...known, lead, at: now, tense: 'present' };
  return { ...known, lead: leftAlone(lead, at, release), at, tense: 'forecast' };
}

/** More ticks than years of holds, windows and decay need. */
const TICKS_MOST = 1_000;

/** What the clock alone makes of a lead: the same ticks that will come, decided now and kept nowhere. */
function leftAlone(lead: Lead, until: number, release: Release): Lead {
  let current = lead;
  for (let ticks = 0; ticks < TICKS_MOST; ticks += 1) {
    const { dueAt } = current;
    if (dueAt === undefined || dueAt > until) return current;
    const context = { release, plans: new Map() };
    current = decide(current, tickOf(current.id, dueAt).event, context).lead;
  }
  return current;
}

async function past(
  { sql, releases, clock }: ThenReads,
  leadId: string,
  at: number,
  current: Release,
): Promise<LeadThen> {
  const stored = await findReleaseAt(sql, at);
  const group = await findGroupThen(sql, leadId, at);
  const history = await readLeadHistory(sql, group, at);
  if (history.events.length === 0) {
    return { type: 'unknown', since: await firstHeardAt(sql, group.ids) };
  }
  if (stored === undefined) return { type: 'nothing-published' };
  const inForce = await releases.release(stored.id);
  const today = await loadWholeLead(sql, current, leadId, clock());
  const known = await releasesOf(releases, [...history.events, ...history.decisions]);
  const account = today?.account;
  const others = { than: group.ids, at };
  const accountEvents =
    account === undefined ? [] : await readAccountEvents(sql, account.id, others);
  const lead = leadAsOf(
    { ...history, accountEvents, ...(account === undefined ? {} : { account }) },
    at,
    {
      inForce,
      release: (id) => known.get(id) ?? inForce,
      merge: (into, from, release, mergedAt) => mergeLead(into, from, release, mergedAt).lead,
    },
  );
  if (lead === undefined) return { type: 'unknown', since: await firstHeardAt(sql, group.ids) };
  const allowed = await withPermissions(sql, lead, at);
  return {
    ...{ type: 'known', lead: allowed, release: inForce, at, tense: 'past' },
    asToday: lead.account === undefined ? [] : ['who owns the account, and its other members'],
  };
}

async function releasesOf(
  releases: ReleasesByTime,
  rows: readonly { readonly releaseId: string }[],
): Promise<ReadonlyMap<string, Release>> {
  const ids = [...new Set(rows.map(({ releaseId }) => releaseId))];
  return new Map(
    await Promise.all(ids.map(async (id) => [id, await releases.release(id)] as const)),
  );
}

/** Another lead with the same address may have said so. What was lifted since is known to the fold alone. */
async function withPermissions(sql: Sql, lead: Lead, at: number): Promise<Lead> {
  if (lead.address === undefined) return lead;
  const { consents, suppressions } = await readPermissionsThen(sql, lead.address, at);
  const more = suppressions.filter(
    ({ scope }) => !lead.suppressions.some((known) => known.scope === scope),
  );
  return { ...lead, consents, suppressions: [...lead.suppressions, ...more] };
}

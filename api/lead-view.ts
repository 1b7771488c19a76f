/**
 * One lead as people and callers see it, with its scores as they are at this instant: never the stored
 * ones, which are for lists. The API answers with it and the console draws it, so both say the same.
 */
import { showsMembers } from '../core/accounts/needs.ts';
import { withMembers } from '../store/account-members.ts';
import type { Release } from '../core/definitions/release.ts';
import { sentenceOfPoint } from '../core/explain/sentence.ts';
import type { Account, Lead, Origins } from '../core/facts/lead.ts';
import { factReader } from '../core/facts/read.ts';
import { profileOf } from '../core/facts/survivors.ts';
import type { JourneyPlan } from '../core/journey/plan.ts';
import { historyEvents, stageLabel } from '../core/routing/brief.ts';
import type { JsonObject } from '../core/rules/condition.ts';
import type { Scored } from '../core/scoring/score.ts';
import { eventNeeds, type Releases } from '../ingest/batch.ts';
import type { Sql } from '../store/client.ts';
import type { EventNeed } from '../store/events.ts';
import { loadLeads } from '../store/leads.ts';
import { listMergesOf, type StoredMerge } from '../store/merges.ts';
import { listEnrolments, type EnrolmentListing } from '../store/read-leads.ts';
import { emailCheckJson } from './verification-words.ts';

export interface LeadView {
  readonly lead: Lead;
  readonly release: Release;
  readonly scored: readonly Scored[];
  readonly enrolments: readonly EnrolmentListing[];
  /** In force: leads for which this one stands. */
  readonly merges: readonly StoredMerge[];
  readonly plans: ReadonlyMap<string, JourneyPlan>;
  readonly now: number;
}
export interface LeadReads {
  readonly sql: Sql;
  readonly releases: Releases;
  readonly clock: () => number;
}

/** Null: there is no such lead. */
export async function viewLead(deps: LeadReads, leadId: string): Promise<LeadView | null> {
  const now = deps.clock();
  const release = await deps.releases.current();
  const enrolments = await listEnrolments(deps.sql, leadId, now);
  const plans = await plansOf(deps.releases, release, enrolments);
  const lead = await loadWholeLead(deps.sql, release, leadId, now);
  if (lead === undefined) return null;
  const read = factReader(release, lead, now);
  const scored = release.models.flatMap(({ model }) => read.scored(model) ?? []);
  const merges = await listMergesOf(deps.sql, leadId);
  return { lead, release, scored, enrolments, merges, plans, now };
}

/** With every event that a rule can look at, and all others of the last `historyMs`. */
export async function loadWholeLead(
  sql: Sql,
  release: Release,
  leadId: string,
  now: number,
  historyMs = 0,
): Promise<Lead | undefined> {
  const needs = new Map<string, EventNeed>();
  for (const event of historyMs > 0 ? historyEvents(release) : []) {
    needs.set(event, { event, since: now - historyMs });
  }
  for (const need of eventNeeds({ release, plans: new Map() }, now)) {
    const known = needs.get(need.event)?.since;
    const reachesFurther = known === undefined || need.since === undefined || need.since < known;
    if (!needs.has(need.event) || reachesFurther) needs.set(need.event, need);
  }
  const events = [...needs.values()];
  const leads = await loadLeads(sql, [leadId], { events });
  return (showsMembers(release) ? await withMembers(sql, leads, { events }) : leads)[0];
}

/** Plans by hash, of the release and of earlier ones where somebody is still on them. */
export async function plansOf(
  releases: Releases,
  release: Release,
  runs: readonly { readonly planHash: string }[],
): Promise<ReadonlyMap<string, JourneyPlan>> {
  const current = new Map(Object.values(release.journeys).map(({ hash, plan }) => [hash, plan]));
  const earlier = [...new Set(runs.map(({ planHash }) => planHash))].filter(
    (hash) => !current.has(hash),
  );
  if (earlier.length === 0) return current;
  return new Map([...current, ...(await releases.plans(earlier))]);
}

/** As JSON: instants in RFC 3339. */
export function leadJson(view: LeadView): object {
  const { lead, release, scored, enrolments, merges, plans, now } = view;
  const { stage, account, handoff } = lead;
  return {
    id: lead.id,
    email: lead.address ?? null,
    traits: lead.traits,
    /** Of each trait: who said it, and when. The address is the trait `email`. */
    origins: originJson(profileOf(lead).origins),
    merged: merges.map(mergeJson),
    tags: lead.tags,
    owner: lead.owner ?? null,
    account: account === undefined ? null : ownFields(account),
    stage: {
      stage: stage.stage,
      label: stageLabel(release, stage.stage),
      since: instant(stage.since),
      /** Set by a person: rules leave it alone until then, for ever without an instant. */
      byHand: byHandJson(stage.byHand),
    },
    disqualified:
      lead.disqualified === undefined
        ? null
        : { ...lead.disqualified, at: instant(lead.disqualified.at) },
    scores: scored.map((one) => scoredJson(one, now)),
    consents: lead.consents.map(({ at, ...consent }) => ({ ...consent, at: instant(at) })),
    suppressions: lead.suppressions.map(({ at, until, ...one }) => ({
      ...{ ...one, at: instant(at) },
      ...(until === undefined ? {} : { until: instant(until) }),
    })),
    emailCheck: emailCheckJson(lead),
    preferences: {
      fewer: lead.preferences?.fewer === true,
      tracking: lead.preferences?.tracking !== false,
    },
    journeys: enrolments.map((run) => ({
      enrolmentId: run.id,
      journey: run.journey,
      title: plans.get(run.planHash)?.title ?? run.journey,
      status: run.status,
      enteredAt: instant(run.enteredAt),
      closedAt: instant(run.closedAt),
      outcome: run.outcome,
      goal: run.goal,
      step: run.step,
      since: instant(run.since),
      expectedBy: instant(run.expectedBy),
      paused:
        run.parked === null
          ? null
          : { step: run.parked.step, resumeAt: instant(run.parked.resumeAt) },
    })),
    handoff: handoff === undefined ? null : { ...handoff, openedAt: instant(handoff.openedAt) },
    bornAt: instant(lead.bornAt),
    lastActivityAt: instant(lead.lastActivityAt),
    lastSeenAt: instant(lead.lastSeenAt),
    /** When a rule can change its answer by the clock alone. */
    dueAt: instant(lead.dueAt),
    asOf: instant(now),
  };
}

function scoredJson({ model, scores, grade, grades, points }: Scored, now: number): JsonObject {
  return {
    model,
    scores,
    grade,
    grades,
    points: points.map((point) => ({
      rule: point.rule,
      score: point.score,
      points: Math.round(point.points * 10) / 10,
      why: sentenceOfPoint(point, now),
    })),
  };
}

function byHandJson(byHand: Lead['stage']['byHand']): JsonObject | null {
  if (byHand === undefined) return null;
  const { why, by, at, until } = byHand;
  return { why, by, at: instant(at), until: instant(until) };
}

/** A merge as callers read it. */
export function mergeJson(merge: StoredMerge): object {
  return {
    id: merge.id,
    leadId: merge.fromId,
    name: merge.fromName,
    into: merge.intoId,
    at: instant(merge.at),
    by: merge.by,
    why: merge.why,
    undoneAt: instant(merge.undoneAt),
  };
}

function originJson(origins: Origins): object {
  return Object.fromEntries(
    Object.entries(origins).map(([trait, { at, ...origin }]) => [
      trait,
      { ...origin, at: instant(at) },
    ]),
  );
}

/** RFC 3339 in UTC; null where nothing is known. */
export function instant(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}

/** Of the account itself; its other members are leads of their own. */
function ownFields({ id, key, name, domain, owner, tags, traits }: Account): object {
  return { id, key, name, domain, owner, tags, traits };
}

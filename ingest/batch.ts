/**
 * The one transaction: a batch of requests becomes events, decisions, enrolments, handoffs and outbox
 * rows, or nothing of it does.
 *
 * Order: identity keys (sorted), lead rows (by id, FOR UPDATE; `who-is-meant.ts`), accounts; then the fold
 * in order of arrival; then one statement per table, however large the batch. What was read before a lock
 * and turned out otherwise under it throws `StaleRead`, and the whole transaction begins anew.
 */
import type { DecisionContext } from '../core/decision/context.ts';
import type { Release } from '../core/definitions/release.ts';
import type { EnrolmentState } from '../core/facts/lead.ts';
import { factNeeds } from '../core/facts/needs.ts';
import type { JourneyPlan } from '../core/journey/plan.ts';
import { saveAccounts } from '../store/accounts.ts';
import { StaleRead, type Sql } from '../store/client.ts';
import { loadPermissions } from '../store/consent.ts';
import { findAnswers, type EventNeed } from '../store/events.ts';
import {
  findIdentities,
  findNamed,
  listMergeCandidates,
  mergeLeads,
  type FoundIdentity,
} from '../store/identities.ts';
import { completeLeads, saveLeads, type SavedLead } from '../store/leads.ts';
import type { OutboxRow } from '../store/outbox.ts';
import { createChanges, type Changes } from './changes.ts';
import { freshId } from './fresh-id.ts';
import { createHistories, type Histories } from './histories.ts';
import { loadAccounts, membersBeside, withMembers } from './load-accounts.ts';
import { createFold, type Fold, type FoldedEvent } from './fold.ts';
import { withHistories } from './judged.ts';
import type { IngestAnswer, IngestRequest } from './request.ts';
import { keysOfAll, nameOf, type ResolutionPlan } from './resolve.ts';
import { lockWhoIsMeant, namedIn } from './who-is-meant.ts';

/** What is published, as ingest needs it. */
export interface Releases {
  /** The release in force; the same object for as long as it is. */
  current(): Promise<Release>;
  /** Plans by hash, for enrolments that entered under an earlier release. */
  plans(hashes: readonly string[]): Promise<ReadonlyMap<string, JourneyPlan>>;
}

export interface BatchResult {
  readonly answers: readonly IngestAnswer[];
  /** Written here and due now: to be delivered after the commit. */
  readonly outbox: readonly OutboxRow[];
  readonly context: DecisionContext;
  readonly folded: readonly FoldedEvent[];
  /** To be called after the commit: the next batch need not read what this one knows. */
  readonly remember: () => void;
}

export async function ingestBatch(
  sql: Sql,
  requests: readonly IngestRequest[],
  release: Release,
  releases: Pick<Releases, 'plans'>,
  histories: Histories = createHistories(),
): Promise<BatchResult> {
  // Before anybody is looked up, so that a repeat brings no keys. One that is being stored right now
  // shows as a unique violation: then all begins anew and finds it here.
  const once = firstOfEach(requests);
  const [answered, identities, { canonical, erased }] = await Promise.all([
    findAnswers<IngestAnswer>(sql, once.map(idOf)),
    findIdentities(sql, keysOfAll(once)),
    findNamed(sql, [...new Set(once.flatMap(namedIn))]),
  ]);
  const answers = new Map(answered);
  for (const request of erased.size === 0 ? [] : once) {
    if (namedIn(request).some((id) => erased.has(id))) answers.set(idOf(request), unheard(request));
  }
  const fresh = once.filter((request) => !answers.has(idOf(request)));
  const found = { identities: ofThese(identities, fresh, once), canonical };
  const { plan, leads, enrolments } = await lockWhoIsMeant(sql, fresh, found, histories);
  const context = await contextFor([...enrolments.values()].flat(), release, releases);
  const changes = createChanges(release.id, freshId);
  const loading = { requests: fresh, plan, saved: leads, enrolments, context, changes, histories };
  const fold = await loadFold(sql, loading);
  for (const [index, request] of fresh.entries()) {
    const resolution = plan.resolutions[index];
    if (resolution === undefined) throw new Error(`event ${idOf(request)} was not resolved`);
    answers.set(idOf(request), fold.add(request, resolution));
  }
  let version: string | undefined;
  const outbox = await write(sql, fold, changes, async (own, saved) => {
    version = await saveLeads(own, saved);
  });
  const remember = (): void => {
    // Those who became one were written twice, and which of them is meant has just changed.
    if (version === undefined || fold.merges.length > 0) return;
    const asked = askedOf(context, earliestOf(fresh), version);
    if (asked !== undefined) histories.keep(fold.leads(), asked);
  };
  const said = requests.map(answerFrom(answers));
  return { answers: said, outbox, context, folded: fold.folded, remember };
}

/**
 * What is said of a lead that was erased is not taken in: a worker that comes late, the clock, a link in
 * an old email. Nobody is to blame, so nobody is refused. A merge with somebody who is still there is.
 */
function unheard({ who, event, merge }: IngestRequest): IngestAnswer {
  if (!('leadId' in who) || merge !== undefined) throw new StaleRead('one of the two was erased');
  const { id: eventId, messageId } = event;
  const nothing = { scores: [], stage: '', moves: [], journeys: [], exits: [] };
  return { eventId, messageId, leadId: who.leadId, ...nothing };
}

/** Needs that only the plans of a few add are not worth telling apart. */
function askedOf({ release, plans }: DecisionContext, now: number, version: string) {
  return plans.size > 0 ? undefined : { version, now, needs: needsOf(release) };
}

function earliestOf(requests: readonly IngestRequest[]): number {
  return Math.min(...requests.map(({ event }) => event.receivedAt));
}

function idOf({ event }: IngestRequest): string {
  return event.id;
}

function firstOfEach(requests: readonly IngestRequest[]): readonly IngestRequest[] {
  const first = new Map<string, IngestRequest>();
  for (const request of requests) if (!first.has(idOf(request))) first.set(idOf(request), request);
  return [...first.values()];
}

/** Repeats were looked up with the rest, and concern nobody. */
function ofThese(
  identities: readonly FoundIdentity[],
  fresh: readonly IngestRequest[],
  all: readonly IngestRequest[],
): readonly FoundIdentity[] {
  if (fresh.length === all.length) return identities;
  const names = new Set(keysOfAll(fresh).map(nameOf));
  return identities.filter((one) => names.has(nameOf(one)));
}

function answerFrom(answers: ReadonlyMap<string, IngestAnswer>) {
  return (request: IngestRequest): IngestAnswer => {
    const answer = answers.get(idOf(request));
    if (answer === undefined) throw new Error(`event ${idOf(request)} has no answer`);
    return answer;
  };
}

export interface FoldLoading {
  readonly requests: readonly IngestRequest[];
  /** Who is born in the batch, and whom each request is about. */
  readonly plan: Pick<ResolutionPlan, 'born' | 'resolutions'>;
  /** The locked leads that it is about. */
  readonly saved: readonly SavedLead[];
  readonly enrolments: ReadonlyMap<string, readonly EnrolmentState[]>;
  readonly context: DecisionContext;
  readonly changes: Changes;
  /** Absent: nothing is remembered. */
  readonly histories?: Histories;
}

export async function loadFold(
  sql: Sql,
  { requests, plan, saved, enrolments, context, changes, histories }: FoldLoading,
): Promise<Fold> {
  const stored = saved.map(({ lead }) => lead);
  const leadIdOf = (request: number) => plan.resolutions[request]?.leadId;
  const accounts = await loadAccounts(sql, requests, stored, leadIdOf, context);
  const members = membersBeside(accounts, stored);
  const addresses = new Set([
    ...[...stored, ...members].flatMap(({ address }) => address ?? []),
    ...requests.flatMap(({ event }) => event.address ?? []),
  ]);
  const asked = loadPermissions(sql, [...addresses]);
  const now = earliestOf(requests);
  const needs = { events: eventNeeds(context, now) };
  const recalled = new Map(
    saved.flatMap(({ lead, version }) => {
      const how = version === undefined ? undefined : askedOf(context, now, version);
      const history = how === undefined ? undefined : histories?.recall(lead, how);
      return history === undefined ? [] : [[lead.id, history] as const];
    }),
  );
  const complete = await completeLeads(sql, [...stored, ...members], needs, {
    enrolments,
    permissions: asked,
    histories: recalled,
  });
  const permissions = await asked;
  const ofBatch = complete.slice(0, stored.length);
  const leads = await withHistories(sql, ofBatch, requests, leadIdOf);
  const rows = new Map(saved.map((one) => [one.lead.id, one]));
  const people = leads.map((lead) => {
    const stored = rows.get(lead.id);
    return stored === undefined ? { lead, scores: {} } : { lead, scores: stored.scores, stored };
  });
  const known = withMembers(accounts, complete);
  return createFold({ people, accounts: known, permissions, context, born: plan.born }, changes);
}

/** `save` writes the leads: whole ones, unless the caller knows what can have changed. */
export async function write(
  sql: Sql,
  fold: Fold,
  changes: Changes,
  save: (sql: Sql, saved: readonly SavedLead[]) => Promise<unknown> = saveLeads,
): Promise<readonly OutboxRow[]> {
  const saved = fold.leads();
  const stored = Promise.all([saveAccounts(sql, fold.accounts()), save(sql, saved)]);
  // A merge takes statements that wait for each other. Without one, all leaves in one piece.
  if (fold.merges.length > 0) {
    await stored;
    await mergeLeads(sql, fold.merges);
  }
  const absorbed = new Set(fold.merges.map(({ from }) => from));
  const leads = saved.flatMap(({ lead }) => (absorbed.has(lead.id) ? [] : [lead]));
  const [outbox] = await Promise.all([
    changes.write(sql, leads, { told: fold.accountsTold(), bound: fold.handoffsBound() }),
    stored,
    listMergeCandidates(sql, fold.candidates),
  ]);
  return outbox;
}

/** Earlier plans are fetched only where somebody is still on one. */
export async function contextFor(
  enrolments: readonly EnrolmentState[],
  release: Release,
  releases: Pick<Releases, 'plans'>,
): Promise<DecisionContext> {
  const earlier = new Set<string>();
  for (const { status, journey, planHash } of enrolments) {
    const isCurrent = release.journeys[journey]?.hash === planHash;
    if (status === 'open' && !isCurrent) earlier.add(planHash);
  }
  return { release, plans: earlier.size === 0 ? new Map() : await releases.plans([...earlier]) };
}

const needsOfRelease = new WeakMap<Release, ReturnType<typeof factNeeds>>();

/** Which events to load, as seen from the earliest instant of the batch. */
export function eventNeeds(context: DecisionContext, now: number): readonly EventNeed[] {
  const { release, plans } = context;
  const needs = plans.size > 0 ? factNeeds(release, [...plans.values()]) : needsOf(release);
  return [...needs.events].map(([event, reach]) =>
    reach === 'all' ? { event } : { event, since: now - reach },
  );
}

function needsOf(release: Release): ReturnType<typeof factNeeds> {
  const known = needsOfRelease.get(release);
  if (known !== undefined) return known;
  const needs = factNeeds(release);
  needsOfRelease.set(release, needs);
  return needs;
}

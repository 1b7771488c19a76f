/**
 * Two leads that turn out to be one person, as one lead. Facts are a function of the set of events, so
 * counts add up, histories interleave and of each trait the word survives that would have survived in
 * one lead. Where both can have only one of a thing, the survivor's stays.
 *
 * One run per journey: of two open ones the one that was entered first stays, because it is further
 * along and its emails were sent; the other ends with the outcome `merged`, and its run is told.
 * Pure. Consent and suppression belong to addresses: the caller reads those of the address that stays.
 */
import type { Decision, Effect, IncomingEvent } from '../core/decision/decision.ts';
import { derivedId } from '../core/decision/ids.ts';
import type { Release } from '../core/definitions/release.ts';
import type { EnrolmentState, EventCount, HandoffState, Lead } from '../core/facts/lead.ts';
import { joinProfiles, leadFieldsOf, profileOf } from '../core/facts/survivors.ts';
import { joinStages } from '../core/qualification/join-stages.ts';
import type { MergeRecord } from '../store/identities.ts';
import type { PlannedMerge } from './resolve.ts';

export interface Merged {
  readonly lead: Lead;
  /** Runs that end because the person is in the same journey already. */
  readonly doubled: readonly EnrolmentState[];
  /** Of two open handoffs the earlier one: left open nobody could accept it, and it would remind its rep for ever. */
  readonly secondHandoff?: HandoffState;
}

export function mergeLead(into: Lead, from: Lead, release: Release, at: number): Merged {
  const { handoff: _into, dueAt: _due, segmentsHash, ...survivor } = into;
  const handoff = laterHandoff(into.handoff, from.handoff);
  const dueAt = earliest(into.dueAt, from.dueAt);
  const lastActivityAt = latest(into.lastActivityAt, from.lastActivityAt);
  const lastSeenAt = latest(into.lastSeenAt, from.lastSeenAt);
  const owner = into.owner ?? from.owner;
  const account = into.account ?? from.account;
  const disqualified = into.disqualified ?? from.disqualified;
  const doubled = doubledRuns([...into.enrolments, ...from.enrolments]);
  const lead: Lead = {
    ...survivor,
    ...profileOfBoth(into, from, release),
    bornAt: Math.min(into.bornAt, from.bornAt),
    tags: [...new Set([...into.tags, ...from.tags])],
    stage: joinStages(into, from, release.qualification, at),
    consents: into.address === undefined ? from.consents : into.consents,
    suppressions: into.address === undefined ? from.suppressions : into.suppressions,
    events: [...into.events, ...from.events].sort(
      (a, b) => a.occurredAt - b.occurredAt || a.seq - b.seq,
    ),
    counts: addedCounts(into.counts, from.counts),
    enrolments: [...into.enrolments, ...from.enrolments].map((run) =>
      doubled.includes(run) ? { ...run, status: 'closed', closedAt: at } : run,
    ),
    segments: [...new Set([...into.segments, ...from.segments])],
    // Lists judged by different rules say nothing together: the next event begins with a baseline.
    ...(segmentsHash === undefined || segmentsHash !== from.segmentsHash ? {} : { segmentsHash }),
    seq: Math.max(into.seq, from.seq),
    ...(owner === undefined ? {} : { owner }),
    ...(account === undefined ? {} : { account }),
    ...(disqualified === undefined ? {} : { disqualified }),
    ...(handoff === undefined ? {} : { handoff }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(lastActivityAt === undefined ? {} : { lastActivityAt }),
    ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
  };
  const second = [into.handoff, from.handoff].find(
    (one) => one?.status === 'open' && one.id !== handoff?.id,
  );
  return { lead, doubled, ...(second === undefined ? {} : { secondHandoff: second }) };
}

/** What is kept of a merge, so that it can be told and undone. */
export function recordOf(
  { from, into, by, why }: PlannedMerge,
  event: IncomingEvent,
  before: Lead,
  after: Lead,
): MergeRecord {
  return {
    ...{ id: derivedId('merge', `${from}/${into}/${event.id}`), from, into, by, why },
    at: event.receivedAt,
    detail: {
      bornAt: before.bornAt,
      tags: before.tags,
      ...(after.stage === before.stage ? {} : { stage: before.stage }),
      ...(before.owner === after.owner ? {} : { tookOwner: true }),
      ...(before.account === after.account ? {} : { tookAccount: true }),
      ...(before.disqualified === after.disqualified ? {} : { tookDisqualified: true }),
    },
  };
}

export interface Endings {
  readonly decisions: readonly Decision[];
  readonly effects: readonly Effect[];
}

/** The end of doubled runs as the fold writes any exit; the run of a second handoff is told too. */
export function endingsOf(
  { doubled, secondHandoff }: Pick<Merged, 'doubled' | 'secondHandoff'>,
  { at, seq }: { readonly at: number; readonly seq: number },
): Endings {
  const why = 'Merged: the same person was in this journey already';
  const endRun = ({ id: enrolmentId, journey }: EnrolmentState): readonly Effect[] => [
    { type: 'close-enrolment', enrolmentId, journey, exit: 'merged', why, goal: false, at },
    { type: 'tell-journey', enrolmentId, journey, message: { type: 'exit', seq, exit: 'merged' } },
  ];
  const endHandoff = ({ id: handoffId }: HandoffState): Effect => ({
    ...{
      type: 'settle-handoff',
      handoffId,
      status: 'closed',
      by: 'perennial',
      reason: 'merged',
      at,
    },
  });
  return {
    decisions: doubled.map(({ id: enrolmentId, journey }) => ({
      ...{ kind: 'exit', at, enrolmentId, journey, exit: 'merged', goal: false, why },
      explanation: null,
    })),
    effects: [
      ...doubled.flatMap(endRun),
      ...(secondHandoff === undefined ? [] : [endHandoff(secondHandoff)]),
    ],
  };
}

/** By hand two leads with an address each may be merged: then the survivor keeps its own. */
function profileOfBoth(into: Lead, from: Lead, release: Release): Partial<Lead> {
  const [here, there] = [profileOf(into), profileOf(from)];
  const { traits, origins } = joinProfiles(here, there, release);
  const email = here.traits['email'];
  const origin = here.origins['email'];
  return email === undefined || origin === undefined
    ? leadFieldsOf({ traits, origins })
    : leadFieldsOf({ traits: { ...traits, email }, origins: { ...origins, email: origin } });
}

/** Of the open runs of one journey (and one `oncePer`) all but the first entered. */
function doubledRuns(runs: readonly EnrolmentState[]): readonly EnrolmentState[] {
  const first = new Map<string, EnrolmentState>();
  const open = runs
    .filter(({ status }) => status === 'open')
    .sort((a, b) => a.enteredAt - b.enteredAt || (a.id < b.id ? -1 : 1));
  return open.filter((run) => {
    const key = JSON.stringify([run.journey, run.onceKey]);
    if (first.has(key)) return true;
    first.set(key, run);
    return false;
  });
}

/** An open one before a settled one: somebody is waiting for it. */
function laterHandoff(
  one: HandoffState | undefined,
  other: HandoffState | undefined,
): HandoffState | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if ((one.status === 'open') !== (other.status === 'open'))
    return one.status === 'open' ? one : other;
  return other.openedAt > one.openedAt ? other : one;
}

function addedCounts(one: Lead['counts'], other: Lead['counts']): Lead['counts'] {
  const counts: { [event: string]: EventCount } = { ...one };
  for (const [event, count] of Object.entries(other)) {
    const known = one[event];
    counts[event] =
      known === undefined
        ? count
        : {
            count: known.count + count.count,
            firstAt: Math.min(known.firstAt, count.firstAt),
            lastAt: Math.max(known.lastAt, count.lastAt),
          };
  }
  return counts;
}

function latest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
function earliest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/**
 * Two leads that turn out to be one person, as one lead: facts are a function of the set of events,
 * so counts add up and histories interleave; where both say something, the survivor's word stands.
 *
 * Pure. Only leads of which at most one has an address come here, so consent needs no weighing.
 */
import type { Qualification } from '../core/qualification/model.ts';
import type { EventCount, HandoffState, Lead } from '../core/facts/lead.ts';

export function mergeLead(into: Lead, from: Lead, qualification: Qualification): Lead {
  const { handoff: _into, dueAt: _due, segmentsHash, ...survivor } = into;
  const handoff = laterHandoff(into.handoff, from.handoff);
  const dueAt = earliest(into.dueAt, from.dueAt);
  const lastActivityAt = latest(into.lastActivityAt, from.lastActivityAt);
  const lastSeenAt = latest(into.lastSeenAt, from.lastSeenAt);
  const owner = into.owner ?? from.owner;
  const account = into.account ?? from.account;
  const disqualified = into.disqualified ?? from.disqualified;
  const address = into.address ?? from.address;
  return {
    ...survivor,
    bornAt: Math.min(into.bornAt, from.bornAt),
    traits: { ...from.traits, ...into.traits },
    tags: [...new Set([...into.tags, ...from.tags])],
    stage: furtherStage(into, from, qualification),
    consents: into.address === undefined ? from.consents : into.consents,
    suppressions: into.address === undefined ? from.suppressions : into.suppressions,
    events: [...into.events, ...from.events].sort(
      (a, b) => a.occurredAt - b.occurredAt || a.seq - b.seq,
    ),
    counts: addedCounts(into.counts, from.counts),
    enrolments: [...into.enrolments, ...from.enrolments],
    segments: [...new Set([...into.segments, ...from.segments])],
    // Lists judged by different rules say nothing together: the next event begins with a baseline.
    ...(segmentsHash === undefined || segmentsHash !== from.segmentsHash ? {} : { segmentsHash }),
    seq: Math.max(into.seq, from.seq),
    ...(address === undefined ? {} : { address }),
    ...(owner === undefined ? {} : { owner }),
    ...(account === undefined ? {} : { account }),
    ...(disqualified === undefined ? {} : { disqualified }),
    ...(handoff === undefined ? {} : { handoff }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(lastActivityAt === undefined ? {} : { lastActivityAt }),
    ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
  };
}

function furtherStage(into: Lead, from: Lead, { order }: Qualification): Lead['stage'] {
  return order.indexOf(from.stage.stage) > order.indexOf(into.stage.stage)
    ? from.stage
    : into.stage;
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

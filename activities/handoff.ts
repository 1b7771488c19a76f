/**
 * The two acts of a handoff: give it to somebody, and write to them.
 *
 * `assignHandoff` routes under the locks and answers the same for the same attempt; `notifyHandoff`
 * writes one email per (attempt, kind, visit) through the ledger. Which conditions hold is asked of
 * json-rules-engine before any lock is taken: never wait for rules under a row lock.
 */
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import { factReader } from '../core/facts/read.ts';
import { givenToday, isAway, isInHours } from '../core/routing/availability.ts';
import type { Routing, Sla } from '../core/routing/model.ts';
import { route, routeTo, type PoolState, type Routed } from '../core/routing/route.ts';
import { chooseSla, isEscalation, turnOf } from '../core/routing/sla.ts';
import { compileCondition } from '../core/rules/compile.ts';
import { evaluateCondition } from '../rule-engine/evaluate.ts';
import type { AssignHandoffInput, HandoffActivities, HandoffTurn } from '../workflows/contract.ts';
import { createNotifyHandoff, type HandoffMail } from './handoff-mail.ts';

export interface OpenHandoff {
  readonly id: string;
  readonly leadId: string;
  readonly handoff: string;
  readonly routing: string;
  readonly stage: string;
  readonly cause: string;
  readonly status: string;
  readonly openedAt: number;
  readonly assignedAt: number | null;
  readonly acceptBy: number | null;
  readonly detail: { readonly [key: string]: unknown };
  readonly releaseId: string;
}
export interface EarlierAssignment {
  readonly attempt: number;
  /** A rep id, or `queue:<id>`. */
  readonly rep: string;
  readonly at: number;
}
export interface AssignmentDecision {
  readonly id: string;
  readonly attempt: number;
  readonly rep: string;
  readonly pool: string | null;
  readonly match: string;
  readonly sla: string;
  readonly at: number;
  readonly acceptBy: number | null;
  readonly escalated: boolean;
  readonly trace: unknown;
  readonly pools: { readonly [pool: string]: PoolState };
}
/** Implemented by store/: every read of one handoff, and the assignment under its locks. */
export interface HandoffRecords {
  find(handoffId: string): Promise<OpenHandoff | null>;
  assignments(handoffId: string): Promise<readonly EarlierAssignment[]>;
  assign(
    handoffId: string,
    poolNames: readonly string[],
    since: number,
    decide: (basis: {
      readonly handoff: OpenHandoff;
      readonly earlier: readonly EarlierAssignment[];
      readonly pools: { readonly [pool: string]: PoolState };
      readonly given: readonly { readonly rep: string; readonly at: number }[];
    }) => AssignmentDecision | null,
  ): Promise<void>;
}
export interface HandoffDependencies extends HandoffMail {
  readonly handoffs: HandoffRecords;
  readonly lead: (leadId: string) => Promise<Lead>;
  readonly release: (releaseId: string) => Promise<Release>;
  /** A UUID that is the same for the same words. */
  readonly derivedId: (kind: string, ...parts: readonly string[]) => string;
  /** `Rep Assigned` goes in like every other event, so journeys can wait for it. */
  readonly repAssigned: (event: {
    readonly messageId: string;
    readonly leadId: string;
    readonly handoffId: string;
    readonly rep: string;
    readonly at: number;
  }) => Promise<void>;
}

/** Reps in far zones: "today" somewhere began at most this long ago. */
const dayAndZones = 36 * 3_600_000;

export function createHandoffActivities(deps: HandoffDependencies): HandoffActivities {
  return {
    assignHandoff: (input) => assignHandoff(deps, input),
    notifyHandoff: createNotifyHandoff(deps),
  };
}

async function assignHandoff(
  deps: HandoffDependencies,
  { handoffId, attempt, now }: AssignHandoffInput,
): Promise<HandoffTurn> {
  const handoff = await deps.handoffs.find(handoffId);
  if (handoff === null || handoff.status !== 'open') return { type: 'closed' };
  const release = await deps.release(handoff.releaseId);
  const routing = release.routings[handoff.routing];
  if (routing === undefined)
    throw new Error(`Release ${release.id} has no routing ${handoff.routing}.`);
  const lead = await deps.lead(handoff.leadId);
  const holding = await matchesThatHold(release, lead, routing, now);

  await deps.handoffs.assign(
    handoffId,
    Object.keys(release.team.pools),
    now - dayAndZones,
    (basis) => {
      if (basis.handoff.status !== 'open') return null;
      if (basis.earlier.some((earlier) => earlier.attempt === attempt)) return null;
      return decideAssignment(deps, { release, routing, lead, holding, attempt, now, ...basis });
    },
  );

  const assignments = await deps.handoffs.assignments(handoffId);
  const made = assignments.find((assignment) => assignment.attempt === attempt);
  if (made === undefined) return { type: 'closed' };
  if (!made.rep.startsWith('queue:')) {
    const messageId = `${handoffId}/assigned/${attempt}`;
    await deps.repAssigned({ messageId, leadId: lead.id, handoffId, rep: made.rep, at: made.at });
  }
  const to = destinationOf(made.rep);
  const sla = slaFor({ release, routing, lead, now }, handoff.cause, to);
  const kind = isEscalation(sla, attempt) ? 'escalation' : 'assigned';
  return { type: 'turn', kind, ...turnOf(sla, release.team, to, attempt, made.at) };
}

interface Basis {
  readonly release: Release;
  readonly routing: Routing;
  readonly lead: Lead;
  readonly holding: ReadonlySet<string>;
  readonly handoff: OpenHandoff;
  readonly earlier: readonly EarlierAssignment[];
  readonly pools: { readonly [pool: string]: PoolState };
  readonly given: readonly { readonly rep: string; readonly at: number }[];
  readonly attempt: number;
  readonly now: number;
}

function decideAssignment(deps: HandoffDependencies, basis: Basis): AssignmentDecision {
  const { release, handoff, attempt, now } = basis;
  const firstSla = slaFor(basis, handoff.cause, null);
  const escalated = isEscalation(firstSla, attempt);
  const routed = escalated
    ? routeTo(firstSla.escalateTo, routingInput(basis))
    : orEscalate(route(routingInput(basis)), firstSla.escalateTo, basis);
  const rep = nameOf(routed, firstSla.escalateTo);
  const sla = slaFor(basis, handoff.cause, destinationOf(rep));
  const turn = turnOf(sla, release.team, destinationOf(rep), attempt, now);
  return {
    id: deps.derivedId('assignment', handoff.id, String(attempt)),
    attempt,
    rep,
    pool: routed.to.type === 'rep' ? (routed.to.pool ?? null) : null,
    match: routed.match,
    sla: sla.id,
    at: now,
    acceptBy: turn.acceptBy,
    escalated,
    trace: routed.trace,
    pools: routed.pools,
  };
}

/** Nobody can take it now: it goes where an escalation would go, so that no lead waits for nobody. */
function orEscalate(routed: Routed, escalateTo: string, basis: Basis): Routed {
  if (routed.to.type !== 'nobody') return routed;
  const raised = routeTo(escalateTo, routingInput(basis));
  return { ...raised, trace: [...routed.trace, ...raised.trace] };
}

function routingInput(basis: Basis): Parameters<typeof route>[0] {
  const { release, lead, handoff, earlier, attempt, now } = basis;
  const { avoidRep, preferRep } = handoff.detail;
  const had = earlier.map((one) => one.rep);
  return {
    routing: basis.routing,
    team: release.team,
    holds: (match) => basis.holding.has(match),
    pools: basis.pools,
    givenToday: givenToday(release.team, basis.given, now),
    isAway: (rep) => isAway(release.team, rep, now),
    isInHours: (rep) => isInHours(release.team, rep, now),
    avoid: typeof avoidRep === 'string' ? [...had, avoidRep] : had,
    ...(lead.account?.owner !== undefined && { accountOwner: lead.account.owner }),
    ...(attempt === 1 && typeof preferRep === 'string' && { prefer: preferRep }),
  };
}

async function matchesThatHold(
  release: Release,
  lead: Lead,
  routing: Routing,
  now: number,
): Promise<ReadonlySet<string>> {
  const read = factReader(release, lead, now);
  const holding = new Set<string>();
  for (const match of routing.match) {
    if (match.if === undefined) continue;
    const verdict = await evaluateCondition(match.if, release.segments, read, now);
    if (verdict.holds) holding.add(match.id);
  }
  return holding;
}

function slaFor(
  { release, routing, lead, now }: Pick<Basis, 'release' | 'routing' | 'lead' | 'now'>,
  cause: string,
  to: Destination | null,
): Sla {
  const handoff = to === null ? { cause } : { cause, to: `${to.type}:${idOf(to)}` };
  const read = factReader(release, lead, now, { handoff });
  return chooseSla(
    routing,
    (sla) => sla.if !== undefined && compileCondition(sla.if, release.segments).holds(read, now),
  );
}

type Destination =
  | { readonly type: 'rep'; readonly rep: string }
  | { readonly type: 'queue'; readonly queue: string };

function idOf(to: Destination): string {
  return to.type === 'rep' ? to.rep : to.queue;
}

export function destinationOf(name: string): Destination {
  return name.startsWith('queue:')
    ? { type: 'queue', queue: name.slice('queue:'.length) }
    : { type: 'rep', rep: name };
}

function nameOf(routed: Routed, escalateTo: string): string {
  if (routed.to.type === 'rep') return routed.to.rep;
  if (routed.to.type === 'queue') return `queue:${routed.to.queue}`;
  throw new Error(
    `Nobody can take this handoff: escalateTo ${escalateTo} leads to no rep or queue.`,
  );
}

/**
 * Who gets a handoff at this attempt, and how long they have: the routing of the release in force,
 * decided under the locks of lead, handoff and pools.
 *
 * Which conditions hold is asked of json-rules-engine before any lock is taken: never wait for rules
 * under a row lock. The same attempt asked for twice answers with what was stored the first time.
 */
import { accountOwner } from '../core/accounts/read-account.ts';
import type { Release } from '../core/definitions/release.ts';
import type { Lead } from '../core/facts/lead.ts';
import { factReader } from '../core/facts/read.ts';
import { givenToday, isAway, isInHours } from '../core/routing/availability.ts';
import type { Routing, Sla } from '../core/routing/model.ts';
import { route, routeTo, type Routed, type RoutingInput } from '../core/routing/route.ts';
import { chooseSla, isEscalation, turnOf } from '../core/routing/sla.ts';
import { compileCondition } from '../core/rules/compile.ts';
import { evaluateCondition } from '../rule-engine/evaluate.ts';
import type { AssignHandoffInput, HandoffTurn } from '../workflows/contract.ts';
import { failure } from './failures.ts';
import {
  assigneeOf,
  releaseFor,
  type Assignee,
  type AssignmentBasis,
  type AssignmentDecision,
  type HandoffDependencies,
} from './handoff.ts';

/** Reps in far zones: "today" somewhere began at most this long ago. */
const dayAndZones = 36 * 3_600_000;

export async function assignHandoff(
  deps: HandoffDependencies,
  { handoffId, attempt, now }: AssignHandoffInput,
): Promise<HandoffTurn> {
  const handoff = await deps.handoffs.find(handoffId);
  if (handoff === null || handoff.status !== 'open') return { type: 'closed' };
  const release = await releaseFor(deps, handoff);
  const routing = release.routings[handoff.routing];
  if (routing === undefined) throw failure('routing-missing', handoffId);
  const lead = await deps.lead(handoff.leadId, release, now, now);
  const holding = await matchesThatHold(release, lead, routing, now);
  const facts = { release, routing, lead, holding, attempt, now };

  const poolNames = Object.keys(release.team.pools);
  await deps.handoffs.assign(handoffId, poolNames, now - dayAndZones, (basis) => {
    if (basis.handoff.status !== 'open') return null;
    if (basis.earlier.some((earlier) => earlier.attempt === attempt)) return null;
    return decideAssignment(deps, { ...facts, ...basis });
  });
  return turnAsStored(deps, { release, routing, lead, now }, handoffId, attempt);
}

/** What is stored counts: it may have been decided by an attempt of this activity that died. */
async function turnAsStored(
  deps: HandoffDependencies,
  facts: SlaFacts,
  handoffId: string,
  attempt: number,
): Promise<HandoffTurn> {
  const assignments = await deps.handoffs.assignments(handoffId);
  const stored = await deps.handoffs.find(handoffId);
  const made = assignments.find((assignment) => assignment.attempt === attempt);
  if (made === undefined || stored === null) return { type: 'closed' };
  if (!made.rep.startsWith('queue:')) {
    const messageId = `${handoffId}/assigned/${attempt}`;
    const { leadId } = stored;
    await deps.repAssigned({ messageId, leadId, handoffId, rep: made.rep, at: made.at });
  }
  const { routing, release } = facts;
  const to = assigneeOf(made.rep);
  const sla = routing.sla.find(({ id }) => id === stored.sla) ?? slaFor(facts, stored.cause, to);
  const escalated = stored.escalatedAt !== null;
  const { remindAt } = turnOf(sla, release.team, to, escalated, made.at);
  const kind = escalated ? 'escalation' : 'assigned';
  return { type: 'turn', kind, remindAt, acceptBy: stored.acceptBy };
}

interface SlaFacts {
  readonly release: Release;
  readonly routing: Routing;
  readonly lead: Lead;
  readonly now: number;
}
interface Basis extends SlaFacts, AssignmentBasis {
  readonly holding: ReadonlySet<string>;
  readonly attempt: number;
}

function decideAssignment(deps: HandoffDependencies, basis: Basis): AssignmentDecision {
  const { release, handoff, attempt, now } = basis;
  const firstSla = slaFor(basis, handoff.cause, null);
  const { routed, escalated } = routedBy(basis, firstSla);
  const rep = nameOf(routed, handoff.id);
  const to = assigneeOf(rep);
  const sla = slaFor(basis, handoff.cause, to);
  return {
    id: deps.derivedId('assignment', handoff.id, String(attempt)),
    attempt,
    rep,
    pool: routed.to.type === 'rep' ? (routed.to.pool ?? null) : null,
    match: routed.match,
    sla: sla.id,
    at: now,
    acceptBy: turnOf(sla, release.team, to, escalated, now).acceptBy,
    escalated,
    trace: routed.trace,
    pools: routed.pools,
  };
}

/** Nobody can take it: that is an escalation at once, so that no lead waits for nobody. */
function routedBy(
  basis: Basis,
  sla: Sla,
): { readonly routed: Routed; readonly escalated: boolean } {
  const input = routingInput(basis);
  const routed = isEscalation(sla, basis.attempt) ? null : route(input);
  if (routed !== null && routed.to.type !== 'nobody') return { routed, escalated: false };
  const raised = routeTo(sla.escalateTo, input);
  const trace = [...(routed?.trace ?? []), ...raised.trace];
  return { routed: { ...raised, trace }, escalated: true };
}

function routingInput(basis: Basis): RoutingInput {
  const { release, lead, handoff, earlier, rejectedBy, attempt, now } = basis;
  const { avoidRep, preferRep } = handoff.detail;
  const had = earlier.map((one) => one.rep);
  const owner = accountOwner(release, lead.account);
  return {
    routing: basis.routing,
    team: release.team,
    holds: (match) => basis.holding.has(match),
    pools: basis.pools,
    givenToday: givenToday(release.team, basis.given, now),
    isAway: (rep) => isAway(release.team, rep, now),
    isInHours: (rep) => isInHours(release.team, rep, now),
    avoid: [...had, ...rejectedBy, ...(typeof avoidRep === 'string' ? [avoidRep] : [])],
    ...(owner !== undefined && { accountOwner: owner }),
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
  { release, routing, lead, now }: SlaFacts,
  cause: string,
  to: Assignee | null,
): Sla {
  const handoff = to === null ? { cause } : { cause, to: `${to.type}:${idOf(to)}` };
  const read = factReader(release, lead, now, { handoff });
  return chooseSla(
    routing,
    (sla) => sla.if !== undefined && compileCondition(sla.if, release.segments).holds(read, now),
  );
}

function idOf(to: Assignee): string {
  return to.type === 'rep' ? to.rep : to.queue;
}

function nameOf(routed: Routed, handoffId: string): string {
  if (routed.to.type === 'rep') return routed.to.rep;
  if (routed.to.type === 'queue') return `queue:${routed.to.queue}`;
  throw failure('handoff-nobody', handoffId);
}

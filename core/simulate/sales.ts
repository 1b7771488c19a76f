/**
 * Sales as a simulated lead meets it: who is given the handoff, and when it is taken away again.
 *
 * The same routing as in production, over a team that has no other leads today.
 */
import { accountOwner } from '../accounts/read-account.ts';
import type { Effect } from '../decision/decision.ts';
import type { Release } from '../definitions/release.ts';
import type { Lead } from '../facts/lead.ts';
import { factReader } from '../facts/read.ts';
import { givenToday, isAway, isInHours } from '../routing/availability.ts';
import type { Routing, Sla } from '../routing/model.ts';
import {
  route,
  routeTo,
  type PoolState,
  type Routed,
  type RoutingInput,
} from '../routing/route.ts';
import { chooseSla, isEscalation, turnOf } from '../routing/sla.ts';
import { compileCondition } from '../rules/compile.ts';

export interface SalesCase {
  readonly opened: Extract<Effect, { type: 'open-handoff' }>;
  /** The next attempt: 1 is the first assignment. */
  readonly attempt: number;
  /** Reps and queues who had it before, and when they got it. */
  readonly given: readonly { readonly rep: string; readonly at: number }[];
  readonly pools: { readonly [pool: string]: PoolState };
  /** When it is taken away; null: never. */
  readonly acceptBy: number | null;
}
export interface Assignment {
  readonly to: Routed['to'];
  readonly why: string;
  readonly next: SalesCase;
}

export function assign(
  current: SalesCase,
  lead: Lead,
  now: number,
  release: Release,
): Assignment | undefined {
  const { opened, attempt } = current;
  const routing = release.routings[opened.routing];
  if (routing === undefined) return undefined;
  const first = slaFor(routing, opened.cause, undefined, lead, now, release);
  const input = inputOf(current, routing, lead, now, release);
  const routed = isEscalation(first, attempt) ? undefined : route(input);
  const escalated = routed === undefined || routed.to.type === 'nobody';
  const { to, why, pools } = escalated ? routeTo(first.escalateTo, input) : routed;
  if (to.type === 'nobody') return undefined;
  const sla = slaFor(routing, opened.cause, nameOf(to), lead, now, release);
  const { acceptBy } = turnOf(sla, release.team, to, escalated, now);
  const given = [...current.given, { rep: to.type === 'rep' ? to.rep : nameOf(to), at: now }];
  return { to, why, next: { ...current, attempt: attempt + 1, given, pools, acceptBy } };
}

function nameOf(to: Exclude<Routed['to'], { type: 'nobody' }>): string {
  return to.type === 'rep' ? `rep:${to.rep}` : `queue:${to.queue}`;
}

function slaFor(
  routing: Routing,
  cause: string,
  to: string | undefined,
  lead: Lead,
  now: number,
  release: Release,
): Sla {
  const handoff = to === undefined ? { cause } : { cause, to };
  const read = factReader(release, lead, now, { handoff });
  return chooseSla(
    routing,
    ({ if: condition }) =>
      condition !== undefined && compileCondition(condition, release.segments).holds(read, now),
  );
}

function inputOf(
  { opened, given, pools, attempt }: SalesCase,
  routing: Routing,
  lead: Lead,
  now: number,
  release: Release,
): RoutingInput {
  const { team, segments } = release;
  const read = factReader(release, lead, now);
  const conditions = new Map(routing.match.map(({ id, if: condition }) => [id, condition]));
  const had = given.map(({ rep }) => rep);
  const owner = accountOwner(release, lead.account);
  const { avoidRep, preferRep } = opened;
  return {
    routing,
    team,
    holds: (match) => {
      const condition = conditions.get(match);
      return condition === undefined || compileCondition(condition, segments).holds(read, now);
    },
    ...(owner === undefined ? {} : { accountOwner: owner }),
    pools,
    givenToday: givenToday(team, given, now),
    isAway: (rep) => isAway(team, rep, now),
    isInHours: (rep) => isInHours(team, rep, now),
    avoid: avoidRep === undefined ? had : [...had, avoidRep],
    ...(attempt === 1 && preferRep !== undefined ? { prefer: preferRep } : {}),
  };
}

/**
 * Who gets a lead: the first match that holds, then the pool's next member that may take it.
 *
 * Pure: which conditions hold, how many leads each rep got today and where each pool's round stands
 * come in as data, so the same function routes a real lead, rehearses one and answers "who would get
 * this lead, and why". Every rep and match passed over leaves a line in the trace.
 */
import type { Destination, Pool, Rep, Routing, SalesTeam } from './model.ts';

/** Current weights of smooth weighted round robin, by rep. */
export type PoolState = { readonly [rep: string]: number };

export interface RoutingInput {
  readonly routing: Routing;
  readonly team: SalesTeam;
  /** Match id → whether its `if` holds; a match without `if` always holds. */
  readonly holds: (matchId: string) => boolean;
  readonly accountOwner?: string;
  readonly pools: { readonly [pool: string]: PoolState };
  /** Leads given to each rep today, in the rep's own zone. */
  readonly givenToday: { readonly [rep: string]: number };
  readonly isAway: (rep: Rep) => boolean;
  readonly isInHours: (rep: Rep) => boolean;
  /** Reps and queues (`queue:<id>`) this handoff has already been with, or that must not get it. */
  readonly avoid: readonly string[];
  /** A rejection with `sameRepBack` wants the rep who knows the lead. */
  readonly prefer?: string;
}
export interface TraceLine {
  /** A match, a pool or a rep. */
  readonly at: string;
  readonly what: string;
}
export interface Routed {
  readonly to:
    | { readonly type: 'rep'; readonly rep: string; readonly pool?: string }
    | { readonly type: 'queue'; readonly queue: string }
    | { readonly type: 'nobody' };
  readonly match: string;
  readonly why: string;
  readonly trace: readonly TraceLine[];
  readonly pools: { readonly [pool: string]: PoolState };
}

export function route(input: RoutingInput): Routed {
  const trace: TraceLine[] = [];
  if (input.prefer !== undefined) {
    const rep = input.team.reps[input.prefer];
    const obstacle = rep === undefined ? 'is not on the team' : obstacleOf(rep, input, true);
    if (rep !== undefined && obstacle === null) {
      const why = 'Knows the lead from before';
      trace.push({ at: `rep:${rep.id}`, what: why });
      return { ...routedTo('same-rep', why, input), to: { type: 'rep', rep: rep.id }, trace };
    }
    trace.push({ at: `rep:${input.prefer}`, what: obstacle ?? 'cannot take it' });
  }
  for (const match of input.routing.match) {
    if (match.if !== undefined && !input.holds(match.id)) {
      trace.push({ at: match.id, what: 'does not hold' });
      continue;
    }
    const found = resolveDestination(match.to, match.ifAway ?? 'assign-anyway', input, trace);
    if (found.to.type !== 'nobody') {
      trace.push({ at: match.id, what: match.why });
      return { ...routedTo(match.id, match.why, input), ...found, trace };
    }
    trace.push({ at: match.id, what: 'holds, but nobody there can take it' });
  }
  return { ...routedTo('none', 'Nobody could take it', input), to: { type: 'nobody' }, trace };
}

/** Where an escalation goes: the destination itself, whoever is away or full. */
export function routeTo(destination: Destination, input: RoutingInput): Routed {
  const trace: TraceLine[] = [];
  const anyone = {
    ...input,
    avoid: [],
    givenToday: {},
    isAway: () => false,
    isInHours: () => true,
  };
  const found = resolveDestination(destination, 'assign-anyway', anyone, trace);
  return { ...routedTo('escalation', `Escalated to ${destination}`, input), ...found, trace };
}

type Found = Pick<Routed, 'to' | 'pools'>;

function resolveDestination(
  destination: Destination,
  ifAway: 'next-match' | 'assign-anyway',
  input: RoutingInput,
  trace: TraceLine[],
): Found {
  const nobody: Found = { to: { type: 'nobody' }, pools: input.pools };
  const [kind, id = ''] = destination.split(':');
  switch (kind) {
    case 'account-owner':
      return input.accountOwner === undefined
        ? nobody
        : resolveRep(input.accountOwner, ifAway, input, trace);
    case 'rep':
      return resolveRep(id, ifAway, input, trace);
    case 'pool':
      return resolvePool(id, input, trace, []);
    case 'queue':
      if (input.avoid.includes(destination)) {
        trace.push({ at: destination, what: 'had it before' });
        return nobody;
      }
      return { to: { type: 'queue', queue: id }, pools: input.pools };
    default:
      return nobody;
  }
}

function resolveRep(
  id: string,
  ifAway: 'next-match' | 'assign-anyway',
  input: RoutingInput,
  trace: TraceLine[],
): Found {
  const nobody: Found = { to: { type: 'nobody' }, pools: input.pools };
  const rep = input.team.reps[id];
  const obstacle =
    rep === undefined ? 'is not on the team' : obstacleOf(rep, input, ifAway === 'next-match');
  if (obstacle !== null) {
    trace.push({ at: `rep:${id}`, what: obstacle });
    return nobody;
  }
  return { to: { type: 'rep', rep: id }, pools: input.pools };
}

/** `visited` ends a circle of overflows: each pool is tried once. */
function resolvePool(
  id: string,
  input: RoutingInput,
  trace: TraceLine[],
  visited: readonly string[],
): Found {
  const pool = input.team.pools[id];
  if (pool === undefined || visited.includes(id)) {
    return { to: { type: 'nobody' }, pools: input.pools };
  }
  const able = pool.members.filter((member) => {
    const rep = input.team.reps[member.rep];
    const obstacle = rep === undefined ? 'is not on the team' : obstacleOf(rep, input, true);
    if (obstacle !== null) trace.push({ at: `rep:${member.rep}`, what: obstacle });
    return obstacle === null;
  });
  const overflow = overflowOf(pool, able, input, id, trace);
  if (overflow !== null) {
    if (!overflow.startsWith('pool:')) {
      return resolveDestination(overflow, 'next-match', input, trace);
    }
    return resolvePool(overflow.slice('pool:'.length), input, trace, [...visited, id]);
  }
  if (able.length === 0) return { to: { type: 'nobody' }, pools: input.pools };
  const { rep, state } = nextMember(pool, able, input.pools[id] ?? {});
  return { to: { type: 'rep', rep, pool: id }, pools: { ...input.pools, [id]: state } };
}

function overflowOf(
  pool: Pool,
  able: Pool['members'],
  input: RoutingInput,
  id: string,
  trace: TraceLine[],
): Destination | null {
  if (able.length === 0) {
    if (pool.whenFull === undefined) return null;
    trace.push({ at: `pool:${id}`, what: `nobody can take it, so it goes to ${pool.whenFull}` });
    return pool.whenFull;
  }
  if (pool.whenClosed === 'assign-now-clock-later') return null;
  const open = able.some((member) => {
    const rep = input.team.reps[member.rep];
    return rep !== undefined && input.isInHours(rep);
  });
  if (open) return null;
  trace.push({ at: `pool:${id}`, what: `closed, so it goes to ${pool.whenClosed}` });
  return pool.whenClosed;
}

/**
 * Smooth weighted round robin (as in nginx): everyone able gains their weight, the highest is taken
 * and pays the total; ties go in file order. With `no-catch-up` an absent member gains nothing, so
 * nobody comes back from holiday to a flood.
 */
export function nextMember(
  pool: Pool,
  able: Pool['members'],
  state: PoolState,
): { readonly rep: string; readonly state: PoolState } {
  const weightOf = (member: Pool['members'][number]): number =>
    pool.share === 'weighted' ? member.weight : 1;
  const isAble = new Set(able.map((member) => member.rep));
  const gaining = pool.afterAbsence === 'catch-up' ? pool.members : able;
  const next: Record<string, number> = { ...state };
  for (const member of gaining) next[member.rep] = (next[member.rep] ?? 0) + weightOf(member);

  let best = able[0];
  for (const member of able) {
    if ((next[member.rep] ?? 0) > (next[best?.rep ?? ''] ?? 0)) best = member;
  }
  if (best === undefined) throw new Error('A pool is asked for its next member with nobody able.');
  const total = gaining.reduce((sum, member) => sum + weightOf(member), 0);
  next[best.rep] = (next[best.rep] ?? 0) - total;
  const members = new Set(pool.members.map((member) => member.rep));
  const kept = Object.entries(next).filter(([rep]) => members.has(rep) || isAble.has(rep));
  return { rep: best.rep, state: Object.fromEntries(kept) };
}

/** Why a rep cannot take it now, or null. `strict` also counts absence and a full day. */
function obstacleOf(rep: Rep, input: RoutingInput, strict: boolean): string | null {
  if (input.avoid.includes(rep.id)) return 'had it before';
  if (!strict) return null;
  if (input.isAway(rep)) return 'is away';
  const given = input.givenToday[rep.id] ?? 0;
  if (rep.perDay !== undefined && given >= rep.perDay) {
    return `has ${given} of ${rep.perDay} for today`;
  }
  return null;
}

function routedTo(match: string, why: string, input: RoutingInput): Omit<Routed, 'to'> {
  return { match, why, trace: [], pools: input.pools };
}

/** Routing: first match wins, pools share fairly, nobody who cannot take a lead gets it. */
import { describe, expect, test } from 'vitest';
import type { Pool, Rep, Routing, SalesTeam } from '../../../core/routing/model.ts';
import { route, routeTo, type PoolState, type RoutingInput } from '../../../core/routing/route.ts';

const rep = (id: string, extra: Partial<Rep> = {}): Rep => ({
  id,
  name: id,
  email: `${id}@acme.example`,
  hours: 'office',
  speaks: ['en'],
  away: [],
  ...extra,
});
const pool = (members: readonly [string, number][], extra: Partial<Pool> = {}): Pool => ({
  share: 'weighted',
  whenClosed: 'assign-now-clock-later',
  afterAbsence: 'no-catch-up',
  members: members.map(([name, weight]) => ({ rep: name, weight })),
  ...extra,
});
const reps = ['anna', 'jon', 'mia', 'tom', 'lena'];
const team: SalesTeam = {
  reps: Object.fromEntries(reps.map((id) => [id, rep(id, id === 'jon' ? { perDay: 2 } : {})])),
  hours: {},
  queues: {},
  pools: {
    dach: pool(
      [
        ['anna', 2],
        ['jon', 1],
      ],
      { whenFull: 'pool:inbound' },
    ),
    inbound: pool(
      [
        ['mia', 1],
        ['tom', 1],
      ],
      { share: 'round-robin', whenFull: 'queue:inbound' },
    ),
  },
};
const routing: Routing = {
  routing: 'inbound',
  sla: [],
  match: [
    {
      id: 'owner',
      why: 'Has an owner',
      if: { all: [] },
      to: 'account-owner',
      ifAway: 'next-match',
    },
    { id: 'dach', why: 'German-speaking', if: { all: [] }, to: 'pool:dach' },
    { id: 'rest', why: 'Everyone else', to: 'pool:inbound' },
  ],
};

function given(changes: Partial<RoutingInput> = {}, holding: readonly string[] = []): RoutingInput {
  return {
    routing,
    team,
    holds: (id) => holding.includes(id),
    pools: {},
    givenToday: {},
    isAway: () => false,
    isInHours: () => true,
    avoid: [],
    ...changes,
  };
}

/** Routes the same lead again and again, carrying the pools' state along. */
function shares(times: number, input: RoutingInput): Record<string, number> {
  const counts: Record<string, number> = {};
  let pools: { readonly [pool: string]: PoolState } = {};
  for (let round = 0; round < times; round += 1) {
    const routed = route({ ...input, pools });
    pools = routed.pools;
    const name = routed.to.type === 'rep' ? routed.to.rep : routed.to.type;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe('matches', () => {
  test('the first that holds wins', () => {
    expect(route(given({}, ['dach'])).match).toBe('dach');
    expect(route(given()).match).toBe('rest');
  });

  test('the account owner comes first', () => {
    const routed = route(given({ accountOwner: 'lena' }, ['owner', 'dach']));
    expect(routed.to).toEqual({ type: 'rep', rep: 'lena' });
  });

  test('an owner who is away passes to the next match, with the reason in the trace', () => {
    const routed = route(
      given({ accountOwner: 'lena', isAway: (one) => one.id === 'lena' }, ['owner', 'dach']),
    );
    expect(routed.match).toBe('dach');
    expect(routed.trace).toContainEqual({ at: 'rep:lena', what: 'is away' });
  });

  test('a rejection that wants the same rep back gets that rep', () => {
    expect(route(given({ prefer: 'tom' })).to).toEqual({ type: 'rep', rep: 'tom' });
  });
});

describe('pools', () => {
  test('weights are kept exactly over a full round', () => {
    const roomy = { ...team, reps: { ...team.reps, jon: rep('jon') } };
    expect(shares(300, given({ team: roomy }, ['dach']))).toEqual({ anna: 200, jon: 100 });
  });

  test('round robin ignores weights and starts in file order', () => {
    expect(route(given()).to).toEqual({ type: 'rep', rep: 'mia', pool: 'inbound' });
    expect(shares(11, given())).toEqual({ mia: 6, tom: 5 });
  });

  test('a full day passes a rep over', () => {
    expect(shares(9, given({ givenToday: { jon: 2 } }, ['dach']))).toEqual({ anna: 9 });
  });

  test('nobody free: the lead overflows, and no circle of overflows hangs', () => {
    const away = given({ isAway: () => true }, ['dach']);
    expect(route(away).to).toEqual({ type: 'queue', queue: 'inbound' });
    const circle = {
      ...team,
      pools: { ...team.pools, inbound: pool([['mia', 1]], { whenFull: 'pool:dach' }) },
    };
    expect(route({ ...away, team: circle }).to).toEqual({ type: 'nobody' });
  });

  test('a rep back from holiday is not flooded', () => {
    const roomy = { ...team, reps: { ...team.reps, jon: rep('jon') } };
    let pools: { readonly [pool: string]: PoolState } = {};
    const input = given({ team: roomy }, ['dach']);
    for (let day = 0; day < 50; day += 1) {
      pools = route({ ...input, pools, isAway: (one) => one.id === 'jon' }).pools;
    }
    const after: string[] = [];
    for (let lead = 0; lead < 3; lead += 1) {
      const routed = route({ ...input, pools });
      pools = routed.pools;
      if (routed.to.type === 'rep') after.push(routed.to.rep);
    }
    expect(after.filter((name) => name === 'jon')).toHaveLength(1);
  });

  test('a closed pool hands over when its file says so', () => {
    const closing = {
      ...team,
      pools: { ...team.pools, dach: pool([['anna', 1]], { whenClosed: 'pool:inbound' }) },
    };
    const routed = route(given({ team: closing, isInHours: (one) => one.id !== 'anna' }, ['dach']));
    expect(routed.to).toEqual({ type: 'rep', rep: 'mia', pool: 'inbound' });
  });

  test('a rep who had the handoff before does not get it again', () => {
    expect(route(given({ avoid: ['mia'] })).to).toMatchObject({ rep: 'tom' });
  });
});

test('an escalation reaches its rep whoever is away, and even a rep who had it', () => {
  const routed = routeTo('rep:lena', given({ isAway: () => true, avoid: ['lena'] }));
  expect(routed.to).toEqual({ type: 'rep', rep: 'lena' });
});

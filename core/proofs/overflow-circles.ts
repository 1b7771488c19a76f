/**
 * Do pools send leads round in a circle?
 *
 * Routing tries each pool once and then gives the lead to nobody, so a circle never hangs; it loses the
 * lead on the day everybody is full.
 */
import type { SalesTeam } from '../routing/model.ts';
import type { Finding, ProvableWorkspace } from './finding.ts';

type Overflow = 'whenFull' | 'whenClosed';
interface Hop {
  readonly pool: string;
  readonly by: Overflow;
}

export function findOverflowCircles({ release, sources }: ProvableWorkspace): readonly Finding[] {
  const { team } = release;
  const told = new Set<string>();
  return sources.routing.flatMap(({ path: file, value }) =>
    Object.keys(value.pools).flatMap((pool): readonly Finding[] => {
      const circle = told.has(pool) ? undefined : circleFrom(team, pool);
      if (circle === undefined) return [];
      for (const hop of circle) told.add(hop.pool);
      return [
        {
          finding: 'overflow-circle',
          severity: 'warning',
          file,
          path: ['pools', pool, circle[0]?.by ?? 'whenFull'],
          message: sayCircle(circle),
          witness: `${circle.map(({ pool: at, by }) => `pool:${at} ${by} → `).join('')}pool:${pool}`,
          fix: 'let the last pool of the circle end in a queue, such as "whenFull": "queue:…"',
        },
      ];
    }),
  );
}

function sayCircle(circle: readonly Hop[]): string {
  const by = new Set(circle.map((hop) => hop.by));
  const state = by.size > 1 ? 'full or closed' : by.has('whenFull') ? 'full' : 'closed';
  return circle.length === 1
    ? `the pool "${circle[0]?.pool ?? ''}" overflows into itself: once it is ${state}, nobody gets the lead`
    : `pools overflow in a circle: when all of them are ${state}, nobody gets the lead`;
}

/** The fewest hops from the pool back to itself. */
function circleFrom(team: SalesTeam, start: string): readonly Hop[] | undefined {
  const seen = new Set<string>();
  const ways: (readonly Hop[])[] = [[]];
  for (let hops = ways.shift(); hops !== undefined; hops = ways.shift()) {
    const last = hops.at(-1);
    const pool = last === undefined ? start : targetOf(team, last);
    if (last !== undefined && pool === start) return hops;
    if (pool === undefined || seen.has(pool)) continue;
    seen.add(pool);
    ways.push([...hops, { pool, by: 'whenFull' }], [...hops, { pool, by: 'whenClosed' }]);
  }
  return undefined;
}

function targetOf({ pools }: SalesTeam, { pool, by }: Hop): string | undefined {
  const target = pools[pool]?.[by];
  return target?.startsWith('pool:') === true ? target.slice('pool:'.length) : undefined;
}

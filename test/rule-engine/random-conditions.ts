/** Seeded random conditions and facts, shared by the differential test and its command. */
import type {
  Condition,
  FactValue,
  Json,
  JsonObject,
  ReadFact,
} from '../../core/rules/condition.ts';
import { decorators, operators } from '../../core/rules/operators.ts';
import type { Segments } from '../../core/rules/compile.ts';

export interface Case {
  readonly condition: Condition;
  readonly segments: Segments;
  readonly facts: { readonly [fact: string]: Json };
  readonly read: ReadFact;
  readonly now: number;
}

/** mulberry32: small, fast and the same on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (share) => next() < share,
    pick: (list) => {
      const found = list[below(list.length)];
      if (found === undefined) throw new Error('pick() needs a list with entries.');
      return found;
    },
  };
}
export interface Random {
  readonly below: (limit: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
}

const day = 86_400_000;
const now = Date.UTC(2026, 2, 27, 15, 30);
const factNames = [
  'country',
  'employees',
  'tags',
  'seenAt',
  'company',
  'consent',
  'eventCount',
  'website',
  'nobodyKnows',
];
const scalars: readonly Json[] = [
  'DE',
  'de',
  'US',
  '',
  'Acme AG',
  '12',
  '12abc',
  '9',
  0,
  1,
  3,
  12,
  500,
  -1,
  2.5,
  true,
  false,
  null,
  now - 3 * day,
  '2026-03-01',
  '2026-03-27T15:30:00Z',
  '2026-03-20T00:00:00+01:00',
  'ana@mail.acme.com',
  'https://www.acme.com/jobs',
  'acme.com',
];
const operatorNames = [...operators.keys()];
const decoratorNames = [...decorators.keys()];
const segmentNames = ['large', 'near', 'nested'];

export function randomCase(random: Random): Case {
  const facts = randomFacts(random);
  const segments = {
    large: { when: leaf(random) },
    near: { when: tree(random, 2, []) },
    nested: { when: tree(random, 2, ['large', 'near']) },
  };
  const read: ReadFact = (fact, params) => {
    const value: FactValue = Object.hasOwn(facts, fact) ? facts[fact] : undefined;
    const add = params?.['add'];
    return typeof value === 'number' && typeof add === 'number' ? value + add : value;
  };
  return { condition: tree(random, 4, segmentNames), segments, facts, read, now };
}

function randomFacts(random: Random): { readonly [fact: string]: Json } {
  const facts: { [fact: string]: Json } = {};
  for (const fact of factNames.slice(0, -1)) {
    if (!random.chance(0.25)) facts[fact] = random.chance(0.3) ? object(random) : value(random);
  }
  return facts;
}

function object(random: Random): Json {
  return { name: random.pick(scalars), size: { staff: random.pick(scalars), tags: list(random) } };
}

function list(random: Random): Json {
  return Array.from({ length: random.below(4) }, () => random.pick(scalars));
}

function value(random: Random): Json {
  return random.chance(0.3) ? list(random) : random.pick(scalars);
}

function tree(random: Random, depth: number, segments: readonly string[]): Condition {
  const roll = random.below(10);
  if (segments.length > 0 && roll === 0) {
    return { condition: random.pick(segments), ...priority(random) };
  }
  if (depth === 0 || roll < 4) return leaf(random);
  const extras = { ...priority(random), ...(random.chance(0.1) ? { name: 'named' } : {}) };
  if (roll === 4) return { not: tree(random, depth - 1, segments), ...extras };
  const children = Array.from({ length: random.below(5) }, () => tree(random, depth - 1, segments));
  return roll < 8 ? { all: children, ...extras } : { any: children, ...extras };
}

function priority(random: Random): { readonly priority?: number } {
  return random.chance(0.3) ? { priority: 1 + random.below(4) } : {};
}

function leaf(random: Random): Condition {
  const base = random.pick(operatorNames);
  const chain = Array.from({ length: random.chance(0.2) ? 1 + random.below(2) : 0 }, () =>
    random.pick(decoratorNames),
  );
  const params: JsonObject = { add: random.below(3) };
  return {
    fact: random.pick(factNames),
    operator: [...chain, base].join(':'),
    value: expected(random, base, chain),
    ...(random.chance(0.3) ? { params } : {}),
    ...(random.chance(0.3)
      ? { path: random.pick(['name', 'size.staff', 'size.tags', '0', 'no.such']) }
      : {}),
    ...(random.chance(0.1) ? { name: 'a leaf' } : {}),
    ...priority(random),
  };
}

function expected(random: Random, base: string, chain: readonly string[]): Json {
  const kind = operators.get(base)?.value;
  if (random.chance(0.1)) return { fact: random.pick(factNames), path: 'size.tags' };
  const single =
    kind === 'list'
      ? list(random)
      : kind === 'duration'
        ? random.pick(['2 days', '7 days', 'P3D', 'nonsense', 3 * day])
        : kind === 'range'
          ? random.pick<Json>([[1, 12], [12, 1], ['1', 500], [3], 'nonsense', null])
          : kind === 'instant'
            ? random.pick<Json>(['2026-03-01', '2026-03-27T15:30:00Z', now - 3 * day, 'soon', true])
            : kind === 'boolean'
              ? random.chance(0.5)
              : value(random);
  return chain.some((name) => name.endsWith('Value')) ? [single, random.pick(scalars)] : single;
}

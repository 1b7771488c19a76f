/**
 * What could be learned of a lead or happen to it that bears on a goal: facts that are missing, with one
 * value for each answer a condition can tell apart, and events, as often as more of them count.
 *
 * Values come from the cells that proofs use, so the production operators say which answers differ.
 * What is known is never proposed to be otherwise: nobody changes the size of a company to become an MQL.
 */
import type { Release } from '../definitions/release.ts';
import { canonicalJson } from '../definitions/canonical.ts';
import { isActivity } from '../decision/activity.ts';
import { cellsOf, isUnderstood, PROOF_NOW, truthOf } from '../proofs/satisfiability/cells.ts';
import { domainOf, leadWorld, type FactDomain } from '../proofs/satisfiability/domain.ts';
import { solve } from '../proofs/satisfiability/solve.ts';
import type { EventMatch, Json, JsonObject, Leaf } from '../rules/condition.ts';
import { builtInEvents } from '../facts/catalogue.ts';
import { isKnown } from '../rules/operators.ts';
import { isTrait, type Giver, type GoalOf, type GoalScene, type Wanted } from './goal.ts';

export type Move = FactMove | EventMove;
export interface FactMove {
  readonly type: 'fact';
  readonly fact: string;
  readonly value: Json;
  /** Leaves of the goal that this answer settles as wanted. */
  readonly settles: readonly Leaf[];
}
export interface EventMove {
  readonly type: 'event';
  readonly event: string;
  /** That `where` of a rule asks for. */
  readonly properties: JsonObject;
  /** More of them change nothing more. */
  readonly timesMax: number;
}

/** No person does one thing more often to become a lead of ours; a search has to end as well. */
const TIMES_MOST = 20;

export function movesOf({ givers, wanted }: GoalOf, scene: GoalScene): readonly Move[] {
  return [...factMoves(wanted, scene), ...eventMoves(givers, wanted, scene)];
}

/** Two moves of one subject exclude each other in a set. */
export function subjectOf(move: Move): string {
  return move.type === 'fact' ? `fact ${move.fact}` : `event ${move.event}`;
}

/** Whether a move may change what a leaf says: generous where it is not certain. */
export function touches(move: Move, { fact, params, value }: Leaf, release: Release): boolean {
  if (move.type === 'event') {
    const event = params?.['event'];
    return typeof event === 'string' ? event === move.event : !isTrait(release, fact);
  }
  const others = JSON.stringify(value);
  if (fact === move.fact || others.includes(JSON.stringify(move.fact))) return true;
  if (Object.hasOwn(release.facts, fact)) return release.facts[fact]?.derive?.from === move.fact;
  return !isTrait(release, fact) && fact !== 'eventCount';
}

function factMoves(wanted: readonly Wanted[], scene: GoalScene): readonly FactMove[] {
  const byFact = new Map<string, Wanted[]>();
  for (const one of wanted) {
    const fact = askedFact(one.leaf, scene);
    if (fact !== undefined) byFact.set(fact, [...(byFact.get(fact) ?? []), one]);
  }
  return [...byFact].flatMap(([fact, asked]) =>
    fact === 'email' ? addressMoves(asked) : answersOf(fact, asked, scene),
  );
}

/** The fact to ask for when this leaf is to be settled, if it is one and not known. */
function askedFact({ fact }: Leaf, { release, read }: GoalScene): string | undefined {
  const asked = fact === 'emailKind' ? 'email' : fact;
  return isTrait(release, asked) && !isKnown(read(asked)) ? asked : undefined;
}

function answersOf(
  fact: string,
  asked: readonly Wanted[],
  { release, now }: GoalScene,
): readonly FactMove[] {
  const domain = domainOf(release, leadWorld, fact);
  const understood = asked.filter(({ leaf }) => isUnderstood(domain, leaf));
  const leaves = understood.map(({ leaf }) => leaf);
  const seen = new Set<string>();
  const moves = cellsOf(domain, leaves, fact).flatMap((cell): readonly FactMove[] => {
    const { value } = cell;
    if (!cell.isCertain || value === undefined || !isKnown(value)) return [];
    const settled = understood.filter(({ leaf, holds }) => truthOf(leaf, cell) === holds);
    const key = canonicalJson(leaves.map((leaf) => truthOf(leaf, cell)));
    if (settled.length === 0 || seen.has(key)) return [];
    seen.add(key);
    const settles = distinct(settled.map(({ leaf }) => leaf));
    return [{ type: 'fact', fact, value: sinceNow(domain, value, now), settles }];
  });
  // The answer that asks least of the lead comes first.
  return moves.sort((a, b) => a.settles.length - b.settles.length);
}

/** Proofs weigh dates at an instant of their own: only the age matters. */
function sinceNow({ type }: FactDomain, value: Json, now: number): Json {
  if (type !== 'date' || typeof value !== 'number') return value;
  return new Date(now - PROOF_NOW + value).toISOString();
}

function distinct(leaves: readonly Leaf[]): readonly Leaf[] {
  return [...new Map(leaves.map((leaf) => [canonicalJson(leaf), leaf])).values()];
}

function addressMoves(asked: readonly Wanted[]): readonly FactMove[] {
  const settles = distinct(asked.map(({ leaf }) => leaf));
  return [{ type: 'fact', fact: 'email', value: 'somebody@company.example', settles }];
}

function eventMoves(
  givers: readonly Giver[],
  wanted: readonly Wanted[],
  scene: GoalScene,
): readonly EventMove[] {
  const counted = [
    ...givers.flatMap(givenByEvent),
    ...wanted.flatMap((one) => [...countedIn(one, scene), ...shownBy(one, scene)]),
  ];
  const moves = new Map<string, EventMove>();
  for (const { match, times } of [...counted, ...livesIn(wanted, scene)]) {
    const properties = propertiesFor(match, scene.release);
    if (properties === undefined) continue;
    const key = canonicalJson([match.event, properties]);
    const known = moves.get(key)?.timesMax ?? 0;
    const timesMax = Math.min(TIMES_MOST, Math.max(known, times));
    moves.set(key, { type: 'event', event: match.event, properties, timesMax });
  }
  return [...moves.values()];
}

interface Counted {
  readonly match: EventMatch;
  readonly times: number;
}

function givenByEvent(giver: Giver): readonly Counted[] {
  if (giver.type !== 'for-each' || giver.rule.points <= 0) return [];
  const { match, atMost = Infinity, points } = giver.rule;
  const times = Math.ceil((atMost - giver.given) / points);
  return times > 0 ? [{ match, times }] : [];
}

/** A count to be reached, or anything else that names an event. */
function countedIn({ leaf, holds }: Wanted, { read }: GoalScene): readonly Counted[] {
  const { event, where } = leaf.params ?? {};
  if (typeof event !== 'string' || !holds) return [];
  const match = {
    event,
    ...(where === undefined ? {} : { where: where as unknown }),
  } as EventMatch;
  const asked = typeof leaf.value === 'number' ? leaf.value : 1;
  const now = leaf.fact === 'eventCount' ? Number(read(leaf.fact, leaf.params) ?? 0) : 0;
  return [{ match, times: Math.max(1, Math.ceil(asked - now) + 1) }];
}

/** What shows the interest that a leaf asks for. */
function shownBy({ leaf, holds }: Wanted, { release }: GoalScene): readonly Counted[] {
  if (!holds || !interestFacts.has(leaf.fact)) return [];
  const named = [leaf.params?.['interest'], leaf.value].flat();
  const wanted = typeof leaf.value === 'number' ? leaf.value : 1;
  return Object.values(release.interests ?? {})
    .filter(({ id }) => named.includes(id))
    .flatMap(({ from }) => from)
    .map(({ match, points }) => ({ match, times: Math.max(1, Math.ceil(wanted / points)) }));
}
const interestFacts = new Set(['interests', 'intent', 'intentSurge']);

/** Any sign of life will do: the first event that is one. */
function livesIn(wanted: readonly Wanted[], { release }: GoalScene): readonly Counted[] {
  const isAsked = wanted.some(({ leaf }) => recency.has(leaf.fact));
  const signs = ['Page Viewed', ...Object.keys(release.events)];
  const event = signs.find((name) => isActivity(release, name, 'human'));
  return isAsked && event !== undefined ? [{ match: { event }, times: 1 }] : [];
}
const recency = new Set(['daysSinceActivity', 'lastSeen']);

/** Properties that a `where` accepts; `undefined` where none can be found. */
function propertiesFor({ event, where }: EventMatch, release: Release): JsonObject | undefined {
  if (where === undefined) return {};
  const declared = { ...builtInEvents, ...release.events };
  const found = solve({ ...release, events: declared }, { type: 'event', event }, [
    { holds: where },
  ]);
  if (found.type !== 'yes') return undefined;
  const known = found.witness.flatMap(({ fact, value }) =>
    value === undefined ? [] : [[fact, value] as const],
  );
  return Object.fromEntries(known);
}

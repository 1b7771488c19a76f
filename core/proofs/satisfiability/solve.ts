/**
 * Can these conditions hold (and those fail) for one lead at one instant? Yes with a witness, no, or
 * not to be known.
 *
 * "No" is said only when every value a fact can have was ruled out; "yes" only for a witness that the
 * evaluator of production accepts and that no link between facts forbids.
 */
import type { Release } from '../../definitions/release.ts';
import type { FactValue, JsonObject } from '../../rules/condition.ts';
import { boxesOf } from './boxes.ts';
import type { Box } from './boxes.ts';
import type { Cell } from './cells.ts';
import type { FactWorld } from './domain.ts';
import { linkOf } from './links.ts';
import type { GoTogether } from './links.ts';
import { formulate } from './variables.ts';
import type { Term, Variable } from './variables.ts';

export interface WitnessFact {
  readonly fact: string;
  readonly params: JsonObject;
  /** `undefined`: the fact is missing. */
  readonly value: FactValue;
  readonly words?: string;
}
export type Answer =
  | { readonly type: 'yes'; readonly witness: readonly WitnessFact[] }
  | { readonly type: 'no' }
  | { readonly type: 'unknown' };

export function solve(release: Release, world: FactWorld, terms: readonly Term[]): Answer {
  const { variables, formula } = formulate(release, world, terms);
  const boxes = boxesOf(formula);
  if (boxes === undefined) return { type: 'unknown' };
  const links = linksOf(release, variables);
  let isDoubtful = false;
  for (const box of boxes) {
    const found = searchBox(box, variables, links);
    if (found.type === 'yes') return found;
    isDoubtful ||= found.type === 'unknown';
  }
  return { type: isDoubtful ? 'unknown' : 'no' };
}

/** The fewest of the terms that cannot all be had; `undefined` when they can, or nobody knows. */
export function conflictOf(
  release: Release,
  world: FactWorld,
  terms: readonly Term[],
): readonly Term[] | undefined {
  if (solve(release, world, terms).type !== 'no') return undefined;
  let core = terms;
  for (const term of terms) {
    const without = core.filter((one) => one !== term);
    if (solve(release, world, without).type === 'no') core = without;
  }
  return core;
}

interface Link {
  readonly a: number;
  readonly b: number;
  readonly goTogether: GoTogether;
}

function linksOf(release: Release, variables: readonly Variable[]): readonly Link[] {
  return variables.flatMap((one, a) =>
    variables.slice(a + 1).flatMap((other, index): readonly Link[] => {
      const goTogether = linkOf(release, one, other);
      return goTogether === undefined ? [] : [{ a, b: a + 1 + index, goTogether }];
    }),
  );
}

/** Tries for one box; a conjunct of linked facts needs a handful. */
const TRIES_MOST = 5_000;

/** Depth first over the cells left in the box; with certain cells only for a witness, with all for "no". */
function searchBox(box: Box, variables: readonly Variable[], links: readonly Link[]): Answer {
  const within = links.filter(({ a, b }) => box.has(a) && box.has(b));
  const order = [...box.keys()];
  const left = { tries: TRIES_MOST };
  const chosen = choose(order, new Map(), { box, variables, links: within, left, certain: true });
  if (chosen !== undefined) return { type: 'yes', witness: witnessOf(chosen, variables) };
  const doubt = choose(order, new Map(), { box, variables, links: within, left, certain: false });
  return { type: doubt === undefined && left.tries > 0 ? 'no' : 'unknown' };
}

type Choice = ReadonlyMap<number, Cell>;
interface Search {
  readonly box: Box;
  readonly variables: readonly Variable[];
  readonly links: readonly Link[];
  readonly left: { tries: number };
  /** Whether a cell that may not exist is passed over. */
  readonly certain: boolean;
}

function choose(order: readonly number[], chosen: Choice, search: Search): Choice | undefined {
  const [next, ...rest] = order;
  if (next === undefined) return chosen;
  const mask = search.box.get(next) ?? 0n;
  const cells = search.variables[next]?.cells ?? [];
  for (const [index, cell] of cells.entries()) {
    if ((mask & (1n << BigInt(index))) === 0n || (search.certain && !cell.isCertain)) continue;
    if (search.left.tries-- <= 0) return undefined;
    const tried = new Map(chosen).set(next, cell);
    if (!isAllowed(next, tried, search.links)) continue;
    const found = choose(rest, tried, search);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isAllowed(latest: number, chosen: Choice, links: readonly Link[]): boolean {
  return links.every(({ a, b, goTogether }) => {
    if (a !== latest && b !== latest) return true;
    const [one, other] = [chosen.get(a), chosen.get(b)];
    if (one === undefined || other === undefined || !one.isCertain || !other.isCertain) return true;
    return goTogether(one.value, other.value);
  });
}

function witnessOf(chosen: Choice, variables: readonly Variable[]): readonly WitnessFact[] {
  return [...chosen].flatMap(([index, { value, words }]) => {
    const variable = variables[index];
    if (variable === undefined) return [];
    const { fact, params } = variable;
    return [{ fact, params, value, ...(words === undefined ? {} : { words }) }];
  });
}

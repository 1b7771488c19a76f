/**
 * Conditions → one formula over variables: one variable per fact with its parameters.
 *
 * A leaf that cannot be judged on cells (a comparison with another fact, a decorated operator over a
 * list) becomes a variable of its own that may be true or false, and is never certain.
 */
import { canonicalJson } from '../../definitions/canonical.ts';
import type { Release } from '../../definitions/release.ts';
import type { Condition, JsonObject, Leaf } from '../../rules/condition.ts';
import type { Formula } from './boxes.ts';
import { cellsOf, isUnderstood, mentioned, truthOf } from './cells.ts';
import type { Cell } from './cells.ts';
import { domainOf } from './domain.ts';
import type { FactDomain, FactWorld } from './domain.ts';
import { groupOf } from './links.ts';

/** A condition that must hold, or one that must fail. */
export type Term = { readonly holds: Condition } | { readonly fails: Condition };

export interface Variable {
  readonly fact: string;
  readonly params: JsonObject;
  readonly cells: readonly Cell[];
}
export interface Problem {
  readonly variables: readonly Variable[];
  readonly formula: Formula;
}

export function formulate(release: Release, world: FactWorld, terms: readonly Term[]): Problem {
  const drafts = new Map<string, Draft>();
  const shaped = terms.map((term) =>
    'holds' in term
      ? shape(term.holds, true, { release, world, drafts, path: [] })
      : shape(term.fails, false, { release, world, drafts, path: [] }),
  );
  const all = [...drafts.values()];
  const variables = all.map((draft) => ({ ...draft, cells: cellsFor(draft, all) }));
  const masks = (shape: Shape): Formula =>
    shape.type === 'leaf'
      ? maskOf(shape, all.indexOf(shape.draft), variables[all.indexOf(shape.draft)]?.cells ?? [])
      : { type: shape.type, of: shape.of.map(masks) };
  return { variables, formula: { type: 'and', of: shaped.map(masks) } };
}

interface Draft {
  readonly fact: string;
  readonly params: JsonObject;
  /** `undefined` for a leaf that is a variable of its own. */
  readonly domain: FactDomain | undefined;
  readonly leaves: Leaf[];
}
/** Negations pushed down to the leaves. */
type Shape =
  | { readonly type: 'leaf'; readonly leaf: Leaf; readonly holds: boolean; readonly draft: Draft }
  | { readonly type: 'and' | 'or'; readonly of: readonly Shape[] };
interface Shaping {
  readonly release: Release;
  readonly world: FactWorld;
  readonly drafts: Map<string, Draft>;
  /** Segments around, outermost first. */
  readonly path: readonly string[];
}

function shape(condition: Condition, holds: boolean, shaping: Shaping): Shape {
  if ('any' in condition && condition.any.length === 0) {
    return { type: holds ? 'and' : 'or', of: [] };
  }
  if ('any' in condition) {
    return {
      type: holds ? 'or' : 'and',
      of: condition.any.map((one) => shape(one, holds, shaping)),
    };
  }
  if ('all' in condition) {
    return {
      type: holds ? 'and' : 'or',
      of: condition.all.map((one) => shape(one, holds, shaping)),
    };
  }
  if ('not' in condition) return shape(condition.not, !holds, shaping);
  if (!('condition' in condition)) return shapeLeaf(condition, holds, shaping);
  const { release, path } = shaping;
  const segment = Object.hasOwn(release.segments, condition.condition)
    ? release.segments[condition.condition]
    : undefined;
  if (segment === undefined || path.includes(condition.condition)) {
    throw new Error(`The segment "${condition.condition}" is unknown or goes round in a circle.`);
  }
  return shape(segment.when, holds, { ...shaping, path: [...path, condition.condition] });
}

function shapeLeaf(leaf: Leaf, holds: boolean, { release, world, drafts }: Shaping): Shape {
  const { fact, params = {} } = leaf;
  const key = canonicalJson([fact, params]);
  const known = drafts.get(key);
  const domain = known?.domain ?? domainOf(release, world, fact, params);
  const draft = known ?? { fact, params, domain, leaves: [] };
  const hasPath = leaf.path !== undefined && leaf.path !== '' && !isScalar(domain);
  if (hasPath || !isUnderstood(domain, leaf) || !hasRoom(draft, leaf)) {
    return { type: 'leaf', leaf, holds, draft: ownDraft(leaf, drafts) };
  }
  drafts.set(key, draft);
  draft.leaves.push(leaf);
  return { type: 'leaf', leaf, holds, draft };
}

/** json-rules-engine looks along a path only where the fact holds an object. */
function isScalar(domain: FactDomain): boolean {
  return domain.type !== 'list' && domain.type !== 'any';
}

/** Lists and patterns have a cell for each combination: 2 ** 6 of them. */
const COMBINED_MOST = 6;

function hasRoom({ domain, leaves }: Draft, leaf: Leaf): boolean {
  if (domain?.type === 'list') return mentioned([...leaves, leaf]).length <= COMBINED_MOST;
  if (!isPattern(leaf)) return true;
  const values = [...leaves, leaf]
    .filter(isPattern)
    .map(({ operator, value }) => [operator, value]);
  return new Set(values.map((one) => canonicalJson(one))).size <= COMBINED_MOST;
}

function isPattern({ operator }: Leaf): boolean {
  return ['startsWith', 'endsWith', 'containsText'].some((name) => operator.endsWith(name));
}

function ownDraft(leaf: Leaf, drafts: Map<string, Draft>): Draft {
  const { name: _, priority: __, ...meant } = leaf;
  const key = canonicalJson(meant);
  const draft = drafts.get(key) ?? {
    fact: leaf.fact,
    params: leaf.params ?? {},
    domain: undefined,
    leaves: [leaf],
  };
  drafts.set(key, draft);
  return draft;
}

const trueOrFalse: readonly Cell[] = [true, false].map((truth) => ({
  value: undefined,
  isCertain: false,
  truth: () => truth,
}));

function cellsFor(draft: Draft, all: readonly Draft[]): readonly Cell[] {
  if (draft.domain === undefined) return trueOrFalse;
  const group = groupOf(draft);
  const sharing = group === undefined ? [draft] : all.filter((one) => groupOf(one) === group);
  const leaves = sharing.filter(({ domain }) => domain !== undefined).flatMap((one) => one.leaves);
  return cellsOf(draft.domain, leaves, draft.fact);
}

function maskOf(
  { leaf, holds }: Extract<Shape, { type: 'leaf' }>,
  variable: number,
  cells: readonly Cell[],
): Formula {
  let mask = 0n;
  cells.forEach((cell, index) => {
    const truth = truthOf(leaf, cell);
    if (truth === 'either' || truth === holds) mask |= 1n << BigInt(index);
  });
  return { type: 'mask', variable, mask };
}

/**
 * Where two files of one format differ, by the ids they carry rather than by line.
 *
 * A list whose entries have ids is compared entry by entry; everything else is compared leaf by leaf,
 * so no change can be hidden. Values are told as the files write them, but "2 days" and "48 hours"
 * are the same: what the format makes of both is compared.
 */
import { canonicalJson } from '../definitions/canonical.ts';
import type { Json, JsonObject } from '../rules/condition.ts';
import { isList } from './values.ts';

/** Keys and ids: ["rules", "can-sign", "points"]. */
export type DifferencePath = readonly string[];
/** One side: what the file writes, and what its format makes of it, in the same shape. */
export interface Side {
  readonly written: Json;
  readonly meant: Json;
}
export type Difference = { readonly path: DifferencePath } & (
  | { readonly type: 'added'; readonly after: Side }
  | { readonly type: 'removed'; readonly before: Side }
  | { readonly type: 'changed'; readonly before: Side; readonly after: Side }
  /** Where it stands: "first", "after welcome". */
  | { readonly type: 'moved'; readonly from: string; readonly to: string }
);

/** The keys that name an entry of a list. */
const idKeys = ['id', 'stage', 'handoff', 'event', 'rep', 'name', 'is', 'account', 'role'];
/** One thing to a reader: told whole. */
const wholeKeys = ['fact', 'all', 'any', 'not', 'condition'];
const eventKeys = ['event', 'where', 'same', 'trust', 'within'];

export function findDifferences(
  before: Side,
  after: Side,
  path: DifferencePath = [],
): readonly Difference[] {
  if (isSame(before.meant, after.meant)) return [];
  const [from, to] = [partsOf(before, path), partsOf(after, path)];
  if (from === undefined || to === undefined || from.isOrdered !== to.isOrdered) {
    return [{ type: 'changed', path, before, after }];
  }
  const moves = from.isOrdered ? movesIn([...from.parts.keys()], [...to.parts.keys()], path) : [];
  return [...compareParts(from.parts, to.parts, path), ...moves];
}

interface Parts {
  readonly parts: ReadonlyMap<string, Side>;
  /** Entries of a list, in its order. */
  readonly isOrdered: boolean;
}

function compareParts(
  before: Parts['parts'],
  after: Parts['parts'],
  path: DifferencePath,
): readonly Difference[] {
  const removed = [...before].flatMap(([key, side]): readonly Difference[] =>
    after.has(key) ? [] : [{ type: 'removed', path: [...path, key], before: side }],
  );
  const others = [...after].flatMap(([key, side]): readonly Difference[] => {
    const earlier = before.get(key);
    return earlier === undefined
      ? [{ type: 'added', path: [...path, key], after: side }]
      : findDifferences(earlier, side, [...path, key]);
  });
  return [...removed, ...others];
}

/** The fields of an object, or the entries of a list by their ids; `undefined` for what is told whole. */
function partsOf({ written, meant }: Side, path: DifferencePath): Parts | undefined {
  if (isList(meant)) return isList(written) ? entriesOf(written, meant) : undefined;
  if (!isObject(meant) || !isObject(written)) return undefined;
  if (path.length > 0 && isToldWhole(meant)) return undefined;
  const keys = Object.keys(meant).filter((key) => key !== '$schema' && meant[key] !== undefined);
  const sideOf = (key: string): Side => {
    const value = meant[key] ?? null;
    return { meant: value, written: written[key] ?? value };
  };
  return { parts: new Map(keys.map((key) => [key, sideOf(key)])), isOrdered: false };
}

function isToldWhole(value: JsonObject): boolean {
  const has = (key: string): boolean => Object.hasOwn(value, key);
  const isEvent = has('event') && Object.keys(value).every((key) => eventKeys.includes(key));
  return wholeKeys.some(has) || isEvent || isRecurrence(value);
}

/** Of `again`: {"type": "never"} or {"type": "after", "ms": …}. */
function isRecurrence({ type, ...more }: JsonObject): boolean {
  return typeof type === 'string' && Object.keys(more).every((key) => key === 'ms');
}

function entriesOf(written: readonly Json[], meant: readonly Json[]): Parts | undefined {
  const ids = meant.map(idOf);
  const isKeyed = ids.every((id) => id !== undefined) && new Set(ids).size === ids.length;
  if (!isKeyed || written.length !== meant.length) return undefined;
  const parts = meant.map((value, index): [string, Side] => [
    ids[index] ?? '',
    { meant: value, written: written[index] ?? value },
  ]);
  return { parts: new Map(parts), isOrdered: true };
}

function idOf(entry: Json): string | undefined {
  if (!isObject(entry)) return undefined;
  const found = idKeys.map((key) => entry[key]).find((id) => typeof id === 'string');
  return typeof found === 'string' ? found : undefined;
}

/** Entries that stand elsewhere among those both sides have; what only got a new neighbour did not move. */
function movesIn(
  before: readonly string[],
  after: readonly string[],
  path: DifferencePath,
): readonly Difference[] {
  const from = before.filter((id) => after.includes(id));
  const to = after.filter((id) => before.includes(id));
  const staying = longestCommon(from, to);
  return to
    .filter((id) => !staying.has(id))
    .map((id) => ({
      type: 'moved',
      path: [...path, id],
      from: placeIn(from, id),
      to: placeIn(to, id),
    }));
}

/** "after welcome", "first". */
export function placeIn(order: readonly string[], id: string): string {
  const previous = order[order.indexOf(id) - 1];
  return previous === undefined ? 'first' : `after ${previous}`;
}

/** The longest run of ids that kept their order. */
function longestCommon(from: readonly string[], to: readonly string[]): ReadonlySet<string> {
  const longer = (most: readonly string[], run: readonly string[]): readonly string[] =>
    run.length > most.length ? run : most;
  let runs: readonly (readonly string[])[] = [];
  for (const id of to) {
    const place = from.indexOf(id);
    const before = runs.filter((run) => from.indexOf(run.at(-1) ?? '') < place);
    runs = [...runs, [...before.reduce(longer, []), id]];
  }
  return new Set(runs.reduce(longer, []));
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value);
}

export function isSame(left: Json | undefined, right: Json | undefined): boolean {
  return canonicalJson(left ?? null) === canonicalJson(right ?? null);
}

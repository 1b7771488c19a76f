/**
 * The limits of what an event may carry, checked before it joins a batch: what Postgres cannot store
 * (NUL, lone surrogates), what would reach into objects (`__proto__`), and what is simply too much.
 *
 * One walk, no copy. It reports the first problem with its path; it must never repair anything.
 */
export interface FieldProblem {
  /** Dotted, from the root of the call: `traits.company.name`, `properties.items[3]`. */
  readonly path: string;
  readonly problem: string;
}

/** As Segment: 32 KB per call is its limit, ours leaves room for forms with long texts. */
const charactersMax = 100 * 1024;
/** Postgres and JSON.parse go deeper; no rule can name such a path. */
const depthMax = 32;
/** Above this, one event costs more to fold than a batch of ordinary ones. */
const valuesMax = 2_000;

interface Walk {
  characters: number;
  values: number;
}

/** `undefined` when the value can be stored and read back as it is. */
export function findPoison(value: unknown, path: string): FieldProblem | undefined {
  return inside(value, path, 0, { characters: 0, values: 0 });
}

function inside(value: unknown, path: string, depth: number, walk: Walk): FieldProblem | undefined {
  walk.values += 1;
  if (walk.values > valuesMax) return { path, problem: `more than ${valuesMax} values` };
  if (typeof value === 'string') return text(value, path, walk);
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : { path, problem: 'not a finite number' };
  }
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value !== 'object') return { path, problem: `not JSON: ${typeof value}` };
  if (depth >= depthMax) return { path, problem: `deeper than ${depthMax} levels` };
  return Array.isArray(value)
    ? inArray(value, path, depth, walk)
    : inObject(value, path, depth, walk);
}

function inArray(
  list: readonly unknown[],
  path: string,
  depth: number,
  walk: Walk,
): FieldProblem | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const problem = inside(list[index], `${path}[${index}]`, depth + 1, walk);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function inObject(
  object: object,
  path: string,
  depth: number,
  walk: Walk,
): FieldProblem | undefined {
  for (const [key, value] of Object.entries(object)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
      return { path: at, problem: `a field cannot be called ${key}` };
    }
    const problem = text(key, at, walk) ?? inside(value, at, depth + 1, walk);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

// eslint-disable-next-line no-control-regex -- the NUL is what is looked for
const unstorable = /\u0000|\p{Surrogate}/u;

function text(value: string, path: string, walk: Walk): FieldProblem | undefined {
  walk.characters += value.length;
  if (walk.characters > charactersMax) {
    return { path, problem: `the call is longer than ${charactersMax / 1024} KB` };
  }
  if (!unstorable.test(value)) return undefined;
  return {
    path: path.replace(/\p{Surrogate}|\p{Cc}/gu, '?'),
    problem: value.includes('\u0000') ? 'holds a NUL character' : 'holds half a surrogate pair',
  };
}

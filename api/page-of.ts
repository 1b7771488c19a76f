/**
 * Lists in pages: how many, and from where on. A cursor is opaque to callers and names the last row
 * they saw, so rows that arrive meanwhile are neither lost nor shown twice.
 */
import type { Request } from 'express';
import { Problem } from './problems.ts';

export interface PageAsked {
  readonly limit: number;
  /** The fields of the last row, as they were put in. */
  readonly after?: readonly (string | number)[];
}

const usual = 50;
const most = 200;

export function pageAsked(
  query: Request['query'],
  shape: readonly ('string' | 'number')[],
): PageAsked {
  const limit = limitOf(query['limit']);
  const cursor = query['cursor'];
  if (cursor === undefined || cursor === '') return { limit };
  return { limit, after: readCursor(cursor, shape) };
}

/** Asks for one row more than is shown: whether it came says whether there is a next page. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number)[],
): { readonly rows: readonly Row[]; readonly nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { rows: shown, nextCursor: hasMore ? writeCursor(keyOf(last)) : null };
}

function writeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function readCursor(
  cursor: unknown,
  shape: readonly ('string' | 'number')[],
): readonly (string | number)[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(String(cursor), 'base64url').toString('utf8'));
    const fits =
      Array.isArray(key) &&
      key.length === shape.length &&
      shape.every((type, index) => typeof key[index] === type && isSafe(key[index]));
    if (fits) return key as readonly (string | number)[];
  } catch (cause) {
    throw badCursor(cause);
  }
  throw badCursor();
}

/** What reaches a query as an instant or an id; anything else never came from us. */
function isSafe(value: unknown): boolean {
  return typeof value === 'number'
    ? Number.isFinite(value) && Math.abs(value) < 8.64e15
    : /^[0-9a-f-]{36}$/.test(String(value));
}

function badCursor(cause?: unknown): Problem {
  const detail =
    'The query parameter cursor is not one of ours; expected the nextCursor of a page.';
  return new Problem('bad-request', detail, { cause });
}

function limitOf(text: unknown): number {
  if (text === undefined) return usual;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new Problem(
    'bad-request',
    `The query parameter limit is ${JSON.stringify(text)}; expected a whole number from 1 to ${most}.`,
  );
}

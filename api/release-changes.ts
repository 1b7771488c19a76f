/** Which parts of a release differ from those of another one, and how, in words. Reads only. */
import { describeChanges } from '../core/words/describe-changes.ts';
import type { Change, ComparedPart } from '../core/words/describe-changes.ts';
import type { Sql } from '../store/client.ts';
import { loadDefinitions } from '../store/releases.ts';

/** `<kind>/<key>` → hash. */
export type Entries = { readonly [part: string]: string };
export interface ChangedParts {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly gone: readonly string[];
}
export interface ReleaseChanges extends ChangedParts {
  readonly changes: readonly Change[];
}

/** `parts` of the later one; absent: they are stored. */
export async function releaseChanges(
  sql: Sql,
  before: Entries,
  after: Entries,
  parts?: readonly ComparedPart[],
): Promise<ReleaseChanges> {
  // Whole releases: what did not change holds the labels that the words use.
  const earlier = await loadDefinitions(sql, Object.values(before));
  const later = parts ?? (await loadDefinitions(sql, Object.values(after)));
  return { ...changedParts(before, after), changes: describeChanges(earlier, later) };
}

export function changedParts(before: Entries, after: Entries): ChangedParts {
  const different = Object.keys(after).filter((part) => before[part] !== after[part]);
  return {
    added: different.filter((part) => !Object.hasOwn(before, part)).sort(),
    changed: different.filter((part) => Object.hasOwn(before, part)).sort(),
    gone: Object.keys(before)
      .filter((part) => !Object.hasOwn(after, part))
      .sort(),
  };
}

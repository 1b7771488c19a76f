/** Which parts of a release differ from those of another one, and how, as lines for a terminal. */
import type { ReleaseChanges } from '../api/release-changes.ts';
import { clipped } from '../core/words/clipped.ts';
import type { Change } from '../core/words/describe-changes.ts';

export function changeLines({ added, changed, gone, changes }: ReleaseChanges): string[] {
  return [
    ...added.map((part) => `  new        ${part}`),
    ...changed.flatMap((part) => [`  different  ${part}`, ...howLines(part, changes)]),
    ...gone.map((part) => `  gone       ${part}`),
  ];
}

/** A part that is the same file, compiled differently (a segment it names has changed), has none. */
function howLines(part: string, changes: readonly Change[]): readonly string[] {
  const own = changes.filter((change) => change.part === part).map(({ text }) => clipped(text));
  const shown = own.slice(0, shownMost).map((text) => `${indent}${text}`);
  const more = own.length - shown.length;
  if (own.length === 0) return [`${indent}the same file; what it names has changed`];
  return more > 0 ? [...shown, `${indent}… and ${more} more`] : shown;
}

const indent = ' '.repeat(13);
const shownMost = 12;

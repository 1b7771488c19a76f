/**
 * One difference between two versions of a file → one sentence.
 *
 * The last word is always the path with the value before and after: a difference nobody thought of
 * is told plainly, never left out.
 */
import type { Json } from '../rules/condition.ts';
import { conditionIn, conditionWords, eventMatchWords } from './conditions.ts';
import type { EventSource } from './conditions.ts';
import { isObject } from './differences.ts';
import type { Difference, DifferencePath } from './differences.ts';
import type { Lexicon } from './lexicon.ts';
import { isList, quoted, valueWords } from './values.ts';

export interface WordedDifference {
  readonly path: DifferencePath;
  readonly text: string;
}

export function changeWords(
  _kind: string,
  differences: readonly Difference[],
  lexicon: Lexicon,
): readonly WordedDifference[] {
  return differences.map((one) => ({ path: one.path, text: plainWords(one, lexicon) }));
}

/** "the journey trial-nurture", "the file rules/facts.json". */
export function partName(kind: string, key: string): string {
  return key.includes('/') ? `the file ${key}` : `the ${kind} ${quoted(key)}`;
}

/** "sending, window, from is 10:00 instead of 09:00": true of whatever changed. */
function plainWords(difference: Difference, lexicon: Lexicon): string {
  const place = difference.path.join(', ');
  switch (difference.type) {
    case 'added':
      return `${place} is new: ${written(difference.after.written, lexicon)}`;
    case 'removed':
      return `${place} is gone; it was ${written(difference.before.written, lexicon)}`;
    case 'moved':
      return `${place} now stands ${difference.to} instead of ${difference.from}`;
    case 'changed': {
      const { before, after } = difference;
      return `${place} is ${written(after.written, lexicon)} instead of ${written(before.written, lexicon)}`;
    }
  }
}

function written(value: Json, lexicon: Lexicon): string {
  const condition = conditionIn(value);
  if (condition !== undefined) return conditionWords(condition, lexicon);
  if (isObject(value) && typeof value['event'] === 'string') {
    return eventMatchWords(value as unknown as EventSource, lexicon);
  }
  return isList(value) && value.length > 0 ? value.map(valueWords).join(', ') : valueWords(value);
}

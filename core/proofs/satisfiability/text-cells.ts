/**
 * Cells of a text: every text named, every combination of "starts with", "ends with" and "contains" that spelling
 * does not forbid, and one text that is none of them.
 *
 * For a combination that is not forbidden a text is built and tried. Where that fails, the cell stays
 * as a doubt: such a text may exist.
 */
import type { Json, Leaf } from '../../rules/condition.ts';
import { unlike } from './cells.ts';
import type { Cell } from './cells.ts';

interface Pattern {
  readonly type: 'starts' | 'ends' | 'contains';
  readonly text: string;
}

export function textCells(
  leaves: readonly Leaf[],
  named: readonly Json[],
  canBe: (text: string) => boolean,
  fact: string,
): readonly Cell[] {
  const patterns = patternsOf(leaves);
  const texts = named.filter((value) => typeof value === 'string').filter(canBe);
  const exact = texts.map((value): Cell => ({ value, isCertain: true }));
  const others = combinations(patterns).flatMap((wanted): readonly Cell[] => {
    if (wanted.length === 0) return [otherThan(texts, fact)];
    const built = build(wanted).find(
      (text) => canBe(text) && !named.includes(text) && isAsWanted(text, wanted),
    );
    if (built !== undefined) return [{ value: built, isCertain: true }];
    return isForbidden(wanted) ? [] : [doubtful(wanted)];
  });
  return [...exact, ...others];
}

/** A pattern and whether the text matches it. */
type Wanted = Pattern & { readonly holds: boolean };

function patternsOf(leaves: readonly Leaf[]): readonly Pattern[] {
  const all = leaves.flatMap((leaf) => patternOf(leaf) ?? []);
  return all.filter((one, index) => all.findIndex((other) => isSame(one, other)) === index);
}

function patternOf({ operator, value }: Leaf): Pattern | undefined {
  if (typeof value !== 'string') return undefined;
  const name = operator.split(':').at(-1);
  if (name === 'startsWith') return { type: 'starts', text: value.toLowerCase() };
  if (name === 'endsWith') return { type: 'ends', text: value.toLowerCase() };
  return name === 'containsText' ? { type: 'contains', text: value.toLowerCase() } : undefined;
}

function isSame(a: Pattern, b: Pattern): boolean {
  return a.type === b.type && a.text === b.text;
}

function combinations(patterns: readonly Pattern[]): readonly (readonly Wanted[])[] {
  return patterns.reduce<readonly (readonly Wanted[])[]>(
    (found, pattern) =>
      found.flatMap((before) => [
        [...before, { ...pattern, holds: true }],
        [...before, { ...pattern, holds: false }],
      ]),
    [[]],
  );
}

function isAsWanted(text: string, wanted: readonly Wanted[]): boolean {
  const lower = text.toLowerCase();
  return wanted.every(({ type, text: part, holds }) => holds === matches(type, lower, part));
}

function matches(type: Pattern['type'], text: string, part: string): boolean {
  if (type === 'starts') return text.startsWith(part);
  return type === 'ends' ? text.endsWith(part) : text.includes(part);
}

/** The longest beginning, then what it must contain and does not yet, then the longest end; with and without a tail. */
function build(wanted: readonly Wanted[]): readonly string[] {
  const held = wanted.filter(({ holds }) => holds);
  const beginnings = held.filter(({ type }) => type === 'starts').map(({ text }) => text);
  const start = beginnings.reduce((a, b) => (b.length > a.length ? b : a), '');
  const whole = held
    .filter(({ type }) => type === 'contains')
    .reduce((text, part) => (text.includes(part.text) ? text : `${text}${part.text}`), start);
  const end = held
    .filter(({ type }) => type === 'ends')
    .reduce((a, { text }) => (text.length > a.length ? text : a), '');
  const ended = whole.endsWith(end) ? whole : `${whole}${end}`;
  const plain = ended === '' ? 'something else' : ended;
  return [plain, '?', `${plain}-2`, plain.toUpperCase(), `${plain.toUpperCase()}-2`];
}

function isForbidden(wanted: readonly Wanted[]): boolean {
  return wanted.some((held) => held.holds && wanted.some((other) => clash(held, other)));
}

function clash(held: Wanted, other: Wanted): boolean {
  if (other.holds) {
    if (held.type === 'contains' || held.type !== other.type) return false;
    return !matches(held.type, held.text, other.text) && !matches(held.type, other.text, held.text);
  }
  if (other.type === 'contains') return held.text.includes(other.text);
  return held.type === other.type && matches(held.type, held.text, other.text);
}

function doubtful(wanted: readonly Wanted[]): Cell {
  const truth = (leaf: Leaf) => {
    const pattern = patternOf(leaf);
    const found = wanted.find((one) => pattern !== undefined && isSame(one, pattern));
    return found === undefined ? 'either' : found.holds === isUpright(leaf);
  };
  return { value: 'something else', isCertain: false, truth };
}

/** An even number of `not:` before the operator. */
function isUpright({ operator }: Leaf): boolean {
  return operator.split('not:').length % 2 === 1;
}

/** A country nobody named reads better than "something else". */
const countries = ['US', 'DE', 'FR', 'GB', 'BR', 'JP', 'IN', 'AU', 'ZA', 'SE', 'PL', 'MX'];

function otherThan(texts: readonly string[], fact: string): Cell {
  const country = countries.find((code) => !texts.includes(code));
  if (fact === 'country' && country !== undefined) return { value: country, isCertain: true };
  const words = texts.length === 0 ? undefined : `other than ${texts.join(', ')}`;
  return { value: unlike(texts), isCertain: true, ...(words === undefined ? {} : { words }) };
}

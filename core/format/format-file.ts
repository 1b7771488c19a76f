/**
 * A file of the workspace in its usual layout: keys in the order of the format, short objects on one
 * line, lines of at most 120 letters, comments where they were.
 *
 * It never changes what a file means: values keep their letters, lists and maps their order. Formatting
 * twice is formatting once. A text that is too long for a line stands alone on it.
 */
import { parseCommented } from '../definitions/comment-tree.ts';
import type { CommentedEntry, CommentedValue } from '../definitions/comment-tree.ts';
import { parseDocument, readValue } from '../definitions/document.ts';
import { keyOrderOf } from '../definitions/key-order.ts';
import type { KeyOrder } from '../definitions/key-order.ts';
import type { Problem } from '../definitions/problems.ts';
import type { Kind } from '../definitions/sources.ts';
import type { Json } from '../rules/condition.ts';

export type FormatResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What an editor shows beside a file tree on a usual screen. */
const lettersMost = 120;

export function formatFile(
  kind: Kind,
  file: { readonly path: string; readonly text: string },
): FormatResult {
  const document = parseDocument(file.path, file.text);
  if (document.problems.length > 0) return { ok: false, problems: document.problems };
  const value = readValue(document) ?? null;
  const { root, end } = parseCommented(file.text);
  const sorted = sortKeys(root.value, value, keyOrderOf(kind, value));
  const lines = [...root.before, ...broken(sorted, '', ''), ...root.after, ...end];
  return { ok: true, text: `${lines.map((line) => line.trimEnd()).join('\n')}\n` };
}

/** Known keys first, in order; then the others as they stand. Comments go with their entry. */
function sortKeys(tree: CommentedValue, value: Json, order: KeyOrder): CommentedValue {
  if (tree.type === 'plain') return tree;
  const entries = tree.entries.map((entry, index) => {
    const key = entry.key === undefined ? index : nameOf(entry);
    const inner = innerOf(value, key);
    return { ...entry, value: sortKeys(entry.value, inner, order.below(key, inner)) };
  });
  if (tree.type === 'array') return { ...tree, entries };
  const place = (entry: CommentedEntry): number => {
    const at = order.keys.indexOf(nameOf(entry));
    return at < 0 ? order.keys.length : at;
  };
  return { ...tree, entries: entries.sort((left, right) => place(left) - place(right)) };
}

function nameOf({ key }: CommentedEntry): string {
  return key === undefined ? '' : String(JSON.parse(key));
}

function innerOf(value: Json, key: string | number): Json {
  if (typeof value !== 'object' || value === null) return null;
  return (value as { readonly [key: string]: Json })[key] ?? null;
}

/** On one line, or `undefined` where a comment or an empty line stands in the way. */
function flat(value: CommentedValue): string | undefined {
  if (value.type === 'plain') return value.text;
  if (value.entries.slice(1).some(({ isApart }) => isApart)) return undefined;
  const inside = value.entries.map(flatEntry);
  if (value.end.length > 0 || inside.includes(undefined)) return undefined;
  const [open, close] = bracketsOf(value);
  if (inside.length === 0) return `${open}${close}`;
  const isTight =
    value.type === 'array' && value.entries.every((one) => one.value.type === 'plain');
  const space = isTight ? '' : ' ';
  return `${open}${space}${inside.join(', ')}${space}${close}`;
}

function flatEntry({ key, value, before, after }: CommentedEntry): string | undefined {
  if (before.length + after.length > 0) return undefined;
  const text = flat(value);
  if (text === undefined) return undefined;
  return key === undefined ? text : `${key}: ${text}`;
}

/** Over several lines; `prefix` stands before the first, and the whole file always breaks. */
function broken(value: CommentedValue, indent: string, prefix: string): readonly string[] {
  if (value.type === 'plain') return [`${indent}${prefix}${value.text}`];
  const [open, close] = bracketsOf(value);
  const inner = `${indent}  `;
  const lines = packed(value.entries, inner, value.type === 'object');
  const end = value.end.map((comment) => `${inner}${comment}`);
  return [`${indent}${prefix}${open}`, ...lines, ...end, `${indent}${close}`];
}

/** Plain values of an object share lines; everything else has its own. */
function packed(
  entries: readonly CommentedEntry[],
  indent: string,
  isObject: boolean,
): readonly string[] {
  const lines: string[] = [];
  let canJoin = false;
  entries.forEach((entry, index) => {
    const comma = index < entries.length - 1 ? ',' : '';
    const own = entryLines(entry, indent, comma);
    const isPlain = isShort(entry.value) && own.length === 1 && nameOf(entry) !== '$schema';
    const last = lines.at(-1);
    const joined = `${last ?? ''} ${own[0]?.trimStart() ?? ''}`;
    const fits = canJoin && isPlain && !entry.isApart && joined.length <= lettersMost;
    if (fits && isObject) lines[lines.length - 1] = joined;
    else lines.push(...(entry.isApart && lines.length > 0 ? [''] : []), ...own);
    canJoin = isPlain && entry.after.length === 0;
  });
  return lines;
}

/** A plain value, or a list of them. */
function isShort(value: CommentedValue): boolean {
  if (value.type === 'plain') return true;
  return (
    value.type === 'array' &&
    value.entries.length > 0 &&
    value.entries.every((one) => one.value.type === 'plain')
  );
}

function entryLines(entry: CommentedEntry, indent: string, comma: string): readonly string[] {
  const { key, value, before, after } = entry;
  const prefix = key === undefined ? '' : `${key}: `;
  const one = flat(value);
  const line = one === undefined ? undefined : `${indent}${prefix}${one}${comma}`;
  const lines =
    line !== undefined && (line.length <= lettersMost || value.type === 'plain')
      ? [line]
      : withComma(broken(value, indent, prefix), comma);
  const above = before.map((comment) => `${indent}${comment}`);
  if (after.length === 0) return [...above, ...lines];
  const last = `${lines.at(-1) ?? ''} ${after.join(' ')}`;
  if (last.length <= lettersMost) return [...above, ...lines.slice(0, -1), last];
  return [...above, ...after.map((comment) => `${indent}${comment}`), ...lines];
}

function withComma(lines: readonly string[], comma: string): readonly string[] {
  return [...lines.slice(0, -1), `${lines.at(-1) ?? ''}${comma}`];
}

function bracketsOf({ type }: CommentedValue): readonly [string, string] {
  return type === 'object' ? ['{', '}'] : ['[', ']'];
}

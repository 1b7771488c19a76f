/**
 * What changed between two releases, in words: "can-sign gives 30 points instead of 25".
 *
 * Compares the sources of the parts as their formats read them. A part whose source this version
 * cannot read any more is compared as the JSON it is. Whatever differs is told, in its own words
 * where there are some and by its path otherwise. Nothing is judged here.
 */
import { parseDocument, readValue } from '../definitions/document.ts';
import { readFormat } from '../definitions/read-format.ts';
import { formats } from '../definitions/sources.ts';
import type { Kind } from '../definitions/sources.ts';
import type { Json } from '../rules/condition.ts';
import { changeWords, partName } from './change-words.ts';
import { findDifferences } from './differences.ts';
import type { DifferencePath, Side } from './differences.ts';
import { journeyChanges } from './journey-changes.ts';
import { joinLexicons, lexiconOfSources } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';

/** What is asked of a part of a release; `Part` and stored definitions are that. */
export interface ComparedPart {
  readonly kind: string;
  readonly key: string;
  readonly hash: string;
  readonly source: string;
}
export interface Change {
  /** `<kind>/<key>` */
  readonly part: string;
  /** One change in words, without a full stop. */
  readonly text: string;
  /** Keys and ids that lead to it: ["rules", "can-sign", "points"]. Empty for a whole part. */
  readonly path: DifferencePath;
}

export function describeChanges(
  before: readonly ComparedPart[],
  after: readonly ComparedPart[],
): readonly Change[] {
  const lexicon = joinLexicons(lexiconOfSources(before), lexiconOfSources(after));
  const earlier = byName(before);
  const later = byName(after);
  const names = [...new Set([...earlier.keys(), ...later.keys()])].sort();
  return names.flatMap((name) => {
    const [from, to] = [earlier.get(name), later.get(name)];
    if (from === undefined) return to === undefined ? [] : [whole(name, to, 'is new')];
    if (to === undefined) return [whole(name, from, 'is gone')];
    return describePart(name, from, to, lexicon);
  });
}

function whole(name: string, part: ComparedPart, what: string): Change {
  return { part: name, text: `${partName(part.kind, part.key)} ${what}`, path: [] };
}

function describePart(
  name: string,
  from: ComparedPart,
  to: ComparedPart,
  lexicon: Lexicon,
): readonly Change[] {
  if (from.hash === to.hash && from.source === to.source) return [];
  const { before, after, isRead } = readBoth(from, to);
  const wording = { lexicon, isRead };
  const changes =
    from.kind === 'journey'
      ? journeyChanges(before, after, wording)
      : changeWords(from.kind, findDifferences(before, after), wording);
  if (changes.length === 0 && from.hash !== to.hash) {
    const said = 'says the same, and changes with what it refers to, such as a segment';
    return [whole(name, to, said)];
  }
  return changes.map(({ path, text }) => ({ part: name, path, text }));
}

/** Both by their format, or both as plain JSON: a default must not look like a change. */
function readBoth(
  from: ComparedPart,
  to: ComparedPart,
): { readonly before: Side; readonly after: Side; readonly isRead: boolean } {
  const before = readSide(from);
  const after = readSide(to);
  if (before.meant !== undefined && after.meant !== undefined) {
    return {
      before: { written: before.written, meant: before.meant },
      after: { written: after.written, meant: after.meant },
      isRead: true,
    };
  }
  return {
    before: { written: before.written, meant: before.written },
    after: { written: after.written, meant: after.written },
    isRead: false,
  };
}

function readSide({ kind, key, source }: ComparedPart): {
  readonly written: Json;
  readonly meant?: Json | undefined;
} {
  const written = readValue(parseDocument(key, source)) ?? source;
  if (!isKind(kind) || kind === 'template') return { written, meant: written };
  const { value, problems } = readFormat(key, source, formats[kind]);
  const isRead = value !== undefined && problems.length === 0;
  // A format makes plain JSON of a file; keys without a value are left out of every comparison.
  return { written, meant: isRead ? (value as unknown as Json) : undefined };
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(formats, kind);
}

function byName(parts: readonly ComparedPart[]): ReadonlyMap<string, ComparedPart> {
  return new Map(parts.map((part) => [`${part.kind}/${part.key}`, part]));
}

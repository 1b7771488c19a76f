/**
 * JSON with its comments, as a tree in which every comment belongs to somebody.
 *
 * A comment on a line of its own belongs to what follows, one at the end of a line to what stands before
 * it. Values keep the letters they are written with. Only for texts that `parseDocument` takes.
 */
import { createScanner } from 'jsonc-parser';

export interface CommentedEntry {
  /** In an object: the key as written, with its quotes. */
  readonly key?: string;
  readonly value: CommentedValue;
  readonly before: readonly string[];
  /** On the same line, behind it. */
  readonly after: readonly string[];
  /** An empty line stood before it. */
  readonly isApart: boolean;
}
export type CommentedValue =
  | { readonly type: 'plain'; readonly text: string }
  | {
      readonly type: 'object' | 'array';
      readonly entries: readonly CommentedEntry[];
      /** Behind the last entry. */
      readonly end: readonly string[];
    };
export interface CommentedFile {
  readonly root: CommentedEntry;
  readonly end: readonly string[];
}

interface Token {
  readonly kind: number;
  readonly text: string;
  /** Line breaks between it and what stands before it. */
  readonly breaks: number;
}

/** jsonc-parser's `SyntaxKind`, a const enum that a type-stripping loader cannot read. */
const kinds = {
  ...{ openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, comma: 5, colon: 6 },
  ...{ lineComment: 12, blockComment: 13, lineBreak: 14, trivia: 15, end: 17 },
};

export function parseCommented(text: string): CommentedFile {
  const cursor = { tokens: tokensOf(text), at: 0 };
  const root = readEntry(cursor, false);
  return { root, end: takeComments(cursor) };
}

interface Cursor {
  readonly tokens: Token[];
  at: number;
}

function tokensOf(text: string): Token[] {
  const scanner = createScanner(text, false);
  const tokens: Token[] = [];
  let breaks = 0;
  for (let kind: number = scanner.scan(); kind !== kinds.end; kind = scanner.scan()) {
    if (kind === kinds.lineBreak) breaks++;
    else if (kind !== kinds.trivia) {
      const start = scanner.getTokenOffset();
      tokens.push({ kind, text: text.slice(start, start + scanner.getTokenLength()), breaks });
      breaks = 0;
    }
  }
  return tokens;
}

/** A key if asked for, a value, and all comments that are theirs. */
function readEntry(cursor: Cursor, isProperty: boolean): CommentedEntry {
  const isApart = (cursor.tokens[cursor.at]?.breaks ?? 0) > 1;
  const before = [...takeComments(cursor)];
  const key = isProperty ? take(cursor).text : undefined;
  before.push(...takeComments(cursor));
  if (isProperty) skip(cursor, kinds.colon);
  before.push(...takeComments(cursor));
  const value = readValue(cursor);
  const after = takeComments(cursor, true);
  return { ...(key === undefined ? {} : { key }), value, before, after, isApart };
}

function readValue(cursor: Cursor): CommentedValue {
  const { kind, text } = take(cursor);
  if (kind !== kinds.openBrace && kind !== kinds.openBracket) return { type: 'plain', text };
  const isObject = kind === kinds.openBrace;
  const close = isObject ? kinds.closeBrace : kinds.closeBracket;
  const entries: CommentedEntry[] = [];
  for (;;) {
    const start = cursor.at;
    const comments = takeComments(cursor);
    if (cursor.tokens[cursor.at]?.kind === close) {
      cursor.at++;
      return { type: isObject ? 'object' : 'array', entries, end: comments };
    }
    cursor.at = start;
    const entry = readEntry(cursor, isObject);
    const isFollowed = skipAfterComments(cursor, kinds.comma);
    const behind = isFollowed ? takeComments(cursor, true) : [];
    entries.push({ ...entry, after: [...entry.after, ...behind] });
  }
}

/** A comma may stand behind comments of the line before it: those stay with what follows. */
function skipAfterComments(cursor: Cursor, kind: number): boolean {
  const ahead = cursor.tokens.findIndex((token, index) => index >= cursor.at && !isComment(token));
  if (cursor.tokens[ahead]?.kind !== kind) return false;
  cursor.tokens.splice(ahead, 1);
  return true;
}

function takeComments(cursor: Cursor, sameLine = false): readonly string[] {
  const found: string[] = [];
  for (;;) {
    const token = cursor.tokens[cursor.at];
    if (token === undefined || !isComment(token) || (sameLine && token.breaks > 0)) return found;
    found.push(token.text);
    cursor.at++;
  }
}

function isComment({ kind }: Token): boolean {
  return kind === kinds.lineComment || kind === kinds.blockComment;
}

function take(cursor: Cursor): Token {
  const token = cursor.tokens[cursor.at];
  if (token === undefined) throw new Error('The text ends where a value was expected.');
  cursor.at++;
  return token;
}

function skip(cursor: Cursor, kind: number): void {
  const token = take(cursor);
  if (token.kind !== kind) throw new Error(`Found ${token.text} where a colon was expected.`);
}

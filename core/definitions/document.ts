/**
 * One JSON file with comments and trailing commas, as a tree that remembers places.
 *
 * A document may leave out nodes (`skipped`): a file with mistakes is read again without them, so
 * that its other mistakes are found in the same go. Paths then count only what is left.
 */
import type { Node, ParseError } from 'jsonc-parser';
import { createScanner, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Json } from '../rules/condition.ts';
import type { Path, Problem, ProblemText } from './problems.ts';

export interface Document {
  readonly file: string;
  readonly text: string;
  readonly root: Node | undefined;
  readonly skipped: Set<Node>;
  /** Problems of the JSON itself. */
  readonly problems: readonly Problem[];
}

/** Far above any real file; the JSON parser recurses and must not exhaust the stack. */
const nestedMost = 100;
const lettersMost = 2_000_000;
/** jsonc-parser's `SyntaxKind`, a const enum that a type-stripping loader cannot read. */
const tokens = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 };

/** `as far as possible`: of a text that is not JSON throughout, the tree of what is. */
export type ReadMode = 'all or nothing' | 'as far as possible';

export function parseDocument(
  file: string,
  text: string,
  mode: ReadMode = 'all or nothing',
): Document {
  const empty = { file, text, root: undefined, skipped: new Set<Node>() };
  const tooBig = findExcess(text);
  if (tooBig !== undefined)
    return { ...empty, problems: [problemAt(empty, tooBig.offset, tooBig)] };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (root === undefined || (first !== undefined && mode === 'all or nothing')) {
    const isEmpty = first === undefined || text.trim() === '';
    const message = isEmpty ? 'the file is empty' : syntaxMessage(printParseErrorCode(first.error));
    return { ...empty, problems: [problemAt(empty, first?.offset ?? 0, { message })] };
  }
  const document = { ...empty, root };
  const doubled = findDoubledKeys(root);
  for (const property of doubled) document.skipped.add(property);
  const problems = doubled.map((property) => {
    const message = `${JSON.stringify(property.children?.[0]?.value)} is written twice in the same object`;
    return problemAt(document, property.offset, { message, fix: 'keep one' });
  });
  return { ...document, problems };
}

export function readValue(document: Document): Json | undefined {
  return document.root === undefined ? undefined : valueOf(document.root, document.skipped);
}

/** The problem at the value (or at the key that holds it). */
export function problemOf(
  document: Document,
  path: Path,
  text: ProblemText,
  at: 'value' | 'key' = 'value',
  severity: Problem['severity'] = 'error',
): Problem {
  const node = at === 'key' ? findKey(document, path) : findNode(document, path);
  return problemAt(document, node?.offset ?? 0, text, severity);
}

/** The node at the path, or the nearest one above it. */
export function findNode(document: Document, path: Path): Node | undefined {
  let node = document.root;
  for (const part of path) {
    const next = node === undefined ? undefined : childOf(node, part, document.skipped);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

function findKey(document: Document, path: Path): Node | undefined {
  const holder = findNode(document, path.slice(0, -1));
  const property = findProperty(holder, path[path.length - 1], document.skipped);
  return property?.children?.[0] ?? findNode(document, path);
}

export function findProperty(
  node: Node | undefined,
  key: string | number | undefined,
  skipped: ReadonlySet<Node>,
): Node | undefined {
  if (node?.type !== 'object') return undefined;
  return node.children?.find(
    (property) => !skipped.has(property) && property.children?.[0]?.value === key,
  );
}

/** Whether something inside the value was left out because of a mistake. */
export function isRepaired(document: Document, path: Path): boolean {
  const node = findNode(document, path);
  if (node === undefined) return document.skipped.size > 0;
  const end = node.offset + node.length;
  return [...document.skipped].some(({ offset }) => offset >= node.offset && offset < end);
}

/** Every text in the tree, keys included: names that skipped parts may have declared. */
export function textsOf(node: Node): string[] {
  const own = node.type === 'string' ? [String(node.value)] : [];
  return [...own, ...(node.children ?? []).flatMap(textsOf)];
}

function childOf(node: Node, part: string | number, skipped: ReadonlySet<Node>): Node | undefined {
  if (node.type === 'array' && typeof part === 'number') {
    return node.children?.filter((child) => !skipped.has(child))[part];
  }
  return findProperty(node, part, skipped)?.children?.[1];
}

function valueOf(node: Node, skipped: ReadonlySet<Node>): Json {
  const children = (node.children ?? []).filter((child) => !skipped.has(child));
  if (node.type === 'array') return children.map((child) => valueOf(child, skipped));
  if (node.type !== 'object') return node.value as Json;
  return Object.fromEntries(
    children.flatMap((property) => {
      const [key, value] = property.children ?? [];
      return key === undefined || value === undefined
        ? []
        : [[String(key.value), valueOf(value, skipped)]];
    }),
  );
}

function problemAt(
  source: Pick<Document, 'file' | 'text'>,
  offset: number,
  text: ProblemText,
  severity: Problem['severity'] = 'error',
): Problem {
  const before = source.text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - (before.lastIndexOf('\n') + 1) + 1;
  const { message, found, expected, fix } = text;
  return {
    file: source.file,
    line,
    column,
    message,
    ...(found === undefined ? {} : { found }),
    ...(expected === undefined ? {} : { expected }),
    ...(fix === undefined ? {} : { fix }),
    severity,
  };
}

function findExcess(text: string): { message: string; offset: number } | undefined {
  if (text.length > lettersMost) {
    return { message: `the file is longer than ${lettersMost} letters`, offset: 0 };
  }
  // No file with fewer brackets can be nested deeper; most have fewer, and scanning costs time.
  if ((text.match(/[{[]/g)?.length ?? 0) <= nestedMost) return undefined;
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let token: number = scanner.scan(); token !== tokens.end; token = scanner.scan()) {
    if (token === tokens.openBrace || token === tokens.openBracket) depth++;
    if (token === tokens.closeBrace || token === tokens.closeBracket) depth--;
    if (depth > nestedMost) {
      return { message: `nested deeper than ${nestedMost}`, offset: scanner.getTokenOffset() };
    }
  }
  return undefined;
}

/** The second and later properties of one name: the first counts. */
function findDoubledKeys(node: Node): Node[] {
  const seen = new Set<string>();
  const own = (node.type === 'object' ? (node.children ?? []) : []).filter((property) => {
    const name = String(property.children?.[0]?.value);
    const isDoubled = seen.has(name);
    seen.add(name);
    return isDoubled;
  });
  return [...own, ...(node.children ?? []).flatMap(findDoubledKeys)];
}

const syntaxMessages: { readonly [code: string]: string } = {
  InvalidSymbol: 'not JSON here: a word without double quotes',
  InvalidNumberFormat: 'not a number as JSON writes it',
  PropertyNameExpected: 'a key in double quotes is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing here',
  CommaExpected: 'a comma is missing here',
  CloseBraceExpected: 'a closing } is missing',
  CloseBracketExpected: 'a closing ] is missing',
  EndOfFileExpected: 'the file goes on after its end',
  InvalidCommentToken: 'a comment is not written rightly here',
  UnexpectedEndOfComment: 'a comment is not closed',
  UnexpectedEndOfString: 'a text is not closed with a double quote',
  UnexpectedEndOfNumber: 'a number is not finished',
  InvalidUnicode: 'a \\u escape is not four hexadecimal digits',
  InvalidEscapeCharacter: 'a backslash must be written twice',
  InvalidCharacter: 'a character that JSON does not allow in a text',
};

function syntaxMessage(code: string): string {
  return syntaxMessages[code] ?? `not JSON: ${code}`;
}

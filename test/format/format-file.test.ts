/** The layout of files: meaning and comments kept, keys in order, formatting twice is formatting once. */
import { beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../core/definitions/canonical.ts';
import { compileRelease } from '../../core/definitions/compile-release.ts';
import { parseDocument, readValue } from '../../core/definitions/document.ts';
import { formatFile } from '../../core/format/format-file.ts';
import type { Kind } from '../../core/definitions/sources.ts';
import type { Json } from '../../core/rules/condition.ts';
import { readWorkspace } from '../../workspace/read-workspace.ts';
import { createRandom, type Random } from '../rule-engine/random-conditions.ts';
import { shippedFiles, type ShippedFile } from '../words/shipped.ts';

let files: readonly ShippedFile[];

beforeAll(async () => {
  files = await shippedFiles();
});

function format(kind: Kind, text: string): string {
  const result = formatFile(kind, { path: 'file.json', text });
  if (result.ok) return result.text;
  throw new Error(result.problems.map(({ message }) => message).join('; '));
}

function valueOf(text: string): Json | undefined {
  return readValue(parseDocument('file.json', text));
}

describe('layout', () => {
  test('known keys come in the order of the format, $schema first; short objects stay on one line', () => {
    const text =
      '{"segments":[{"when":{"value":"DE","operator":"is","fact":"country"},"why":"Here","id":"near"}],"$schema":"x"}';
    expect(format('segments', text)).toBe(`{
  "$schema": "x",
  "segments": [ { "id": "near", "why": "Here", "when": { "fact": "country", "operator": "is", "value": "DE" } } ]
}
`);
  });

  test('a comment stays with what it is about', () => {
    const text = `// the file
{ "segments": [ // the list
  // before near
  { "why": "Here", /* a why */ "id": "near", // an id
    "when": { "condition": "x" } }, // behind near
  // behind all
], /* no schema */ }
// the end`;
    const formatted = format('segments', text);
    expect(formatted).toBe(`// the file
{
  "segments": [
    // the list
    // before near
    {
      "id": "near", // an id
      "why": "Here", /* a why */
      "when": { "condition": "x" }
    } // behind near
    // behind all
  ] /* no schema */
}
// the end
`);
    expect(format('segments', formatted)).toBe(formatted);
  });

  test('values keep their letters, and empty lines between entries one of them', () => {
    const text = '{ "facts": [ { "id": "a", "range": [0, 1e2] },\n\n\n { "id": "\\u0062" } ] }';
    const formatted = format('facts', text);
    expect(formatted).toContain('[0, 1e2]');
    expect(formatted).toContain('"\\u0062"');
    expect(formatted).toContain('},\n\n    {');
  });

  test('keys that nobody knows stay, behind those that are known', () => {
    expect(format('segments', '{ "zzz": 1, "segments": [] }')).toBe(
      '{\n  "segments": [],\n  "zzz": 1\n}\n',
    );
  });

  test('a file that is no JSON is left alone and told', () => {
    const result = formatFile('segments', { path: 'rules/segments.json', text: '{ "a": }' });
    expect(result).toMatchObject({ ok: false, problems: [{ line: 1, column: 8 }] });
  });
});

test('shipped files are in their usual layout: `npx perennial format` after an edit', () => {
  const other = files.filter(({ kind, text }) => format(kind, text) !== text);
  expect(other.map(({ path }) => path)).toEqual([]);
});

test('shipped files keep their hashes, comments and line length; formatting twice changes nothing', async () => {
  for (const { kind, path, text } of files) {
    const formatted = format(kind, text);
    expect(format(kind, formatted), path).toBe(formatted);
    expect(commentsOf(formatted), path).toEqual(commentsOf(text));
    const long = formatted.split('\n').filter((line) => line.length > 120);
    expect(
      long.filter((line) => !isOneLongText(line)),
      path,
    ).toEqual([]);
  }
  const before = await readWorkspace(new URL('../..', import.meta.url).pathname);
  const after = before.map((file) => {
    const own = files.find(({ path, text }) => path === file.path && text === file.text);
    return own === undefined ? file : { ...file, text: format(own.kind, file.text) };
  });
  expect(hashesOf(after)).toEqual(hashesOf(before));
});

test('shipped files shuffled and squeezed come back to the same text', () => {
  const random = createRandom(11);
  for (const { kind, path, text } of files) {
    const value = valueOf(text) ?? null;
    const plain = format(kind, JSON.stringify(value));
    for (let round = 0; round < 5; round++) {
      const shuffled = JSON.stringify(shuffle(value, random), null, random.below(3));
      const formatted = format(kind, shuffled);
      expect(format(kind, formatted), path).toBe(formatted);
      expect(canonicalJson(valueOf(formatted)), path).toBe(canonicalJson(value));
    }
    expect(canonicalJson(valueOf(plain)), path).toBe(canonicalJson(value));
  }
});

function hashesOf(workspace: Parameters<typeof compileRelease>[0]): readonly string[] {
  const compiled = compileRelease(workspace, 'formatted');
  if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join('; '));
  return compiled.workspace.parts.map(({ kind, key, hash }) => `${kind}/${key} ${hash}`);
}

/** Their words, in whatever order: keys may change places. */
function commentsOf(text: string): readonly string[] {
  return [...text.matchAll(/^\s*\/\/.*$|\/\*.*?\*\//gm)].map(([found]) => found.trim()).sort();
}

/** A single value that no line break can help. */
function isOneLongText(line: string): boolean {
  return /^\s*("[^"]*": )?"(\\.|[^"\\])*",?$/.test(line);
}

/** Keys of objects in any order; lists as they are. */
function shuffle(value: Json, random: Random): Json {
  if (Array.isArray(value)) return value.map((entry: Json) => shuffle(entry, random));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, inner]) => [random.below(1_000_000), key, shuffle(inner, random)] as const,
  );
  const sorted = [...entries].sort(([left], [right]) => left - right);
  return Object.fromEntries(sorted.map(([, key, inner]) => [key, inner]));
}

/**
 * A file's text → its parsed value and every problem of its form.
 *
 * A file with mistakes is read again without the smallest parts that hold them, so that references
 * and rules in the rest are checked in the same go. What a left-out part may have declared is
 * remembered (`tolerated`), so that one mistake never shows up as a second one elsewhere.
 */
import type { Node } from 'jsonc-parser';
import type { z } from 'zod';
import {
  findNode,
  findProperty,
  parseDocument,
  problemOf,
  readValue,
  textsOf,
} from './document.ts';
import type { Document, ReadMode } from './document.ts';
import { explainIssues, sayFinding } from './explain-issues.ts';
import type { Finding } from './explain-issues.ts';
import type { Problem } from './problems.ts';

export interface ReadFile<Value> {
  readonly document: Document;
  /** Absent when nothing usable is left. */
  readonly value?: Value;
  readonly problems: readonly Problem[];
  readonly tolerated: readonly string[];
}

/** Each round leaves out at least one node; deeper repairs are not worth more rounds. */
const roundsMost = 12;

export function readFormat<Schema extends z.ZodType>(
  file: string,
  text: string,
  schema: Schema,
  mode: ReadMode = 'all or nothing',
): ReadFile<z.output<Schema>> {
  const document = parseDocument(file, text, mode);
  if (document.root === undefined) {
    return { document, problems: document.problems, tolerated: quotedTexts(text) };
  }
  let problems: readonly Problem[] = [];
  const tolerated: string[] = [];
  for (let round = 0; round < roundsMost; round++) {
    const value = readValue(document) ?? null;
    const parsed = schema.safeParse(value);
    if (parsed.success) {
      const all = [...document.problems, ...problems];
      return { document, value: parsed.data, problems: all, tolerated };
    }
    const findings = explainIssues(parsed.error.issues, value);
    if (round === 0) problems = findings.map((finding) => place(document, finding));
    const left = findings.map((finding) => nodeToLeaveOut(document, finding));
    if (left.length === 0 || left.includes(undefined)) break;
    for (const node of left) {
      if (node === undefined) continue;
      document.skipped.add(node);
      tolerated.push(...textsOf(node));
    }
  }
  return { document, problems: [...document.problems, ...problems], tolerated: quotedTexts(text) };
}

function place(document: Document, finding: Finding): Problem {
  const text = sayFinding(finding, readValue(document) ?? null);
  if (finding.type !== 'unknown') return problemOf(document, finding.path, text);
  return problemOf(document, [...finding.path, finding.key], text, 'key');
}

/** The property or entry without which the file reads on; `undefined` when that is the whole file. */
function nodeToLeaveOut(document: Document, finding: Finding): Node | undefined {
  if (finding.type === 'unknown') {
    return findProperty(findNode(document, finding.path), finding.key, document.skipped);
  }
  const node = findNode(document, finding.path);
  if (node === undefined || node === document.root) return undefined;
  return node.parent?.type === 'property' ? node.parent : node;
}

/** Texts between quotes of a file that is not JSON. */
function quotedTexts(text: string): string[] {
  return [...text.matchAll(/"([^"\n\\]{1,200})"/g)].map((match) => match[1] ?? '');
}

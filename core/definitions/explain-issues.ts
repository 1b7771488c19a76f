/**
 * zod's issues → one finding per mistake, with the place it was made.
 *
 * Where several shapes are possible, zod reports what is wrong with each of them; only the shape the
 * author most likely meant is told. A misspelt key is one mistake, not a missing and an unknown key.
 */
import type { z } from 'zod';
import type { Json } from '../rules/condition.ts';
import { list } from './problems.ts';
import type { Path, ProblemText } from './problems.ts';
import { choiceHintsOf, keyHintsOf, notYet, writtenAs } from './shape.ts';
import { didYouMean, editDistance, suggest } from './suggest.ts';

type Issue = z.core.$ZodIssue;

export type Finding =
  | { readonly type: 'missing'; readonly path: Path; readonly key: string }
  | {
      readonly type: 'unknown';
      readonly path: Path;
      readonly key: string;
      readonly known: readonly string[];
      /** Why a reserved key is refused. */
      readonly refused?: string;
      /** The missing key it was meant to be. */
      readonly meant?: string;
    }
  | {
      readonly type: 'wrong';
      readonly path: Path;
      readonly expected: string;
      readonly kind: 'type' | 'word' | 'value';
      /** The words that were allowed. */
      readonly words?: readonly string[];
      readonly later?: readonly string[];
    };

export function explainIssues(issues: readonly Issue[], value: Json): readonly Finding[] {
  return oncePerPlace(joinMisspelt(issues.flatMap((issue) => explain(issue, value, []))));
}

/** A list where a text belongs is also too short a text, says zod; the first finding is enough. */
function oncePerPlace(findings: readonly Finding[]): readonly Finding[] {
  const told = new Set<string>();
  return findings.filter((finding) => {
    if (finding.type !== 'wrong') return true;
    const place = JSON.stringify(finding.path);
    const isFirst = !told.has(place);
    told.add(place);
    return isFirst;
  });
}

/** The sentence of a finding. */
export function sayFinding(finding: Finding, value: Json): ProblemText {
  switch (finding.type) {
    case 'missing':
      return { message: `${JSON.stringify(finding.key)} is missing`, expected: finding.key };
    case 'unknown':
      return sayUnknown(finding);
    case 'wrong':
      return sayWrong(finding, at(value, finding.path));
  }
}

function explain(issue: Issue, value: Json, base: Path): Finding[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? '' : part))];
  const found = at(value, path);
  const last = path[path.length - 1];
  if (found === undefined && typeof last === 'string') {
    return [{ type: 'missing', path: path.slice(0, -1), key: last }];
  }
  switch (issue.code) {
    case 'unrecognized_keys': {
      const { known, refused } = keyHintsOf(issue.message);
      return issue.keys.map((key) => {
        const reason = Object.hasOwn(refused, key) ? refused[key] : undefined;
        return { type: 'unknown', path, key, known, ...(reason ? { refused: reason } : {}) };
      });
    }
    case 'invalid_union':
      return chooseBranch(issue.errors, value, path);
    case 'invalid_type':
      return [
        {
          type: 'wrong',
          path,
          expected: issue.message.startsWith(writtenAs)
            ? issue.message.slice(writtenAs.length)
            : (typeWords[issue.expected] ?? issue.expected),
          kind: 'type',
        },
      ];
    case 'invalid_value': {
      const words = issue.values.map(String);
      const { later } = choiceHintsOf(issue.message);
      return [{ type: 'wrong', path, expected: list(words), kind: 'word', words, later }];
    }
    case 'too_small':
    case 'too_big':
      return [{ type: 'wrong', path, expected: sayLimit(issue), kind: 'value' }];
    case 'invalid_key':
      return [{ type: 'wrong', path, expected: 'another name', kind: 'value' }];
    case 'custom':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_element':
      return [{ type: 'wrong', path, expected: issue.message, kind: 'value' }];
  }
}

const typeWords: { readonly [type: string]: string } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function sayLimit(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const isSmall = issue.code === 'too_small';
  const limit = String(isSmall ? issue.minimum : issue.maximum);
  if (issue.origin === 'string')
    return isSmall ? 'a text that is not empty' : `at most ${limit} letters`;
  const bound = isSmall
    ? issue.inclusive === false
      ? 'more than'
      : 'at least'
    : issue.inclusive === false
      ? 'less than'
      : 'at most';
  const unit = issue.origin === 'array' ? (limit === '1' ? ' entry' : ' entries') : '';
  return `${bound} ${limit}${unit}`;
}

/** The branch with the cheapest mistakes; when several tie, what they have in common. */
function chooseBranch(branches: readonly (readonly Issue[])[], value: Json, path: Path): Finding[] {
  const read = branches.map((issues) => {
    const findings = joinMisspelt(issues.flatMap((issue) => explain(issue, value, path)));
    return { findings, cost: costOf(findings, path.length) };
  });
  const reserved = read
    .flatMap(({ findings }) => findings)
    .find((finding) => isReserved(finding, value, path));
  if (reserved !== undefined) return [reserved];
  const least = Math.min(...read.map(({ cost }) => cost));
  const best = read.filter(({ cost }) => cost === least).map(({ findings }) => findings);
  return best.length > 1
    ? mergeTied(
        best,
        read.map(({ findings }) => findings),
        path,
      )
    : (best[0] ?? []);
}

/** A word kept for later says it all: what else is missing around it belongs to it. */
function isReserved(finding: Finding, value: Json, path: Path): boolean {
  if (finding.type === 'unknown') {
    return finding.refused === notYet && isSamePath(finding.path, path);
  }
  if (finding.type !== 'wrong' || finding.path.length !== path.length + 1) return false;
  const found = at(value, finding.path);
  return typeof found === 'string' && finding.later?.includes(found) === true;
}

function mergeTied(tied: readonly Finding[][], all: readonly Finding[][], path: Path): Finding[] {
  const first = tied[0] ?? [];
  const heads = tied.map((findings) => findings[0]);
  if (heads.every((head) => head?.type === 'wrong' && isSamePath(head.path, heads0(heads)))) {
    return [mergeWrong(heads.flatMap((head) => (head?.type === 'wrong' ? [head] : [])))];
  }
  if (tied.every((findings) => findings.some((finding) => finding.type === 'missing'))) {
    const meant = all.find((findings) => isWrongValueOnly(findings, path));
    if (meant !== undefined) return meant;
    const keys = all.flatMap((findings) => {
      const missing = findings.find((finding) => finding.type === 'missing');
      return missing === undefined ? [] : [missing.key];
    });
    const expected = `one of the keys ${list([...new Set(keys)], 20)}`;
    return [{ type: 'wrong', path, expected, kind: 'value' }];
  }
  return first;
}

/** The telling key is there, with a value of the wrong type: `"wait": 2` is a wait all the same. */
function isWrongValueOnly(findings: readonly Finding[], path: Path): boolean {
  const [finding, ...others] = findings;
  return (
    finding?.type === 'wrong' && others.length === 0 && finding.path.length === path.length + 1
  );
}

function heads0(heads: readonly (Finding | undefined)[]): Path {
  return heads[0]?.path ?? [];
}

function mergeWrong(findings: readonly Extract<Finding, { type: 'wrong' }>[]): Finding {
  const words = [...new Set(findings.flatMap((finding) => finding.words ?? []))];
  const others = findings.filter((finding) => finding.words === undefined);
  const parts = [
    ...(words.length > 0 ? [list(words)] : []),
    ...others.map(({ expected }) => expected),
  ];
  return {
    type: 'wrong',
    path: heads0(findings),
    expected: [...new Set(parts)].join(' or '),
    kind: others.length > 0 ? 'type' : 'word',
    words,
    later: findings.flatMap((finding) => finding.later ?? []),
  };
}

/**
 * How far a reading is from what was written. Chosen so that a shape whose telling key is present
 * wins over one whose telling key is missing; mistakes further inside hardly speak against a shape.
 */
function costOf(findings: readonly Finding[], depth: number): number {
  let inside = 0;
  let total = 0;
  for (const finding of findings) {
    const below = finding.path.length - depth;
    if (finding.type === 'wrong' && below === 0) total += finding.kind === 'type' ? 100 : 5;
    else if (finding.type === 'wrong' && below === 1) total += wrongCost(finding);
    else if (below > 0) inside = 1;
    else if (finding.type === 'missing') total += 6;
    else total += finding.type === 'unknown' && finding.meant !== undefined ? 3 : 8;
  }
  return total + inside;
}

function wrongCost(finding: Extract<Finding, { type: 'wrong' }>): number {
  if (finding.kind === 'word' && finding.words?.length === 1) return 50;
  return finding.kind === 'type' ? 20 : 1;
}

function joinMisspelt(findings: readonly Finding[]): Finding[] {
  const joined = new Set<Finding>();
  const read = findings.map((finding): Finding => {
    if (finding.type !== 'unknown' || finding.refused !== undefined) return finding;
    const missing = findings.find(
      (other) =>
        other.type === 'missing' &&
        !joined.has(other) &&
        isSamePath(other.path, finding.path) &&
        isNear(other.key, finding.key),
    );
    if (missing?.type !== 'missing') return finding;
    joined.add(missing);
    return { ...finding, meant: missing.key };
  });
  return read.filter((finding) => !joined.has(finding));
}

function isNear(a: string, b: string): boolean {
  return suggest(b, [a]) !== undefined || editDistance(a.toLowerCase(), b.toLowerCase()) <= 1;
}

function sayUnknown(finding: Extract<Finding, { type: 'unknown' }>): ProblemText {
  const found = JSON.stringify(finding.key);
  if (finding.refused === notYet) return { message: `${found} ${notYet}`, found };
  if (finding.refused !== undefined)
    return { message: `${found} cannot stand here: ${finding.refused}`, found };
  const expected = list(finding.known, 20);
  const near =
    finding.meant === undefined
      ? didYouMean(finding.key, finding.known)
      : `did you mean ${JSON.stringify(finding.meant)}?`;
  return { message: `unknown key ${found}`, found, expected, fix: near ?? `known are ${expected}` };
}

function sayWrong(
  finding: Extract<Finding, { type: 'wrong' }>,
  value: Json | undefined,
): ProblemText {
  const found = sayValue(value);
  const { expected } = finding;
  if (typeof value === 'string' && finding.later?.includes(value) === true) {
    return { message: `${found} ${notYet}`, found, expected };
  }
  const near = typeof value === 'string' ? didYouMean(value, finding.words ?? []) : undefined;
  const message = `expected ${expected}, found ${found}`;
  return { message, found, expected, ...(near === undefined ? {} : { fix: near }) };
}

export function sayValue(value: Json | undefined): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

function at(value: Json | undefined, path: Path): Json | undefined {
  let current: Json | undefined = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    if (!Object.hasOwn(current, part)) return undefined;
    current = (current as { readonly [key: string]: Json })[part];
  }
  return current;
}

function isSamePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}

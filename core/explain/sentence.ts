/**
 * Verdicts and points as sentences people read: "country is DE, which is one of DE, AT, CH".
 *
 * Every place that shows a reason (handoff email, console, CLI, API) takes it from here, so a decision
 * reads the same everywhere. It decides nothing and knows no lead; names come from the caller.
 */
import type { FactValue, Json } from '../rules/condition.ts';
import type { Explanation, LeafExplanation, Verdict } from '../rules/compile.ts';
import { durationInWords } from '../rules/duration.ts';
import { isKnown, operators, undecorated } from '../rules/operators.ts';
import type { ScoredPoint } from '../scoring/score.ts';
import { factPhrase } from './fact-in-words.ts';

export interface Names {
  /** How people call a fact; its id when absent. */
  readonly fact?: (id: string) => string;
  readonly segment?: (id: string) => string;
}

/** What decided: the leaves that held for a verdict that holds, those that failed for one that does not. */
export function sentencesOf(verdict: Verdict, names: Names = {}): readonly string[] {
  return [...new Set(deciding(verdict.explanation).map((leaf) => sentenceOfLeaf(leaf, names)))];
}

/** "Employees is 900, expected at least 500: holds"; a leaf that nobody had to look at says so. */
export function comparison(leaf: LeafExplanation, names: Names = {}): string {
  const fact = capital(factInWords(leaf, names));
  const actual = isKnown(leaf.actual) ? plain(leaf.actual, leaf.operator) : 'not known';
  const verdict = leaf.result === undefined ? 'not looked at' : leaf.result ? 'holds' : 'fails';
  return `${fact} is ${actual}, expected ${expectation(leaf, names)}: ${verdict}`;
}

/** What a condition wants, after "expected": "at least 500", "one of DE, AT", "known". */
export function expectation({ operator, expected }: LeafExplanation, names: Names = {}): string {
  const isKnowing = undecorated(operator)?.name === 'known';
  const known = expected === true ? 'known' : 'not known';
  const value = isKnowing ? known : (otherFact(expected, names) ?? plain(expected, operator));
  return wanted(operator, value);
}

/** "not at least 500", "of some entry one of DE, AT": decorators come before what they decorate. */
function wanted(operator: string, value: string): string {
  const [decorator = '', rest] = operator.split(/:(.*)/s);
  if (rest !== undefined) {
    const many = ofValues.get(decorator);
    if (many !== undefined) return wanted(rest, `${many} ${value}`);
    return `${ofFacts.get(decorator) ?? decorator} ${wanted(rest, value)}`;
  }
  const words = operators.get(operator)?.words;
  if (operator === 'known') return value;
  if (words === undefined) return `${operator} ${value}`;
  if (words === 'is' || words === 'equals') return value;
  if (words.startsWith('is ')) return `${words.slice('is '.length)} ${value}`;
  return `that it ${words} ${value}`;
}

const ofFacts = new Map([
  ['not', 'not'],
  ['someFact', 'of some entry'],
  ['everyFact', 'of every entry'],
]);
const ofValues = new Map([
  ['someValue', 'some of'],
  ['everyValue', 'each of'],
]);

function plain(value: FactValue, operator: string): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : shown(value, operator);
}

function otherFact(expected: Json, names: Names): string | undefined {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected))
    return undefined;
  const { fact } = expected as { readonly fact?: Json };
  return typeof fact === 'string' ? (names.fact?.(fact) ?? fact) : undefined;
}

/** "+8 because Looked at prices (2 times, last 3 days ago)". */
export function sentenceOfPoint(point: ScoredPoint, now: number): string {
  const points = signedPoints(point.points);
  const last = point.events.at(-1);
  if (last === undefined) return `${points} because ${point.why}`;
  const times = point.events.length === 1 ? 'once' : `${point.events.length} times, last`;
  return `${points} because ${point.why} (${times} ${ago(now - last.occurredAt)})`;
}

/** "+2.5", "-10": points that are given or taken, to one decimal. */
export function signedPoints(points: number): string {
  const rounded = Math.round(points * 10) / 10;
  return `${rounded > 0 ? '+' : ''}${rounded}`;
}

function sentenceOfLeaf(leaf: LeafExplanation, names: Names = {}): string {
  const fact = factInWords(leaf, names);
  if (leaf.operator === 'known') return `${fact} is ${isKnown(leaf.actual) ? '' : 'not '}known`;
  if (!isKnown(leaf.actual)) return `${fact} is not known`;
  const actual = shown(leaf.actual, leaf.operator);
  if (leaf.operator.includes(':')) {
    const asked = leaf.result === true ? 'as expected:' : 'expected';
    return `${fact} is ${actual}, ${asked} ${expectation(leaf, names)}`;
  }
  const expected = shown(leaf.expected, leaf.operator);
  const words = wordsOf(leaf.operator, leaf.result === true);
  if (words === 'is') return `${fact} is ${actual}`;
  return `${fact} is ${actual}, which ${words} ${expected}`;
}

function deciding(node: Explanation): readonly LeafExplanation[] {
  if (node.result === undefined) return [];
  switch (node.type) {
    case 'leaf':
      return [node];
    case 'not':
      return deciding(node.of);
    case 'segment':
      return node.of === undefined ? [] : deciding(node.of);
    case 'all':
    case 'any':
      return node.of.filter((child) => child.result === node.result).flatMap(deciding);
  }
}

function factInWords(leaf: LeafExplanation, names: Names): string {
  const named = leaf.name ?? names.fact?.(leaf.fact) ?? leaf.fact;
  const of = leaf.path === undefined ? named : `${named}.${leaf.path}`;
  const params = leaf.params ?? {};
  const phrase = leaf.name === undefined ? factPhrase(leaf.fact, params) : undefined;
  if (phrase !== undefined) return phrase;
  const more = Object.values(params).filter((one) => typeof one === 'string');
  return more.length === 0 ? of : `${of} (${more.join(', ')})`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

const opposites = new Map([
  ['has', 'does not have'],
  ['starts with', 'does not start with'],
  ['ends with', 'does not end with'],
  ['has one of', 'has none of'],
  ['has all of', 'does not have all of'],
  ['contains', 'does not contain'],
  ['equals', 'is not'],
  ['is none of', 'is one of'],
  ['does not equal', 'is'],
  ['does not have', 'has'],
  ['is not', 'is'],
]);

/** "is at least" or "is not at least". */
function wordsOf(operator: string, holds: boolean): string {
  const words = operators.get(operator)?.words ?? `is ${operator}`;
  if (holds) return words === 'equals' ? 'is' : words;
  return opposites.get(words) ?? words.replace(/^is/, 'is not');
}

function shown(value: FactValue, operator: string): string {
  const kind = undecorated(operator)?.value;
  if (Array.isArray(value) && value.length > 0) {
    const entries: readonly Json[] = value;
    return entries.map((one) => shown(one, operator)).join(kind === 'range' ? ' and ' : ', ');
  }
  if (kind === 'instant' && typeof value === 'number') return new Date(value).toISOString();
  if (kind === 'duration' && typeof value === 'number') {
    return value < YEAR_MS ? durationInWords(value) : new Date(value).toISOString();
  }
  return inWords(value ?? null);
}

/** Numbers below are spans, above instants: no duration in a file is longer than ten years. */
const YEAR_MS = 3_650 * 86_400_000;

function inWords(value: Json): string {
  if (Array.isArray(value)) {
    const entries: readonly Json[] = value;
    return entries.length === 0 ? 'empty' : entries.map(inWords).join(', ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function ago(ms: number): string {
  return ms < 1_000 ? 'just now' : `${durationInWords(ms)} ago`;
}

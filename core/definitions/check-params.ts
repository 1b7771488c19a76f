/**
 * The parameters of a fact in a condition: which event is counted, which score is read, which question
 * is meant.
 *
 * Each name is checked where it is declared; what a fact cannot be answered without is asked for.
 */
import type { FactParam } from '../facts/catalogue.ts';
import type { Json, JsonObject, Leaf } from '../rules/condition.ts';
import { condition as conditionFormat } from './condition.ts';
import { checkCondition, checkProperty } from './check-condition.ts';
import { readDuration } from './duration.ts';
import { explainIssues, sayFinding, sayValue } from './explain-issues.ts';
import { present } from './present.ts';
import { list } from './problems.ts';
import type { Path } from './problems.ts';
import { check, refer, referEvent } from './scope.ts';
import type { FactInfo, Scope } from './scope.ts';
import { didYouMean } from './suggest.ts';

export function checkParams(scope: Scope, leaf: Leaf, fact: FactInfo, path: Path): void {
  const params = leaf.params ?? {};
  const name = JSON.stringify(leaf.fact);
  const known: readonly string[] = fact.params ?? [];
  for (const key of Object.keys(params)) {
    if (known.includes(key)) continue;
    const found = JSON.stringify(key);
    const fix = didYouMean(key, known);
    const message = `fact ${name} has no parameter ${found}`;
    scope.report([...path, 'params', key], present({ message, found, fix }), 'key');
  }
  const missing = (fact.needs ?? []).filter((key) => params[key] === undefined);
  if (missing.length > 0) {
    const wanted = missing.map((key) => `"${key}": "…"`).join(', ');
    scope.report(path, { message: `fact ${name} needs "params": { ${wanted} }` });
  }
  for (const [key, value] of Object.entries(params)) {
    const checkOne = known.includes(key) ? checks[key as FactParam] : undefined;
    checkOne?.({ scope, value, params, path: [...path, 'params', key] });
  }
}

interface Param {
  readonly scope: Scope;
  readonly value: Json;
  readonly params: JsonObject;
  readonly path: Path;
}

const checks: { readonly [Key in FactParam]: (param: Param) => void } = {
  event: ({ scope, value, path }) => {
    const name = textOf(scope, value, 'the name of an event', path);
    if (name !== undefined) referEvent(scope, name, path);
  },
  interest: ({ scope, value, path }) => {
    const name = textOf(scope, value, 'an interest', path);
    if (name !== undefined) refer(scope, 'interest', name, path);
  },
  model: ({ scope, value, path }) => {
    const name = textOf(scope, value, 'a scoring model', path);
    if (name !== undefined) refer(scope, 'model', name, path);
  },
  property: ({ scope, value, params, path }) => {
    const name = textOf(scope, value, 'a property of the event', path);
    const { event } = params;
    if (name === undefined || typeof event !== 'string' || !scope.names.events.has(event)) return;
    checkProperty(scope, event, name, path);
  },
  question: ({ scope, value, path }) => {
    const name = textOf(scope, value, 'a question of "bant"', path);
    if (name !== undefined) refer(scope, 'question', name, path);
  },
  score: ({ scope, value, params, path }) => {
    const name = textOf(scope, value, 'a score', path);
    const { model } = params;
    const scores = scope.names.scores.get(typeof model === 'string' ? model : 'core');
    if (name !== undefined && scores !== undefined) {
      check(scope, 'score', name, path, new Set(scores));
    }
  },
  class: ({ scope, value, path }) => {
    oneOf(scope, value, ['marketing', 'outbound', 'transactional'], path);
  },
  topic: ({ scope, value, path }) => {
    const name = textOf(scope, value, 'a topic', path);
    if (name !== undefined) refer(scope, 'topic', name, path);
  },
  trust: ({ scope, value, path }) => {
    oneOf(scope, value, ['human'], path);
  },
  where: ({ scope, value, params, path }) => {
    if (typeof params['event'] === 'string') checkWhere(scope, value, params['event'], path);
  },
  within: ({ scope, value, path }) => {
    const parsed = readDuration(typeof value === 'string' ? value : '');
    if (!parsed.ok) expects(scope, value, parsed.expected, path);
  },
};

function checkWhere(scope: Scope, where: Json, event: string, path: Path): void {
  const parsed = conditionFormat.safeParse(where);
  if (parsed.success) {
    checkCondition(scope, parsed.data, path, { type: 'event', event });
    return;
  }
  for (const finding of explainIssues(parsed.error.issues, where)) {
    scope.report([...path, ...finding.path], sayFinding(finding, where));
  }
}

function textOf(scope: Scope, value: Json, what: string, path: Path): string | undefined {
  if (typeof value === 'string') return value;
  expects(scope, value, what, path);
  return undefined;
}

function oneOf(scope: Scope, value: Json, words: readonly string[], path: Path): void {
  if (typeof value === 'string' && words.includes(value)) return;
  const fix = typeof value === 'string' ? didYouMean(value, words) : undefined;
  expects(scope, value, list(words), path, fix);
}

function expects(scope: Scope, value: Json, expected: string, path: Path, fix?: string): void {
  const found = sayValue(value);
  const message = `expected ${expected}, found ${found}`;
  scope.report(path, present({ message, found, expected, fix }));
}

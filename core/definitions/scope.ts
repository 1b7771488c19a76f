/**
 * Where a compile step stands: the file it reads, the names the workspace knows, and where problems go.
 *
 * Compiling never stops at a problem; what it returns then is thrown away with the whole release.
 */
import type { FactParam } from '../facts/catalogue.ts';
import type { EventDeclaration, FactType } from './release.ts';
import type { Document } from './document.ts';
import { isRepaired, problemOf } from './document.ts';
import { list } from './problems.ts';
import type { Path, Problem, ProblemText } from './problems.ts';
import { didYouMean } from './suggest.ts';

export interface FactInfo {
  readonly type: FactType;
  readonly label: string;
  readonly values?: readonly string[];
  readonly params?: readonly FactParam[];
  readonly needs?: readonly FactParam[];
  readonly isTrait: boolean;
  /** Dotted trait path, for facts that are traits. */
  readonly trait: string;
}

export type NameKind =
  | 'exit'
  | 'handoff'
  | 'hours'
  | 'interest'
  | 'journey'
  | 'model'
  | 'pool'
  | 'question'
  | 'queue'
  | 'rejectReason'
  | 'rep'
  | 'role'
  | 'routing'
  | 'score'
  | 'segment'
  | 'stage'
  | 'template'
  | 'topic';

export interface Names {
  readonly facts: ReadonlyMap<string, FactInfo>;
  readonly events: ReadonlyMap<string, EventDeclaration>;
  readonly of: { readonly [Kind in NameKind]: ReadonlySet<string> };
  /** Label or value of a stage → its value. */
  readonly stages: ReadonlyMap<string, string>;
  /** Scoring model → score → its grades. */
  readonly grades: ReadonlyMap<string, { readonly [score: string]: readonly string[] }>;
  /** Scoring model → its scores. */
  readonly scores: ReadonlyMap<string, readonly string[]>;
  /** Journeys that may be entered by name. */
  readonly enterable: ReadonlySet<string>;
  /** Texts of parts that were left out because of mistakes: never reported as unknown. */
  readonly tolerated: ReadonlySet<string>;
  /** Kinds of names of which a file could not be read: whatever is called so may be declared there. */
  readonly unread: ReadonlySet<NameKind | 'event' | 'fact'>;
}

export interface Scope {
  readonly names: Names;
  readonly report: (path: Path, problem: ProblemText, at?: 'value' | 'key') => void;
  /** For what is missing or does not add up: silent where a part of `within` was left out because of a mistake. */
  readonly reportShape: (path: Path, problem: ProblemText, within?: Path) => void;
  readonly warn: (path: Path, problem: ProblemText) => void;
}

export function createScope(document: Document, names: Names, problems: Problem[]): Scope {
  return {
    names,
    report: (path, problem, at) => problems.push(problemOf(document, path, problem, at)),
    reportShape: (path, problem, within = path) => {
      if (!isRepaired(document, within)) problems.push(problemOf(document, path, problem));
    },
    warn: (path, problem) => problems.push(problemOf(document, path, problem, 'value', 'warning')),
  };
}

const homes: { readonly [Kind in NameKind | 'event' | 'fact']: string } = {
  event: 'rules/events.json',
  fact: 'rules/facts.json',
  exit: 'a journey',
  handoff: 'rules/handoffs.json',
  hours: 'rules/routing.json',
  interest: 'rules/interests.json',
  journey: 'journeys/',
  model: 'rules/scoring.json',
  pool: 'rules/routing.json',
  question: 'the "bant" of rules/qualification.json',
  queue: 'rules/routing.json',
  rejectReason: 'rules/handoffs.json',
  rep: 'rules/routing.json',
  role: 'the "roles" of rules/accounts.json',
  routing: 'rules/routing.json',
  score: 'the "scores" of this file',
  segment: 'rules/segments.json',
  stage: 'rules/qualification.json',
  template: 'templates/',
  topic: 'rules/sending.json',
};

/** Whether the name is known; reports it otherwise. */
export function refer(scope: Scope, kind: NameKind, name: string, path: Path): boolean {
  return check(scope, kind, name, path, scope.names.of[kind]);
}

export function referEvent(scope: Scope, name: string, path: Path): boolean {
  return check(scope, 'event', name, path, new Set(scope.names.events.keys()));
}

/** Several files may hold what is looked for: `known` narrows it. */
export function check(
  scope: Scope,
  kind: NameKind | 'event' | 'fact',
  name: string,
  path: Path,
  known: ReadonlySet<string>,
): boolean {
  if (known.has(name)) return true;
  if (scope.names.tolerated.has(name) || scope.names.unread.has(kind)) return false;
  // Without the one file that declares them, its absence is the mistake.
  if (known.size === 0 && (kind === 'topic' || kind === 'stage')) return false;
  const near = didYouMean(name, known);
  const found = JSON.stringify(name);
  scope.report(path, {
    message: `unknown ${kind} ${found}`,
    found,
    expected: known.size === 0 ? `a ${kind} of ${homes[kind]}` : list([...known]),
    fix: near ?? `declare it in ${homes[kind]}`,
  });
  return false;
}

/** The value of a stage that a file calls by value or label. */
export function referStage(scope: Scope, name: string, path: Path): string {
  const value = scope.names.stages.get(name);
  if (value === undefined) check(scope, 'stage', name, path, new Set(scope.names.stages.keys()));
  return value ?? name;
}

export function referEnterable(scope: Scope, journey: string, path: Path): void {
  if (!refer(scope, 'journey', journey, path) || scope.names.enterable.has(journey)) return;
  scope.report(path, {
    message: `journey ${JSON.stringify(journey)} cannot be entered by name`,
    found: JSON.stringify(journey),
    fix: 'add { "on": "api", … } to its "enter"',
  });
}

/** `rep:anna`, `pool:dach`, or one of the plain words. */
export function referAssignee(
  scope: Scope,
  text: string,
  path: Path,
  words: readonly string[],
  prefixes: readonly ('rep' | 'pool' | 'queue' | 'route')[],
): void {
  if (words.includes(text)) return;
  const [prefix = '', ...rest] = text.split(':');
  const found = JSON.stringify(text);
  const known = prefixes.find((candidate) => candidate === prefix);
  if (known === undefined || rest.length === 0) {
    if (prefix === 'partner')
      return scope.report(path, { message: `${found} is not available yet`, found });
    const expected = list([...words, ...prefixes.map((one) => `${one}:…`)]);
    const fix = didYouMean(text, words) ?? didYouMean(prefix, prefixes);
    return scope.report(path, {
      message: `expected ${expected}, found ${found}`,
      found,
      expected,
      ...(fix === undefined ? {} : { fix }),
    });
  }
  refer(scope, known === 'route' ? 'routing' : known, rest.join(':'), path);
}

/** Reports every second use of an id. */
export function checkUnique(
  scope: Scope,
  what: string,
  ids: readonly { readonly id: string; readonly path: Path; readonly at?: 'key' }[],
  seen: Set<string> = new Set(),
): void {
  for (const { id, path, at } of ids) {
    if (seen.has(id)) {
      const found = JSON.stringify(id);
      scope.report(
        path,
        { message: `${what} ${found} is declared twice`, found, fix: 'rename one' },
        at,
      );
    }
    seen.add(id);
  }
}

/** Events, facts, segments and scoring: parsed files → models, names and types checked. */
import type { ScoreRule, ScoringModel } from '../scoring/model.ts';
import { builtInEvents, builtInFacts } from '../facts/catalogue.ts';
import { seniorities } from '../facts/seniority.ts';
import { checkCondition, checkMatch, leadWorld } from './check-condition.ts';
import type { EventsFile } from './events.ts';
import type { FactsFile } from './facts.ts';
import { list } from './problems.ts';
import type { Path } from './problems.ts';
import { present } from './present.ts';
import type { EventDeclaration, FactDeclaration, SegmentDeclaration } from './release.ts';
import { check } from './scope.ts';
import type { Scope } from './scope.ts';
import type { ScoringFile } from './scoring.ts';
import type { SegmentsFile } from './segments.ts';
import { didYouMean } from './suggest.ts';

/** A file may declare a built-in event again to add properties; its activity stays. */
export function compileEvents(file: EventsFile): readonly EventDeclaration[] {
  return file.events.map(({ event, label, activity, properties }) => {
    const builtIn = Object.hasOwn(builtInEvents, event) ? builtInEvents[event] : undefined;
    return {
      event,
      label,
      activity: builtIn?.activity ?? activity,
      properties: { ...builtIn?.properties, ...properties },
    };
  });
}

export function compileFacts(scope: Scope, file: FactsFile): readonly FactDeclaration[] {
  return file.facts.map((fact, index) => {
    const path = ['facts', index];
    checkFact(scope, fact, path);
    const { id, type, label, values, range, survivor, derive } = fact;
    return present({
      id,
      type,
      label,
      from: fact.from?.slice('traits.'.length) ?? id,
      values,
      range,
      survivor,
      derive:
        derive === undefined
          ? undefined
          : present({
              from: derive.from,
              words: Object.entries(derive.words ?? {}).map(([value, any]) => ({ value, any })),
              as: derive.as,
            }),
    });
  });
}

function checkFact(scope: Scope, fact: FactsFile['facts'][number], path: Path): void {
  const found = JSON.stringify(fact.id);
  if (Object.hasOwn(builtInFacts, fact.id)) {
    scope.report([...path, 'id'], {
      message: `fact ${found} is built in`,
      found,
      fix: 'rename it',
    });
  }
  if (fact.type === 'choice' && fact.values === undefined) {
    scope.reportShape(path, { message: `choice ${found} needs "values"`, fix: 'list them' });
  }
  if (fact.type !== 'choice' && fact.values !== undefined) {
    scope.report([...path, 'values'], { message: 'only a choice has "values"' }, 'key');
  }
  if (fact.range !== undefined && (fact.type !== 'number' || fact.range[0] > fact.range[1])) {
    scope.report([...path, 'range'], {
      message:
        fact.type === 'number' ? 'a range goes from low to high' : 'only a number has "range"',
    });
  }
  checkSurvivor(scope, fact, path);
  if (fact.derive === undefined) return;
  const at = [...path, 'derive'];
  if (fact.from !== undefined) {
    scope.report(at, { message: 'a fact has "from" or "derive", not both' }, 'key');
  }
  check(scope, 'fact', fact.derive.from, [...at, 'from'], new Set(scope.names.facts.keys()));
  checkDerived(scope, fact, fact.derive, at);
  for (const value of Object.keys(fact.derive.words ?? {})) {
    if (fact.values === undefined || fact.values.includes(value)) continue;
    const fix = didYouMean(value, fact.values);
    const message = `expected ${list(fact.values)}, found ${JSON.stringify(value)}`;
    scope.report([...at, 'words', value], present({ message, fix }), 'key');
  }
}

type Fact = FactsFile['facts'][number];

/** Words about a trait are compared as they were sent: it needs one of its own, and a size for "largest". */
function checkSurvivor(scope: Scope, { id, type, from, survivor, derive }: Fact, path: Path): void {
  if (survivor === undefined) return;
  const at = [...path, 'survivor'];
  const fix = 'leave it out';
  if (derive !== undefined) {
    const message = `${JSON.stringify(id)} is read out of another fact: what stays is decided there`;
    scope.report(at, { message, fix }, 'key');
  } else if (from?.slice('traits.'.length).includes('.') === true) {
    const message = `${JSON.stringify(id)} reads a part of a trait, which is kept or replaced as a whole`;
    scope.report(at, { message, fix }, 'key');
  } else if (survivor === 'largest' && (type === 'text' || type === 'boolean')) {
    const message = `of type ${JSON.stringify(type)} no value is the largest`;
    scope.report(at, { message, found: '"largest"', fix: 'use "latest" or "first"' });
  }
}

/** Out of words or cleaned, not both; what cleaning gives must be a value the fact can have. */
function checkDerived(
  scope: Scope,
  { id, type, values }: Fact,
  { words, as }: NonNullable<Fact['derive']>,
  path: Path,
): void {
  if ((words === undefined) === (as === undefined)) {
    const message = 'a fact is derived by "words" or by "as"';
    const fix = as === undefined ? 'add one of them' : 'remove one of them';
    return scope.reportShape(path, { message, fix });
  }
  if (as === undefined) return;
  if (type !== 'text' && type !== 'choice') {
    const message = `${JSON.stringify(as)} gives a text, and ${JSON.stringify(id)} is a ${type}`;
    return scope.report([...path, 'as'], { message, fix: 'make it a "text"' });
  }
  const lacking =
    as === 'seniority' ? seniorities.filter((one) => values?.includes(one) === false) : [];
  if (lacking.length === 0) return;
  const message = `"seniority" gives ${list(seniorities)}, and "values" lacks ${lacking.join(', ')}`;
  scope.report([...path, 'as'], { message, fix: 'add what it lacks' });
}

export function compileSegments(scope: Scope, file: SegmentsFile): readonly SegmentDeclaration[] {
  return file.segments.map(({ id, why, when }, index) => ({
    id,
    why,
    when: checkCondition(scope, when, ['segments', index, 'when'], leadWorld),
  }));
}

export function compileScoring(scope: Scope, file: ScoringFile): ScoringModel {
  const scores = Object.entries(file.scores).map(([name, score]) => {
    const path = ['scores', name];
    if (score.min >= score.max) scope.report(path, { message: '"min" must be below "max"' });
    score.unknownUnless?.of.forEach((fact, index) => {
      const known = new Set(scope.names.facts.keys());
      check(scope, 'fact', fact, [...path, 'unknownUnless', 'of', index], known);
    });
    const { min, max, halfLife, unknownUnless } = score;
    return [name, present({ min, max, halfLifeMs: halfLife, unknownUnless })] as const;
  });
  const known = new Set(Object.keys(file.scores));
  const grades = Object.entries(file.grades).map(([score, bands]) => {
    check(scope, 'score', score, ['grades', score], known);
    const sorted = Object.entries(bands).map(([grade, from]) => ({ grade, from }));
    return [score, sorted.sort((a, b) => b.from - a.from)] as const;
  });
  return {
    model: file.model,
    scores: Object.fromEntries(scores),
    grades: Object.fromEntries(grades),
    rules: file.rules.map((rule, index) => compileRule(scope, rule, ['rules', index], known)),
  };
}

function compileRule(
  scope: Scope,
  rule: ScoringFile['rules'][number],
  path: Path,
  scores: ReadonlySet<string>,
): ScoreRule {
  check(scope, 'score', rule.score, [...path, 'score'], scores);
  const { id, score, points, why } = rule;
  if ('when' in rule) {
    const when = checkCondition(scope, rule.when, [...path, 'when'], leadWorld);
    return { id, score, points, why, type: 'when', when };
  }
  const { within, ...match } = rule.forEach;
  return present({
    id,
    score,
    points,
    why,
    type: 'for-each' as const,
    match: checkMatch(scope, match, [...path, 'forEach'], undefined),
    withinMs: within,
    atMost: rule.atMost,
    keeps: rule.keeps,
  });
}

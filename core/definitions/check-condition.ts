/**
 * Names and types inside conditions: facts, operators, values, parameters, segments.
 *
 * Returns the condition with labels of stages replaced by their values; everything else stays as
 * written, because the file's JSON is what json-rules-engine runs.
 */
import type { Condition, EventMatch, Json, JsonObject, Leaf } from '../rules/condition.ts';
import type { MatchSource } from './step-source.ts';
import { list } from './problems.ts';
import { checkRoles } from './check-roles.ts';
import { checkOperator } from './check-operator.ts';
import { checkParams } from './check-params.ts';
import type { WrittenOperator } from './check-operator.ts';
import { checkFit, checkValue, withGrades } from './check-value.ts';
import { present } from './present.ts';
import type { Path } from './problems.ts';
import { check, refer, referEvent, referStage } from './scope.ts';
import type { FactInfo, Scope } from './scope.ts';
import { didYouMean } from './suggest.ts';

/** What a condition can see where it stands. */
export type World =
  | {
      readonly type: 'lead';
      /** Properties of the entry; `any` where a journey can be entered by name. */
      readonly entry?: { readonly [property: string]: string } | 'any';
      readonly handoff?: true;
    }
  | { readonly type: 'event'; readonly event: string };

export const leadWorld: World = { type: 'lead' };

export function checkCondition(
  scope: Scope,
  condition: Condition,
  path: Path,
  world: World,
): Condition {
  if ('all' in condition) {
    return { ...condition, all: checkList(scope, condition.all, [...path, 'all'], world) };
  }
  if ('any' in condition) {
    return { ...condition, any: checkList(scope, condition.any, [...path, 'any'], world) };
  }
  if ('not' in condition) {
    return { ...condition, not: checkCondition(scope, condition.not, [...path, 'not'], world) };
  }
  if ('condition' in condition) {
    refer(scope, 'segment', condition.condition, [...path, 'condition']);
    return condition;
  }
  return checkLeaf(scope, condition, path, world);
}

/** An event named in a file, with its `where` and `same`. */
export function checkMatch(
  scope: Scope,
  match: MatchSource,
  path: Path,
  entry: Extract<World, { type: 'lead' }>['entry'],
): EventMatch {
  const isKnown = referEvent(scope, match.event, [...path, 'event']);
  const where =
    match.where === undefined
      ? undefined
      : checkCondition(scope, match.where, [...path, 'where'], {
          type: 'event',
          event: match.event,
        });
  if (match.same !== undefined && isKnown) {
    checkProperty(scope, match.event, match.same, [...path, 'same']);
    if (entry !== undefined && entry !== 'any' && !Object.hasOwn(entry, match.same)) {
      const found = JSON.stringify(match.same);
      const fix = didYouMean(match.same, Object.keys(entry));
      const message = `the entry of this journey has no property ${found}`;
      scope.report([...path, 'same'], present({ message, found, fix }));
    }
  }
  return present({ event: match.event, where, same: match.same, trust: match.trust });
}

export function checkProperty(scope: Scope, event: string, property: string, path: Path): void {
  const declared = scope.names.events.get(event)?.properties ?? {};
  if (Object.hasOwn(declared, property) || scope.names.tolerated.has(property)) return;
  if (scope.names.unread.has('event')) return;
  const found = JSON.stringify(property);
  scope.report(path, {
    message: `event ${JSON.stringify(event)} has no property ${found}`,
    found,
    expected: list(Object.keys(declared)),
    fix: didYouMean(property, Object.keys(declared)) ?? 'declare it in rules/events.json',
  });
}

/** The fact behind a name, `any` when its type cannot be known, `undefined` after a report. */
export function findFact(
  scope: Scope,
  fact: string,
  path: Path,
  world: World,
): FactInfo | 'any' | undefined {
  if (world.type === 'event') {
    if (!scope.names.events.has(world.event)) return 'any';
    checkProperty(scope, world.event, fact, path);
    return ofType(scope.names.events.get(world.event)?.properties[fact]);
  }
  if (fact.startsWith('entry.')) return findEntryFact(scope, fact, path, world.entry);
  const found = JSON.stringify(fact);
  if (fact.startsWith('handoff.') && world.handoff !== true && scope.names.facts.has(fact)) {
    scope.report(path, { message: `${found} is known only in "sla"`, found });
    return undefined;
  }
  const facts = scope.names.facts;
  const visible = [...facts.keys()].filter(
    (name) => world.handoff === true || !name.startsWith('handoff.'),
  );
  return check(scope, 'fact', fact, path, new Set(visible)) ? facts.get(fact) : undefined;
}

function findEntryFact(
  scope: Scope,
  fact: string,
  path: Path,
  entry: Extract<World, { type: 'lead' }>['entry'],
): FactInfo | 'any' | undefined {
  const found = JSON.stringify(fact);
  if (entry === undefined) {
    scope.report(path, { message: `${found} is known only inside a journey`, found });
    return undefined;
  }
  const property = fact.slice('entry.'.length);
  if (entry === 'any') return 'any';
  if (Object.hasOwn(entry, property)) return ofType(entry[property]);
  if (scope.names.tolerated.has(property) || scope.names.unread.has('event')) return undefined;
  const known = Object.keys(entry).map((name) => `entry.${name}`);
  scope.report(path, {
    message: `the entry of this journey has no property ${JSON.stringify(property)}`,
    found,
    expected: list(known),
    fix: didYouMean(fact, known) ?? 'declare it with the entry event in rules/events.json',
  });
  return undefined;
}

function ofType(type: string | undefined): FactInfo | 'any' {
  const known = (['text', 'number', 'boolean', 'date', 'list'] as const).find(
    (one) => one === type,
  );
  return known === undefined ? 'any' : { type: known, label: '', isTrait: false, trait: '' };
}

function checkList(
  scope: Scope,
  conditions: readonly Condition[],
  path: Path,
  world: World,
): readonly Condition[] {
  return conditions.map((inner, index) => checkCondition(scope, inner, [...path, index], world));
}

function checkLeaf(scope: Scope, leaf: Leaf, path: Path, world: World): Leaf {
  const fact = findFact(scope, leaf.fact, [...path, 'fact'], world);
  const written = checkOperator(scope, leaf.operator, [...path, 'operator']);
  if (fact !== undefined && fact !== 'any') checkParams(scope, leaf, fact, path);
  const at = [...path, 'value'];
  if (written === undefined || fact === undefined) return leaf;
  const other = factNamed(leaf.value);
  if (other !== undefined) {
    findFact(scope, other, [...at, 'fact'], world);
    return leaf;
  }
  if (world.type === 'lead' && leaf.fact === 'stage') return checkStages(scope, leaf, at, written);
  if (world.type === 'lead') checkRoles(scope, leaf, at);
  const known =
    fact === 'any' || leaf.path !== undefined ? undefined : withGrades(scope, leaf, fact);
  // An operator that does not suit the fact is the mistake; its value follows from it.
  if (known === undefined || checkFit(scope, leaf, written, known, [...path, 'operator'])) {
    checkValue(scope, leaf.value, at, written, known);
    if (world.type === 'lead') checkListed(scope, leaf, at);
  }
  return leaf;
}

/** json-rules-engine compares with another fact when the value is `{ "fact": "…" }`. */
function factNamed(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { fact } = value as JsonObject;
  return typeof fact === 'string' ? fact : undefined;
}

/** Facts that are lists of names declared elsewhere: what is looked for in them must be one. */
const listedNames: { readonly [fact: string]: 'interest' | 'question' } = {
  interests: 'interest',
  bantGaps: 'question',
};

function checkListed(scope: Scope, { fact, value }: Leaf, path: Path): void {
  const kind = Object.hasOwn(listedNames, fact) ? listedNames[fact] : undefined;
  if (kind === undefined) return;
  if (typeof value === 'string') refer(scope, kind, value, path);
  if (!Array.isArray(value)) return;
  value.forEach((one: Json, index) => {
    if (typeof one === 'string') refer(scope, kind, one, [...path, index]);
  });
}

function checkStages(scope: Scope, leaf: Leaf, path: Path, written: WrittenOperator): Leaf {
  const { value } = leaf;
  const isOne = written.operator.value === 'any' && !written.eachValue;
  if (isOne && typeof value === 'string') {
    return { ...leaf, value: referStage(scope, value, path) };
  }
  if ((written.operator.value === 'list' || written.eachValue) && Array.isArray(value)) {
    const stages = value.map((one: Json, index) =>
      typeof one === 'string' ? referStage(scope, one, [...path, index]) : one,
    );
    return { ...leaf, value: stages };
  }
  checkValue(scope, value, path, written, scope.names.facts.get('stage'));
  return leaf;
}

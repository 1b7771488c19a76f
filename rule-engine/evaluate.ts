/**
 * Evaluates a condition with json-rules-engine itself.
 *
 * It decides wherever a decision is awaited anyway, and is the oracle of the compiled evaluator. Each
 * run has an Engine of its own: two runs that overlap on one Engine silently lose rules. The
 * clock reaches operators by closing over `now`; paths go through our resolver, because the library's
 * JSONPath can run code; facts are the same `ReadFact` the compiled evaluator reads.
 */
import { Engine, Operator } from 'json-rules-engine';
import type { Condition, FactValue, Json, ReadFact } from '../core/rules/condition.ts';
import type { Segments, Verdict } from '../core/rules/compile.ts';
import { decorators, operators } from '../core/rules/operators.ts';
import { valueAt } from '../core/rules/path.ts';
import { explanationOf, type ResultNode } from './explanation.ts';
import { asRoot, referencesOf } from './rule.ts';

/** Rejects with a `RuleEngineError` when the condition cannot be loaded or evaluated. */
export async function evaluateCondition(
  condition: Condition,
  segments: Segments,
  read: ReadFact,
  now: number,
): Promise<Verdict> {
  try {
    const engine = createEngine(now);
    const references = referencesOf(condition, segments);
    for (const [id, when] of references.segments) engine.setCondition(id, asRoot(when));
    for (const fact of references.facts) {
      engine.addFact(fact, (params) => read(fact, params), { cache: false });
    }
    engine.addRule({ conditions: asRoot(condition), event: { type: 'holds' } });
    const { results, failureResults } = await engine.run();
    const ruleResult = results[0] ?? failureResults[0];
    if (ruleResult === undefined) throw new Error('The engine returned no result.');
    const holds = ruleResult.result === true;
    const root = ruleResult.conditions as unknown as ResultNode;
    return { holds, explanation: explanationOf(condition, { ...root, result: holds }, segments) };
  } catch (cause) {
    throw new RuleEngineError('json-rules-engine could not evaluate a condition.', { cause });
  }
}

export class RuleEngineError extends Error {
  override readonly name = 'RuleEngineError';
}

/** An Engine with our operators, for one run at one instant. */
export function createEngine(now: number): Engine {
  const engine = new Engine([], {
    allowUndefinedFacts: true,
    pathResolver: (value, path) => valueAt(value as Json, path),
  });
  for (const { name, evaluate, origin } of operators.values()) {
    if (origin === 'json-rules-engine' && !throwsThere.has(name)) continue;
    engine.addOperator(
      new Operator<FactValue, FactValue>(name, (fact, value) => evaluate(fact, value, now)),
    );
  }
  for (const name of throwOnMissingValue) overrideDecorator(engine, name, now);
  return engine;
}

/** The library throws when the list to look in is the value of a missing fact. */
const throwsThere = new Set(['in', 'notIn']);
const throwOnMissingValue = ['someValue', 'everyValue'];

function overrideDecorator(engine: Engine, name: string, now: number): void {
  const decorate = decorators.get(name)?.decorate;
  if (decorate === undefined) throw new RuleEngineError(`There is no decorator "${name}".`);
  engine.addOperatorDecorator<FactValue, FactValue, FactValue, FactValue>(
    name,
    (fact, value, next) => decorate((a, b) => next(a, b))(fact, value, now),
  );
}

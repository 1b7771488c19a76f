/**
 * Proves at publish that json-rules-engine accepts a condition and that evaluating it cannot throw.
 *
 * Readers of files report shapes with line and column; this is the last gate behind them, so it
 * throws at the first problem. It evaluates nothing.
 */
import { Rule } from 'json-rules-engine';
import type { Condition, Leaf } from '../core/rules/condition.ts';
import { compileCondition, ConditionError, type Segments } from '../core/rules/compile.ts';
import { operators } from '../core/rules/operators.ts';
import { createEngine } from './evaluate.ts';
import { asRoot, referencesOf } from './rule.ts';

export function assertLoadable(condition: Condition, segments: Segments): void {
  const { leaves } = compileCondition(condition, segments);
  leaves.forEach(assertLeaf);
  try {
    const engine = createEngine(0);
    for (const [id, when] of referencesOf(condition, segments).segments) {
      engine.setCondition(id, asRoot(when));
    }
    engine.addRule(new Rule({ conditions: asRoot(condition), event: { type: 'holds' } }));
  } catch (cause) {
    throw new ConditionError('json-rules-engine does not accept a condition.', { cause });
  }
}

function assertLeaf(leaf: Leaf): void {
  const place = `The condition on the fact "${leaf.fact}"`;
  const name = leaf.operator.slice(leaf.operator.lastIndexOf(':') + 1);
  const operator = operators.get(name);
  if (operator?.later === true)
    throw new ConditionError(`${place}: "${name}" is not available yet.`);
  if (leaf.path !== undefined && !dottedPath.test(leaf.path)) {
    throw new ConditionError(`${place}: the path "${leaf.path}" must be keys joined by dots.`);
  }
  const wantsList =
    operator?.value === 'list' ||
    operator?.value === 'range' ||
    /(?:some|every)Value:/.test(leaf.operator);
  if (wantsList && !Array.isArray(leaf.value) && !isFactReference(leaf)) {
    throw new ConditionError(`${place}: "${leaf.operator}" needs a list of values.`);
  }
}

const dottedPath = /^[^.$[\]*?()@]+(?:\.[^.$[\]*?()@]+)*$/;

function isFactReference({ value }: Leaf): boolean {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, 'fact');
}

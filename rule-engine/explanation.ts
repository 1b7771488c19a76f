/**
 * Turns json-rules-engine's result tree into the explanation the core speaks.
 *
 * The library puts a referenced segment in the place of its name, so the source is walked beside the
 * result. Apart from `evaluate.ts` because it is the half that knows the result's undocumented shape.
 */
import type { Condition, Json } from '../core/rules/condition.ts';
import type { Explanation, Segments } from '../core/rules/compile.ts';
import { isLeaf } from './rule.ts';

/** A condition of a finished run: what was written, and `result` on whatever was looked at. */
export interface ResultNode {
  readonly result?: boolean;
  readonly factResult?: Json;
  readonly any?: readonly ResultNode[];
  readonly all?: readonly ResultNode[];
  readonly not?: ResultNode;
}

export function explanationOf(
  source: Condition,
  node: ResultNode,
  segments: Segments,
): Explanation {
  const result = node.result === undefined ? {} : { result: node.result };
  const name = 'name' in source && source.name !== undefined ? { name: source.name } : {};
  if ('any' in source) {
    return { type: 'any', of: listOf(source.any, node.any, segments), ...name, ...result };
  }
  if ('all' in source) {
    return { type: 'all', of: listOf(source.all, node.all, segments), ...name, ...result };
  }
  if ('not' in source) {
    return {
      type: 'not',
      of: explanationOf(source.not, node.not ?? {}, segments),
      ...name,
      ...result,
    };
  }
  if ('condition' in source) return segmentOf(source.condition, node, segments);
  const leaf = node.all === undefined ? node : (node.all[0] ?? {});
  return {
    type: 'leaf',
    fact: source.fact,
    operator: source.operator,
    expected: source.value,
    ...(source.params === undefined ? {} : { params: source.params }),
    ...(source.path === undefined ? {} : { path: source.path }),
    ...name,
    ...(leaf.factResult === undefined ? {} : { actual: leaf.factResult }),
    ...result,
  };
}

function listOf(
  sources: readonly Condition[],
  nodes: readonly ResultNode[] | undefined,
  segments: Segments,
): readonly Explanation[] {
  return sources.map((source, index) => explanationOf(source, nodes?.[index] ?? {}, segments));
}

function segmentOf(segment: string, node: ResultNode, segments: Segments): Explanation {
  const when = segments[segment]?.when;
  if (when === undefined || node.result === undefined) return { type: 'segment', segment };
  const inner = isLeaf(when) ? (node.all?.[0] ?? {}) : node;
  const of = explanationOf(when, inner, segments);
  return { type: 'segment', segment, of, result: node.result };
}

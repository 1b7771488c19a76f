/**
 * A condition as it was judged, line by line: each leaf with what is and what was expected, each group
 * with what it takes of them. For people who ask why, so nothing is left out: what nobody had to look
 * at says so too.
 */
import type { Explanation } from '../rules/compile.ts';
import type { Json } from '../rules/condition.ts';
import { comparison, type Names } from './sentence.ts';

export interface ConditionLine {
  readonly depth: number;
  readonly text: string;
  /** Absent: not looked at. */
  readonly holds?: boolean;
  /** Of a leaf, as the files name it. */
  readonly fact?: string;
  readonly operator?: string;
  readonly expected?: Json;
  /** Absent: not known. */
  readonly actual?: Json;
}

export function conditionLines(explanation: Explanation, names: Names): readonly ConditionLine[] {
  return linesOf(explanation, 0, names);
}

function linesOf(node: Explanation, depth: number, names: Names): readonly ConditionLine[] {
  const holds = node.result === undefined ? {} : { holds: node.result };
  switch (node.type) {
    case 'leaf': {
      const { fact, operator, expected, actual } = node;
      const known = actual === undefined ? {} : { actual };
      const text = comparison(node, names);
      return [{ depth, text, ...holds, fact, operator, expected, ...known }];
    }
    case 'not':
      return [
        { depth, text: `It must not be so${verdict(node.result)}`, ...holds },
        ...linesOf(node.of, depth + 1, names),
      ];
    case 'segment': {
      const title = names.segment?.(node.segment) ?? node.segment;
      const inner = node.of === undefined ? [] : linesOf(node.of, depth + 1, names);
      return [{ depth, text: `“${title}”${verdict(node.result)}`, ...holds }, ...inner];
    }
    case 'all':
    case 'any': {
      const [only] = node.of;
      if (only !== undefined && node.of.length === 1) return linesOf(only, depth, names);
      const title = node.name ?? (node.type === 'all' ? 'All of these' : 'One of these');
      return [
        { depth, text: `${title}${verdict(node.result)}`, ...holds },
        ...node.of.flatMap((one) => linesOf(one, depth + 1, names)),
      ];
    }
  }
}

function verdict(result: boolean | undefined): string {
  return result === undefined ? ': not looked at' : result ? ': holds' : ': fails';
}

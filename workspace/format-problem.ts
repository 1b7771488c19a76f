/** A problem as one line: `file:line:column message`, then what to do about it. */
import type { Problem } from '../core/definitions/problems.ts';

export function formatProblem(problem: Problem): string {
  const { file, line, column, message, fix, severity } = problem;
  const kind = severity === 'warning' ? 'warning: ' : '';
  return `${file}:${line}:${column} ${kind}${message}${fix === undefined ? '' : `; ${fix}`}`;
}

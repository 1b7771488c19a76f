/** A problem as text: `file:line:column message; what to do`, and below it what shows that it is true. */
import type { Problem } from '../core/definitions/problems.ts';

/** One line. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, severity } = problem;
  const kind = severity === 'warning' ? 'warning: ' : '';
  return `${file}:${line}:${column} ${kind}${sayProblem(problem)}`;
}

/** What is wrong and what to do about it. */
export function sayProblem({ message, fix }: Problem): string {
  return `${message}${fix === undefined ? '' : `; ${fix}`}`;
}

/** Of a proof: the lead, the path or the sum that shows it, on a line of its own. */
export function sayWitness({ witness }: Problem): string | undefined {
  return witness === undefined ? undefined : `because ${witness}`;
}

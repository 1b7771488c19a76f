/**
 * What is wrong with a file of the workspace, in words its author can act on.
 *
 * A problem always has a place (1-based line and column) and one sentence. Nothing here throws: a
 * check collects problems and goes on, so that one reading of a workspace finds all of them.
 */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly found?: string;
  readonly expected?: string;
  /** What to do about it: "did you mean …?", "declare it in rules/facts.json". */
  readonly fix?: string;
  readonly severity: 'error' | 'warning';
  /** Of a proof (core/proofs): its id, and the lead, path or sum that shows it. */
  readonly finding?: string;
  readonly witness?: string;
}

/** A problem before its place is known as a line and column. */
export type ProblemText = Pick<Problem, 'message' | 'found' | 'expected' | 'fix'>;

export type Path = readonly (string | number)[];

export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const sorted = [...problems].sort(
    (a, b) =>
      compareText(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compareText(a.message, b.message),
  );
  return sorted.filter((problem, index) => !isSame(problem, sorted[index - 1]));
}

function isSame(a: Problem, b: Problem | undefined): boolean {
  return (
    b !== undefined &&
    a.file === b.file &&
    a.line === b.line &&
    a.column === b.column &&
    a.message === b.message
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `"a", "b" or "c"`; long lists end in how many more there are. */
export function list(words: readonly string[], most = 12): string {
  const quoted = words.slice(0, most).map((word) => JSON.stringify(word));
  const more = words.length - quoted.length;
  if (more > 0) return `${quoted.join(', ')} … (${more} more)`;
  if (quoted.length < 2) return quoted.join('');
  return `${quoted.slice(0, -1).join(', ')} or ${quoted[quoted.length - 1] ?? ''}`;
}

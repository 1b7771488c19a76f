/**
 * What is wrong with an email, as its author hears it. Apart from the compiler because every rule of
 * mail/lint/ makes these and none of them may know the compiler.
 */
export interface TemplateProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
  /** `message.mjml` unless said otherwise. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** In email.json, where a line is not known here: the keys that lead to the place. */
  readonly path?: readonly string[];
}

export function error(message: string, fix?: string): TemplateProblem {
  return { severity: 'error', message, ...(fix === undefined ? {} : { fix }) };
}

export function warning(message: string, fix?: string): TemplateProblem {
  return { severity: 'warning', message, ...(fix === undefined ? {} : { fix }) };
}

/** One-based line and column of an offset. */
export function placeOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/**
 * Finds what is wrong with the Liquid of a template before anyone receives it: tags and filters that
 * do not exist, filters that are not for emails, and names that no lead has. It reads
 * the author's source, so every problem has the author's line and column.
 */
import { didYouMean } from '../../core/definitions/suggest.ts';
import { createLiquid, knownFilters } from '../templates/liquid.ts';
import { knowsVariable } from '../templates/variables.ts';
import type { TemplateProblem } from '../templates/problem.ts';

const engine = createLiquid('text');

export function liquidProblems(
  text: string,
  facts: readonly string[] | undefined,
): readonly TemplateProblem[] {
  try {
    const templates = engine.parse(text);
    const { globals } = engine.analyzeSync(templates);
    return Object.values(globals).flatMap((uses) =>
      uses.flatMap(({ segments, location }) =>
        nameProblems(segments.map(String), facts).map((message) => ({
          severity: 'error' as const,
          message,
          line: location.row,
          column: location.col,
        })),
      ),
    );
  } catch (cause) {
    return [parseProblem(cause)];
  }
}

function nameProblems(
  path: readonly string[],
  facts: readonly string[] | undefined,
): readonly string[] {
  const known = knowsVariable(path, facts);
  if (known === true) return [];
  const name = path.slice(0, 2).join('.');
  return [`there is no variable ${name}${suggestion(name, known)}`];
}

function parseProblem(cause: unknown): TemplateProblem {
  const written = cause instanceof Error ? cause.message : String(cause);
  const place = /, line:(\d+), col:(\d+)$/.exec(written.split('\n')[0] ?? '');
  const plain = (written.split('\n')[0] ?? '').replace(/, line:\d+, col:\d+$/, '');
  const filter = /^undefined filter: (\S+)/.exec(plain)?.[1];
  const message =
    filter === undefined
      ? `Liquid cannot read it: ${plain}`
      : (refused[filter] ?? `there is no filter ${filter}${suggestion(filter, knownFilters())}`);
  return {
    severity: 'error',
    message,
    ...(place === null ? {} : { line: Number(place[1]), column: Number(place[2]) }),
  };
}

const escaped = 'everything put in is escaped already';
/** Liquid has them elsewhere, and people know them from there. */
const refused: Readonly<Record<string, string>> = {
  escape: `there is no filter escape: ${escaped}, and would be twice; remove it`,
  escape_once: `there is no filter escape_once: ${escaped}; remove it`,
  raw: 'there is no filter raw: what a lead typed is never HTML; remove it',
  json: 'there is no filter json: an email shows words, not data; name the property you want',
  newline_to_br: 'there is no filter newline_to_br: what a lead typed is never HTML; remove it',
};

function suggestion(name: string, candidates: readonly string[]): string {
  const words = didYouMean(name, candidates);
  return words === undefined ? '' : `; ${words}`;
}

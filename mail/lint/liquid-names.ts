/**
 * Finds what is wrong with the Liquid of a template before anyone receives it: tags and filters that
 * do not exist, names that no lead has, and links built from data without the `url` filter. It reads
 * the author's source, so every problem has the author's line and column.
 */
import { didYouMean } from '../../core/definitions/suggest.ts';
import { createLiquid, knownFilters } from '../templates/liquid.ts';
import { placeOf } from './mjml-structure.ts';
import { knowsVariable, ownLinks } from '../templates/variables.ts';
import type { TemplateProblem } from '../templates/compile.ts';

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

/** A link from lead data could be `javascript:…`; only our own links may go without the filter. */
export function linkProblems(source: string): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  for (const match of source.matchAll(/\b(?:href|src)\s*=\s*(["'])\s*\{\{-?([^}]*)\}\}/g)) {
    const expression = (match[2] ?? '').replace(/-$/, '').trim();
    const isOurs = (ownLinks as readonly string[]).includes(expression);
    if (isOurs || /\|\s*url\b(?!_)/.test(expression)) continue;
    const message = `a link from data needs the url filter: {{ ${expression} | url }}`;
    problems.push({ severity: 'error', message, ...placeOf(source, match.index) });
  }
  return [...problems, ...deadLinks(source)];
}

/** `www.acme.example` is a path to a mail client, which has no page to resolve it against. */
function deadLinks(source: string): readonly TemplateProblem[] {
  return [...source.matchAll(/\bhref\s*=\s*(["'])\s*([^"'\s]+)/g)].flatMap((match) => {
    const target = match[2] ?? '';
    if (/^(https?:\/\/|mailto:|tel:|sms:|#|\{\{|\{%|\[\[)/i.test(target)) return [];
    const message = `the link "${target}" leads nowhere from a mail client; begin it with https://`;
    return [{ severity: 'error' as const, message, ...placeOf(source, match.index) }];
  });
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
      : `there is no filter ${filter}${suggestion(filter, knownFilters())}`;
  return {
    severity: 'error',
    message,
    ...(place === null ? {} : { line: Number(place[1]), column: Number(place[2]) }),
  };
}

function suggestion(name: string, candidates: readonly string[]): string {
  const words = didYouMean(name, candidates);
  return words === undefined ? '' : `; ${words}`;
}

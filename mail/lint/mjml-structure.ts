/**
 * Finds what MJML swallows without a word: text and Liquid tags that stand directly in a section or
 * a column (MJML deletes them, so an `{% if %}` loses its `{% endif %}` or its meaning), and tags
 * left open or closed in the wrong order (MJML guesses). It reads the source as its author wrote it,
 * so that every problem has the author's line and column, and knows nothing about rendering.
 */
import { placeOf, type TemplateProblem } from '../templates/problem.ts';

/** Here MJML keeps elements only; text between them is dropped without an error. */
const holdsElementsOnly = new Set([
  ...['mjml', 'mj-head', 'mj-attributes', 'mj-body', 'mj-wrapper', 'mj-section', 'mj-group'],
  ...['mj-column', 'mj-hero', 'mj-social', 'mj-navbar', 'mj-accordion', 'mj-accordion-element'],
  ...['mj-carousel'],
]);

const attribute = `(?:"[^"]*"|'[^']*'|[^>"'])*`;
const tagPattern = new RegExp(`<!--[\\s\\S]*?-->|<(/?)(mj[a-z-]*)(${attribute})>`, 'g');

interface OpenTag {
  readonly name: string;
  readonly offset: number;
}

export function structureProblems(source: string): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const open: OpenTag[] = [];
  let textFrom = 0;
  for (const match of source.matchAll(tagPattern)) {
    problems.push(...swallowed(source, textFrom, match.index, open.at(-1)));
    textFrom = match.index + match[0].length;
    const [, slash, name, rest] = match;
    if (name === undefined) continue;
    if (slash === '/') problems.push(...closed(source, match.index, name, open));
    else if (!rest?.endsWith('/')) open.push({ name, offset: match.index });
  }
  problems.push(...swallowed(source, textFrom, source.length, open.at(-1)));
  return [...problems, ...open.map((tag) => neverClosed(source, tag))];
}

function closed(
  source: string,
  offset: number,
  name: string,
  open: OpenTag[],
): readonly TemplateProblem[] {
  const last = open.pop();
  if (last?.name === name) return [];
  if (last === undefined || !open.some((tag) => tag.name === name)) {
    if (last !== undefined) open.push(last);
    const message = `</${name}> closes nothing; remove it or add <${name}> before`;
    return [{ severity: 'error', message, ...placeOf(source, offset) }];
  }
  const problems = [neverClosed(source, last)];
  for (let tag = open.pop(); tag !== undefined && tag.name !== name; tag = open.pop()) {
    problems.push(neverClosed(source, tag));
  }
  return problems;
}

function neverClosed(source: string, tag: OpenTag): TemplateProblem {
  const message = `<${tag.name}> is never closed; add </${tag.name}>`;
  return { severity: 'error', message, ...placeOf(source, tag.offset) };
}

function swallowed(
  source: string,
  from: number,
  to: number,
  parent: OpenTag | undefined,
): readonly TemplateProblem[] {
  const text = source.slice(from, to);
  const start = text.search(/\S/);
  if (start < 0 || parent === undefined || !holdsElementsOnly.has(parent.name)) return [];
  const found = text.trim().split('\n')[0]?.slice(0, 40) ?? '';
  const message =
    `MJML deletes "${found}" because it stands directly in <${parent.name}>; ` +
    (found.startsWith('{%') ? 'put it in <mj-raw>' : 'put it in <mj-text>');
  return [{ severity: 'error', message, ...placeOf(source, from + start) }];
}

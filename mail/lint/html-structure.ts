/**
 * Finds plain HTML in the texts of an email that is opened and never closed, or closed and never
 * opened: MJML passes it on, and the rest of the email turns bold or becomes one long link.
 *
 * It says nothing where Liquid decides which tags are written, and nothing about `mj-raw`, where
 * opening here and closing there is what people want.
 */
import { placeOf, type TemplateProblem } from '../templates/problem.ts';

/** Elements that hold HTML. */
const texts = /<(mj-text|mj-button|mj-table|mj-accordion-text|mj-accordion-title)\b[^>]*>/g;
const empty = new Set([
  ...['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr'],
]);
const attribute = `(?:"[^"]*"|'[^']*'|[^>"'])*`;
const tags = new RegExp(`<!--[\\s\\S]*?-->|<(/?)([a-z][a-z0-9]*)\\b(${attribute})>`, 'gi');

interface OpenTag {
  readonly name: string;
  readonly offset: number;
}

export function htmlProblems(source: string): readonly TemplateProblem[] {
  return [...source.matchAll(texts)].flatMap((match) => {
    if (match[0].endsWith('/>')) return [];
    const from = match.index + match[0].length;
    const to = source.indexOf(`</${match[1] ?? ''}>`, from);
    const text = source.slice(from, to < 0 ? from : to);
    return /\{%-?\s*(if|unless|case|for)\b/.test(text) ? [] : unbalanced(source, text, from);
  });
}

function unbalanced(source: string, text: string, from: number): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const open: OpenTag[] = [];
  const report = (offset: number, message: string) =>
    problems.push({ severity: 'error', message, ...placeOf(source, from + offset) });
  for (const { 0: whole, 1: slash, 2: written = '', index } of text.matchAll(tags)) {
    const name = written.toLowerCase();
    if (name === '' || empty.has(name) || whole.endsWith('/>')) continue;
    if (slash !== '/') {
      open.push({ name, offset: index });
      continue;
    }
    if (!open.some((tag) => tag.name === name)) {
      report(index, `</${name}> closes nothing; remove it or add <${name}> before`);
      continue;
    }
    for (let tag = open.pop(); tag !== undefined && tag.name !== name; tag = open.pop()) {
      report(tag.offset, `<${tag.name}> is never closed; add </${tag.name}>`);
    }
  }
  for (const tag of open) report(tag.offset, `<${tag.name}> is never closed; add </${tag.name}>`);
  return problems;
}

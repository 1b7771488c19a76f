/**
 * Turns the source of an email (MJML with Liquid in it, subject, preheader) into an immutable
 * compiled template: HTML and text that still hold the Liquid, and every problem found on the way.
 * This happens once per version of a template, at check and publish; per lead only render.ts
 * runs. It must never read a file or the network: partials, brand and samples arrive as text.
 */
import { createHash } from 'node:crypto';
import type { Liquid } from 'liquidjs';
import { liquidProblems } from '../lint/liquid-names.ts';
import { sourceProblems } from '../lint/source.ts';
import { textPartProblems } from '../lint/text-part.ts';
import { trialProblems } from '../lint/trial.ts';
import { wholeProblems } from '../lint/whole-email.ts';
import { includePartials, substituteBrand } from './include.ts';
import { createLiquid } from './liquid.ts';
import { error, type TemplateProblem } from './problem.ts';
import type { CompiledTemplate, TemplateSource } from './source.ts';
import { textOfHtml } from './text-part.ts';
import { renderMjml, withHead } from './to-html.ts';

export type { CompiledTemplate, TemplateSource } from './source.ts';

/** Bounds the patterns that run over a source. */
const sourceCharactersMax = 200_000;

export async function compileTemplate(source: TemplateSource): Promise<CompiledTemplate> {
  if (source.mjml.length > sourceCharactersMax) {
    return finish(source, '', [error(`is longer than ${sourceCharactersMax} characters`)]);
  }
  const branded = substituteBrand(source.mjml, source.brand);
  const included = includePartials(branded.mjml, source);
  const problems = [
    ...sourceProblems(source, included.mjml),
    ...branded.problems,
    ...included.problems,
  ];
  if (hasErrors(problems)) return finish(source, '', problems);
  const rendered = await renderMjml(withHead(included.mjml, source), source.mjml);
  return finish(source, rendered.html, [...problems, ...rendered.problems]);
}

function finish(
  source: TemplateSource,
  html: string,
  found: readonly TemplateProblem[],
): CompiledTemplate {
  const text = source.messageText ?? (html === '' ? '' : textOfHtml(html));
  const { subject, preheader, language, topic } = source.email;
  const parts = { name: source.name, language, subject, preheader, html, text };
  const email = { ...parts, ...(topic === undefined ? {} : { topic }) };
  const whole = html === '' ? [] : [...found, ...emailProblems(source, email)];
  const problems = html === '' ? found : withTrial(source, parts, whole);
  return Object.freeze({
    ...parts,
    hash: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
    variables: Object.freeze(variablesOf([subject, html, text])),
    problems: Object.freeze(problems.map((problem) => inFile(problem, source))),
    bytes: Buffer.byteLength(html),
  });
}

type Parts = Pick<
  CompiledTemplate,
  'name' | 'language' | 'subject' | 'preheader' | 'html' | 'text'
>;

function emailProblems(
  source: TemplateSource,
  email: Parts & { readonly topic?: string },
): readonly TemplateProblem[] {
  return [
    ...unreadable(email.html, 'HTML'),
    ...unreadable(email.text, 'text'),
    ...wholeProblems(email),
    ...(email.subject.trim() === '' ? [emptySubject(email.language)] : []),
  ];
}

function emptySubject(language: string): TemplateProblem {
  const path = ['languages', language, 'subject'];
  return { ...error('the subject is empty'), file: 'email.json', path };
}

/** What cannot be written need not be tried: its author has other lines to read. */
function withTrial(
  source: TemplateSource,
  parts: Parts,
  found: readonly TemplateProblem[],
): readonly TemplateProblem[] {
  if (hasErrors(found)) return found;
  const text = textPartProblems(parts.html, parts.text, source.messageText !== undefined);
  if (source.trial === undefined) return [...found, ...text];
  return [...found, ...text, ...trialProblems(parts, source, source.trial)];
}

function hasErrors(problems: readonly TemplateProblem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** The rules say `message.mjml`; a second language has another file. */
function inFile(problem: TemplateProblem, { files }: TemplateSource): TemplateProblem {
  if (files === undefined) return problem;
  const file = problem.file ?? 'message.mjml';
  if (file === 'message.mjml') return { ...problem, file: files.mjml };
  return file === 'message.txt' ? { ...problem, file: files.text } : problem;
}

/** What reads well in the source can still break in MJML: `href="{{ a | default: "b" }}"`. */
function unreadable(part: string, label: string): readonly TemplateProblem[] {
  const name = (message: string): string => `in the ${label} made from it: ${message}`;
  return liquidProblems(part, undefined).map(({ message }) => error(name(message)));
}

function variablesOf(parts: readonly string[]): string[] {
  const engine: Liquid = createLiquid('text');
  const names = new Set<string>();
  for (const part of parts) {
    try {
      for (const name of engine.globalFullVariablesSync(engine.parse(part))) names.add(name);
    } catch {
      // A part that does not parse is already among the problems and names no variables.
      continue;
    }
  }
  return [...names].sort();
}

/**
 * Tries an email: writes it for every sample beside it, for the samples of email.json, and for a lead
 * of whom nothing optional is known, and looks at the result as its reader would. An author hears here
 * what would otherwise become a list of non-sends, or a subject that nobody opens.
 */
import { error, type TemplateProblem } from '../templates/problem.ts';
import { renderEmail, renderLine } from '../templates/render.ts';
import { isNasty, samplesOf, type Sample } from '../templates/samples.ts';
import type { CompiledTemplate, TemplateSource, TemplateTrial } from '../templates/source.ts';
import { paintProblems } from './contrast.ts';
import { preheaderProblems, subjectProblems } from './subject.ts';
import { darkProblems, sizeProblems } from './whole-email.ts';
import { placeOfWords } from './words-place.ts';

export function trialProblems(
  template: Pick<CompiledTemplate, 'name' | 'language' | 'subject' | 'preheader' | 'html' | 'text'>,
  source: TemplateSource,
  trial: TemplateTrial,
): readonly TemplateProblem[] {
  const compiled = { ...template, hash: '', variables: [], problems: [], bytes: 0 };
  const { samples, problems } = samplesOf(trial);
  const found = samples.flatMap((sample) => sampleProblems(compiled, source, trial, sample));
  return once([...darkProblems(compiled.html), ...problems, ...found]);
}

function sampleProblems(
  compiled: CompiledTemplate,
  source: TemplateSource,
  trial: TemplateTrial,
  sample: Sample,
): readonly TemplateProblem[] {
  const email = renderEmail(compiled, sample.variables);
  if (!email.ok) return unwritten(sample, trial, email);
  const left = leftIn(`${email.subject}\n${email.text}\n${email.html}`, sample);
  // What somebody fills a form with is not the author's taste.
  if (isNasty(sample)) return left;
  const isInternal = Object.keys(trial.variables).some((path) => /^(handoff|reply)\./.test(path));
  const preheader = renderLine(compiled.preheader, sample.variables);
  return [
    ...left,
    ...words(source, 'subject', subjectProblems(email.subject, isInternal)),
    ...words(source, 'preheader', preheaderProblems(preheader, email.subject)),
    ...sizeProblems(email.html),
    ...(sample.file === undefined ? paint(source, email.html) : []),
  ];
}

/** Of the samples of email.json alone: other names and numbers are painted alike. */
function paint(source: TemplateSource, html: string): readonly TemplateProblem[] {
  return paintProblems(html).map(({ words: said, ...problem }) => ({
    ...problem,
    ...placeOfWords(said, source),
  }));
}

function unwritten(
  { name, file }: Sample,
  { variables }: TemplateTrial,
  { variable, message }: { readonly variable: string; readonly message: string },
): readonly TemplateProblem[] {
  const isListed = Object.hasOwn(variables, variable.split('.').slice(0, 2).join('.'));
  // An unlisted variable of a lead is already a line of its own.
  if (/^(lead|entry)\./.test(variable) && !isListed) return [];
  const problem = error(`no email can be written for ${name}: ${message}`);
  return [
    file === undefined
      ? { ...problem, file: 'email.json', path: ['variables'] }
      : { ...problem, file },
  ];
}

function leftIn(written: string, { name, file, text }: Sample): readonly TemplateProblem[] {
  const match = /\{\{|\{%|\[\[|%7B%7B|\[object Object\]|\bundefined\b|\bNaN\b/i.exec(written);
  if (match === null || text.includes(match[0])) return [];
  const at = Math.max(match.index - 20, 0);
  const around = written.slice(at, match.index + 30).replace(/\s+/g, ' ');
  const problem = error(`written for ${name}, the email shows readers ${JSON.stringify(around)}`);
  return [file === undefined ? problem : { ...problem, file }];
}

function words(
  source: TemplateSource,
  key: 'subject' | 'preheader',
  problems: readonly TemplateProblem[],
): readonly TemplateProblem[] {
  const path = ['languages', source.email.language, key];
  return problems.map((problem) => ({ ...problem, file: 'email.json', path }));
}

/** Many samples show one fault; its author needs one line. */
function once(problems: readonly TemplateProblem[]): readonly TemplateProblem[] {
  const said = new Map<string, TemplateProblem>();
  for (const problem of problems) {
    const { file = '', path, line, column } = problem;
    const isAboutWords = path?.[0] === 'languages';
    // Subjects differ by sample in their words; what is wrong with them does not.
    const what = problem.message.replace(/"(?:[^"\\]|\\.)*"/g, '""');
    const key = JSON.stringify([file, path, line, column, isAboutWords ? kind(what) : what]);
    if (!said.has(key)) said.set(key, problem);
  }
  return [...said.values()];
}

function kind(message: string): string {
  return message.replace(/\d+/g, '0');
}

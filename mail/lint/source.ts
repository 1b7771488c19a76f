/**
 * What can be said in the author's own lines, before MJML sees anything: every rule over every file of
 * an email, and over subject and preheader.
 */
import { includedFiles } from '../templates/include.ts';
import type { TemplateProblem } from '../templates/problem.ts';
import type { TemplateSource } from '../templates/source.ts';
import { fontProblems } from './fonts.ts';
import { htmlProblems } from './html-structure.ts';
import { imageProblems } from './images.ts';
import { leftoverProblems } from './leftovers.ts';
import { linkProblems } from './links.ts';
import { liquidProblems } from './liquid-names.ts';
import { structureProblems } from './mjml-structure.ts';
import { numericAttributeProblems } from './numeric-attributes.ts';
import { bareOptionals, optionalProblems } from './optional-variables.ts';

const rules: readonly ((source: string) => readonly TemplateProblem[])[] = [
  structureProblems,
  htmlProblems,
  linkProblems,
  imageProblems,
  fontProblems,
  numericAttributeProblems,
  leftoverProblems,
];

/** `whole`: the message with its partials in it, where a condition around a partial is seen. */
export function sourceProblems(source: TemplateSource, whole: string): readonly TemplateProblem[] {
  const { subject, preheader } = source.email;
  const optional = optionalOf(source);
  const bare = [...bareOptionals(whole, optional)];
  const files = [{ file: 'message.mjml', text: source.mjml }, ...includedFiles(source)];
  return [
    ...files.flatMap(({ file, text }) =>
      [
        ...rules.flatMap((rule) => rule(text)),
        ...liquidProblems(text, source.facts),
        ...optionalProblems(text, bare),
      ].map((problem) => placed(problem, file)),
    ),
    ...wordsProblems(source, 'subject', subject, optional),
    // The preheader is put into the head of the HTML: what is wrong with it is said once.
    ...wordsProblems(source, 'preheader', preheader, optional),
    ...(source.messageText === undefined
      ? []
      : [
          ...liquidProblems(source.messageText, source.facts),
          ...optionalProblems(source.messageText, optional),
          ...leftoverProblems(source.messageText),
        ].map((problem) => placed(problem, 'message.txt'))),
  ];
}

/** Their place inside a JSON text is not known here; the keys lead to it. */
function wordsProblems(
  source: TemplateSource,
  key: 'subject' | 'preheader',
  text: string,
  optional: readonly string[],
): readonly TemplateProblem[] {
  const found = [
    ...liquidProblems(text, source.facts),
    ...optionalProblems(text, optional),
    ...leftoverProblems(text),
  ];
  return found.map(({ severity, message, fix }) => ({
    severity,
    message: `${key}: ${message}`,
    ...(fix === undefined ? {} : { fix }),
    file: 'email.json',
    path: ['languages', source.email.language, key],
  }));
}

function optionalOf({ trial }: TemplateSource): readonly string[] {
  return Object.entries(trial?.variables ?? {})
    .filter(([, { optional }]) => optional)
    .map(([path]) => path);
}

function placed(problem: TemplateProblem, file: string): TemplateProblem {
  return file === 'message.mjml' ? problem : { ...problem, file };
}

/**
 * Tries the samples beside a template: an email that cannot be written for `minimal.json` cannot be
 * written for some lead, and the author hears of it at check instead of in a list of non-sends.
 */
import { parseDocument, readValue } from '../../core/definitions/document.ts';
import type { Problem } from '../../core/definitions/problems.ts';
import type { CompiledTemplate } from './compile.ts';
import { renderEmail } from './render.ts';
import { sampleVariables } from './variables.ts';

/** `samples`: path → text of `templates/<name>/samples/*.json`. */
export function sampleProblems(
  languages: Readonly<Record<string, CompiledTemplate>>,
  samples: Readonly<Record<string, string>>,
): readonly Problem[] {
  return Object.entries(samples).flatMap(([file, text]) => {
    const document = parseDocument(file, text);
    if (document.problems.length > 0) return document.problems;
    const sample = readValue(document);
    if (typeof sample !== 'object' || sample === null || Array.isArray(sample)) {
      return [problem(file, 'expected an object of variables, such as { "lead": { … } }')];
    }
    return Object.values(languages).flatMap((template) => {
      // What does not compile has its own problems and cannot be tried.
      if (template.problems.some(({ severity }) => severity === 'error')) return [];
      const email = renderEmail(template, sampleVariables({ ...sample }));
      return email.ok ? [] : [problem(file, `no email can be written for it: ${email.message}`)];
    });
  });
}

function problem(file: string, message: string): Problem {
  return { file, line: 1, column: 1, message, severity: 'error' };
}

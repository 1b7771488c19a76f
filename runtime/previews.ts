/**
 * Previews of the emails of a workspace: for `perennial preview`, and for the console. It joins what reads
 * the files with what knows how an email is written, and nothing else.
 */
import type { Problem } from '../core/definitions/problems.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import type { PreviewedTemplate } from '../mail/preview/page.ts';
import { previewOf } from '../mail/preview/preview.ts';
import { compileTemplate } from '../mail/templates/compile.ts';
import { sayProblem } from '../workspace/format-problem.ts';
import { emailsToPreview } from '../workspace/preview-emails.ts';

export interface Previews {
  readonly templates: readonly PreviewedTemplate[];
  /** Every template of the workspace, and the names asked for that are none of them. */
  readonly known: readonly string[];
  readonly unknown: readonly string[];
}

/** `names`: all templates, when empty. */
export async function previewTemplates(
  files: readonly WorkspaceFile[],
  names: readonly string[],
): Promise<Previews> {
  const { emails, sending, names: known } = await emailsToPreview(files, names, compileTemplate);
  const templates = emails.map(({ template, from, languages, problems }) => ({
    template,
    samples: languages.flatMap((one) =>
      previewOf({ ...one, from, ...(sending === undefined ? {} : { sending }) }),
    ),
    problems: problems.map(problemOf),
  }));
  return { templates, known, unknown: names.filter((name) => !known.includes(name)) };
}

function problemOf(problem: Problem): PreviewedTemplate['problems'][number] {
  const { file, line, column, severity } = problem;
  return { place: `${file}:${line}:${column}`, severity, message: sayProblem(problem) };
}

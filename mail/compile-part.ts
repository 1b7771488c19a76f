/**
 * A template of the workspace, with all its languages, compiled: what publish checks and stores and
 * what the send step renders from. It finds the right message, partials and brand among the texts of
 * a template part and gives every problem the path of the file it is in. It reads no disk.
 */
import { parse } from 'jsonc-parser';
import type { ParseError } from 'jsonc-parser';
import type { TemplateManifest } from '../core/definitions/release.ts';
import { compileTemplate } from './compile.ts';
import type { CompiledTemplate, TemplateProblem } from './compile.ts';
import { renderEmail } from './render.ts';
import { sampleVariables } from './variables.ts';

export interface TemplatePartSource {
  readonly manifest: TemplateManifest;
  /** `message.mjml`, `message.de.mjml`, `message.txt`, partials and the brand: path → text. */
  readonly sources: Readonly<Record<string, string>>;
}
export interface CompiledPart {
  readonly manifest: TemplateManifest;
  readonly languages: Readonly<Record<string, CompiledTemplate>>;
  /** Of all languages; `file` is a path of the workspace. */
  readonly problems: readonly PartProblem[];
}
export type PartProblem = TemplateProblem & { readonly file: string };

/** `facts` are the ids that `lead.<fact>` may name; any, when left out. */
export async function compileTemplatePart(
  part: TemplatePartSource,
  facts?: readonly string[],
): Promise<CompiledPart> {
  const { manifest, sources } = part;
  const folder = `templates/${manifest.template}/`;
  const brand = readBrand(sources['templates/brand.json']);
  const problems: PartProblem[] = [...brand.problems];
  const languages: Record<string, CompiledTemplate> = {};
  for (const [language, words] of Object.entries(manifest.languages)) {
    const message = pick(sources, folder, language, 'mjml');
    if (message === undefined) {
      const text = `${folder}message.mjml is missing; an email needs a message`;
      problems.push({ severity: 'error', message: text, file: `${folder}email.json` });
      continue;
    }
    const plain = pick(sources, folder, language, 'txt');
    const compiled = await compileTemplate({
      name: manifest.template,
      mjml: message.text,
      email: {
        ...words,
        language,
        ...(manifest.topic === undefined ? {} : { topic: manifest.topic }),
      },
      ...(plain === undefined ? {} : { messageText: plain.text }),
      partials: partialsOf(sources),
      brand: brand.values,
      ...(facts === undefined ? {} : { facts }),
    });
    languages[language] = compiled;
    problems.push(
      ...compiled.problems.map((problem) => ({
        ...problem,
        file: pathOf(problem, folder, message.path, plain?.path),
      })),
    );
  }
  return { manifest, languages, problems: withoutRepeats(problems) };
}

/** Writes the email for each sample beside the template; a sample that gives no email is a problem. */
export function sampleProblems(
  compiled: CompiledPart,
  samples: Readonly<Record<string, string>>,
): readonly PartProblem[] {
  return Object.entries(samples).flatMap(([file, text]) => {
    const errors: ParseError[] = [];
    const sample: unknown = parse(text, errors, { allowTrailingComma: true });
    if (errors.length > 0 || !isRecord(sample)) {
      return [{ severity: 'error' as const, message: 'expected an object of variables', file }];
    }
    return Object.values(compiled.languages).flatMap((template) => {
      if (template.problems.some(({ severity }) => severity === 'error')) return [];
      const email = renderEmail(template, sampleVariables(sample));
      if (email.ok) return [];
      const message = `the email cannot be written for this sample: ${email.message}`;
      return [{ severity: 'error' as const, message, file }];
    });
  });
}

/** The message of the language, else the one without a language. */
function pick(
  sources: TemplatePartSource['sources'],
  folder: string,
  language: string,
  extension: 'mjml' | 'txt',
): { readonly path: string; readonly text: string } | undefined {
  for (const path of [
    `${folder}message.${language}.${extension}`,
    `${folder}message.${extension}`,
  ]) {
    const text = sources[path];
    if (text !== undefined) return { path, text };
  }
  return undefined;
}

function partialsOf(sources: TemplatePartSource['sources']): Record<string, string> {
  const partials: Record<string, string> = {};
  for (const [path, text] of Object.entries(sources)) {
    const name = /^templates\/partials\/([\w-]+)\.mjml$/.exec(path)?.[1];
    if (name !== undefined) partials[name] = text;
  }
  return partials;
}

function readBrand(text: string | undefined): {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly PartProblem[];
} {
  if (text === undefined) return { values: {}, problems: [] };
  const errors: ParseError[] = [];
  const brand: unknown = parse(text, errors, { allowTrailingComma: true });
  const file = 'templates/brand.json';
  if (errors.length > 0 || !isRecord(brand)) {
    return { values: {}, problems: [{ severity: 'error', message: 'expected an object', file }] };
  }
  const values: Record<string, string> = {};
  const problems: PartProblem[] = [];
  for (const [name, value] of Object.entries(brand)) {
    if (typeof value === 'string') values[name] = value;
    else problems.push({ severity: 'error', message: `"${name}": expected a text`, file });
  }
  return { values, problems };
}

function pathOf(
  problem: TemplateProblem,
  folder: string,
  message: string,
  plain: string | undefined,
): string {
  if (problem.file === undefined) return message;
  if (problem.file.startsWith('partials/')) return `templates/${problem.file}`;
  if (problem.file === 'message.txt') return plain ?? message;
  return `${folder}${problem.file}`;
}

/** Languages that share a message share its problems. */
function withoutRepeats(problems: readonly PartProblem[]): readonly PartProblem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify(problem);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Has every email of a workspace compiled, and turns what the compiler says into problems of files.
 *
 * The compiler arrives as a function: workspace/ knows no MJML.
 */
import { parse } from 'jsonc-parser';
import type { Part, TemplatePart } from '../core/definitions/parts.ts';
import type { Problem } from '../core/definitions/problems.ts';
import type { Release, TemplateManifest } from '../core/definitions/release.ts';
import { builtInFacts } from '../core/facts/catalogue.ts';

export interface EmailSource {
  readonly name: string;
  readonly mjml: string;
  readonly email: {
    readonly subject: string;
    readonly preheader: string;
    readonly language: string;
    readonly topic?: string;
  };
  readonly messageText?: string;
  readonly partials: Readonly<Record<string, string>>;
  readonly brand: Readonly<Record<string, string>>;
  readonly facts?: readonly string[];
}
export interface EmailProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}
export interface CompiledEmail {
  readonly problems: readonly EmailProblem[];
  readonly variables: readonly string[];
}
export type CompileEmail<Email extends CompiledEmail> = (source: EmailSource) => Promise<Email>;

export interface CompiledEmails<Email> {
  /** Template → language → email. */
  readonly emails: { readonly [template: string]: { readonly [language: string]: Email } };
  readonly problems: readonly Problem[];
}

export async function compileEmails<Email extends CompiledEmail>(
  release: Pick<Release, 'facts'>,
  parts: readonly Part[],
  compile: CompileEmail<Email>,
): Promise<CompiledEmails<Email>> {
  const facts = [...Object.keys(builtInFacts), ...Object.keys(release.facts)];
  const problems: Problem[] = [];
  const emails: { [template: string]: { [language: string]: Email } } = {};
  for (const part of parts) {
    if (part.kind !== 'template') continue;
    const { template, languages } = part.compiled.manifest;
    const compiled: { [language: string]: Email } = {};
    for (const language of Object.keys(languages)) {
      const source = sourceOf(part.compiled, language, facts);
      if (source === undefined) {
        problems.push(problemOf(template, { severity: 'error', message: 'the file is missing' }));
        continue;
      }
      const email = await compile(source);
      compiled[language] = email;
      problems.push(...email.problems.map((problem) => problemOf(template, problem)));
      problems.push(...undeclared(part.compiled.manifest, email.variables));
    }
    emails[template] = compiled;
  }
  return { emails, problems };
}

function sourceOf(
  { manifest, sources }: TemplatePart,
  language: string,
  facts: readonly string[],
): EmailSource | undefined {
  const folder = `templates/${manifest.template}/`;
  const mjml = sources[`${folder}message.${language}.mjml`] ?? sources[`${folder}message.mjml`];
  const words = manifest.languages[language];
  if (mjml === undefined || words === undefined) return undefined;
  const text = sources[`${folder}message.${language}.txt`] ?? sources[`${folder}message.txt`];
  const { topic } = manifest;
  return {
    name: manifest.template,
    mjml,
    email: { ...words, language, ...(topic === undefined ? {} : { topic }) },
    ...(text === undefined ? {} : { messageText: text }),
    partials: partialsOf(sources),
    brand: brandOf(sources),
    facts,
  };
}

function partialsOf(sources: TemplatePart['sources']): Readonly<Record<string, string>> {
  const folder = 'templates/partials/';
  const partials = Object.entries(sources).filter(([path]) => path.startsWith(folder));
  return Object.fromEntries(
    partials.map(([path, text]) => [path.slice(folder.length).replace(/\.mjml$/, ''), text]),
  );
}

/** Names and texts; whatever else the file holds is no word of a brand. */
function brandOf(sources: TemplatePart['sources']): Readonly<Record<string, string>> {
  const parsed: unknown = parse(sources['templates/brand.json'] ?? '{}', [], {
    allowTrailingComma: true,
  });
  const entries = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** What an email reads of the lead or the entry must be listed with a sample, or nobody can preview it. */
function undeclared(manifest: TemplateManifest, variables: readonly string[]): readonly Problem[] {
  return variables
    .filter((name) => /^(lead|entry)\./.test(name) && !Object.hasOwn(manifest.variables, name))
    .map((name) =>
      problemOf(manifest.template, {
        severity: 'warning',
        file: 'email.json',
        message: `the email reads ${JSON.stringify(name)}, which "variables" does not list`,
      }),
    );
}

function problemOf(template: string, problem: EmailProblem): Problem {
  const { severity, message, file = 'message.mjml', line = 1, column = 1 } = problem;
  const isShared = file.startsWith('partials/') || file === 'brand.json';
  const path = isShared ? `templates/${file}` : `templates/${template}/${file}`;
  return { file: path, line, column, message, severity };
}

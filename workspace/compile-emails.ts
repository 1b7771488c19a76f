/**
 * Has every email of a workspace compiled, and turns what the compiler says into problems of files.
 *
 * The compiler arrives as a function: workspace/ knows no MJML.
 */
import { parse } from 'jsonc-parser';
import type { Part, TemplatePart } from '../core/definitions/parts.ts';
import type { Problem } from '../core/definitions/problems.ts';
import type { Release, TemplateManifest } from '../core/definitions/release.ts';
import type { WorkspaceFile } from '../core/definitions/sources.ts';
import { didYouMean } from '../core/definitions/suggest.ts';
import { builtInFacts } from '../core/facts/catalogue.ts';
import type { TemplateProblem } from '../mail/templates/problem.ts';
import type { TemplateSource } from '../mail/templates/source.ts';
import { emailPlace } from './email-place.ts';

export interface CompiledEmail {
  readonly problems: readonly TemplateProblem[];
  readonly variables: readonly string[];
}
export type CompileEmail<Email extends CompiledEmail> = (source: TemplateSource) => Promise<Email>;

export interface CompiledEmails<Email> {
  /** Template → language → email. */
  readonly emails: { readonly [template: string]: { readonly [language: string]: Email } };
  readonly problems: readonly Problem[];
}

/** `files`: where samples are read and places looked up; they are no part of a version. */
export async function compileEmails<Email extends CompiledEmail>(
  release: Pick<Release, 'facts'>,
  parts: readonly Part[],
  compile: CompileEmail<Email>,
  files: readonly WorkspaceFile[] = [],
): Promise<CompiledEmails<Email>> {
  const facts = [...Object.keys(builtInFacts), ...Object.keys(release.facts)];
  const problems: Problem[] = [];
  const emails: { [template: string]: { [language: string]: Email } } = {};
  for (const part of parts) {
    if (part.kind !== 'template') continue;
    const { template } = part.compiled.manifest;
    const { compiled, found } = await compileLanguages(part.compiled, compile, facts, files);
    emails[template] = compiled;
    problems.push(...found.map((problem) => problemOf(template, problem, files)));
  }
  return { emails, problems };
}

async function compileLanguages<Email extends CompiledEmail>(
  part: TemplatePart,
  compile: CompileEmail<Email>,
  facts: readonly string[],
  files: readonly WorkspaceFile[],
): Promise<{ compiled: { [language: string]: Email }; found: readonly TemplateProblem[] }> {
  const { manifest } = part;
  const compiled: { [language: string]: Email } = {};
  const found: TemplateProblem[] = [...unusedMessages(part)];
  for (const language of Object.keys(manifest.languages)) {
    const source = sourceOf(part, language, facts, files);
    if (source === undefined) {
      found.push(missingMessage(manifest, language));
      continue;
    }
    const email = await compile(source);
    compiled[language] = email;
    found.push(...email.problems, ...undeclared(manifest, email.variables));
  }
  return { compiled, found };
}

function sourceOf(
  { manifest, sources }: TemplatePart,
  language: string,
  facts: readonly string[],
  files: readonly WorkspaceFile[],
): TemplateSource | undefined {
  const folder = `templates/${manifest.template}/`;
  const named = namesFor(manifest, language);
  const mjml = named.mjml.find((name) => sources[folder + name] !== undefined);
  const words = manifest.languages[language];
  if (mjml === undefined || words === undefined) return undefined;
  const text = named.text.find((name) => sources[folder + name] !== undefined);
  const messageText = text === undefined ? undefined : sources[folder + text];
  const { topic, variables } = manifest;
  return {
    name: manifest.template,
    mjml: sources[folder + mjml] ?? '',
    email: { ...words, language, ...(topic === undefined ? {} : { topic }) },
    ...(messageText === undefined ? {} : { messageText }),
    partials: partialsOf(sources),
    brand: brandOf(sources),
    facts,
    files: { mjml, text: text ?? 'message.txt' },
    ...(files.length === 0 ? {} : { trial: { variables, samples: samplesOf(folder, files) } }),
  };
}

/** The plain names belong to `ifNoLanguage`: in any other language they would be the wrong words. */
function namesFor(
  { ifNoLanguage }: TemplateManifest,
  language: string,
): { readonly mjml: readonly string[]; readonly text: readonly string[] } {
  const isDefault = language === ifNoLanguage;
  return {
    mjml: [`message.${language}.mjml`, ...(isDefault ? ['message.mjml'] : [])],
    text: [`message.${language}.txt`, ...(isDefault ? ['message.txt'] : [])],
  };
}

function missingMessage({ ifNoLanguage }: TemplateManifest, language: string): TemplateProblem {
  const file = language === ifNoLanguage ? 'message.mjml' : `message.${language}.mjml`;
  const message = `${file} is missing: "languages" promises the email in "${language}"`;
  return {
    severity: 'error',
    message,
    fix: `write ${file}, or take "${language}" out`,
    file: 'email.json',
    path: ['languages', language],
  };
}

/** Written and never sent: most often a typing error in the name of the file. */
function unusedMessages({ manifest, sources }: TemplatePart): readonly TemplateProblem[] {
  const folder = `templates/${manifest.template}/`;
  const languages = Object.keys(manifest.languages);
  const read = languages.flatMap((language) => {
    const { mjml, text } = namesFor(manifest, language);
    return [mjml, text].map((names) => names.find((name) => sources[folder + name] !== undefined));
  });
  return Object.keys(sources)
    .filter((path) => path.startsWith(folder) && !read.includes(path.slice(folder.length)))
    .map((path) => path.slice(folder.length))
    .map((file) => ({
      severity: 'warning',
      message: `nobody gets ${file}: the "languages" of email.json are ${languages.join(', ')}`,
      fix: 'add its language there, or delete it',
      file,
    }));
}

function samplesOf(
  folder: string,
  files: readonly WorkspaceFile[],
): Readonly<Record<string, string>> {
  const own = files.filter(
    ({ path }) => path.startsWith(`${folder}samples/`) && path.endsWith('.json'),
  );
  return Object.fromEntries(own.map(({ path, text }) => [path.slice(folder.length), text]));
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

/** What an email reads must be listed with a sample, or nobody can preview it. */
function undeclared(
  manifest: TemplateManifest,
  variables: readonly string[],
): readonly TemplateProblem[] {
  const listed = Object.keys(manifest.variables);
  const read = variables.map((name) => name.split('.').slice(0, 2).join('.'));
  const missing = [...new Set(read)].filter(
    (name) => /^(lead|entry)\./.test(name) && !listed.includes(name),
  );
  return missing.map((name) => {
    const near = didYouMean(name, listed);
    return {
      severity: 'warning',
      file: 'email.json',
      message: `the email reads ${JSON.stringify(name)}, which "variables" does not list`,
      ...(near === undefined ? {} : { fix: near }),
      path: ['variables'],
    };
  });
}

function problemOf(
  template: string,
  problem: TemplateProblem,
  files: readonly WorkspaceFile[],
): Problem {
  const { severity, message, fix, file = 'message.mjml', line = 1, column = 1 } = problem;
  const isShared = file.startsWith('partials/') || file === 'brand.json';
  const path = isShared ? `templates/${file}` : `templates/${template}/${file}`;
  const place =
    problem.path === undefined ? { line, column } : emailPlace(files, path, problem.path);
  return { file: path, ...place, message, ...(fix === undefined ? {} : { fix }), severity };
}

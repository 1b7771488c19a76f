/**
 * Turns the source of an email (MJML with Liquid in it, subject, preheader) into an immutable
 * compiled template: HTML and text that still hold the Liquid, and every problem found on the way.
 * This happens once per version of a template, at check and publish; per lead only mail/templates/render.ts
 * runs. It must never read a file or the network: partials and brand arrive as text.
 */
import { createHash } from 'node:crypto';
import type { Liquid } from 'liquidjs';
import { htmlProblems } from '../lint/html-structure.ts';
import { createLiquid } from './liquid.ts';
import { complaintProblem } from './mjml-complaints.ts';
import { placeOf, structureProblems } from '../lint/mjml-structure.ts';
import { liquidProblems, linkProblems } from '../lint/liquid-names.ts';
import { textOfHtml } from './text-part.ts';

export interface TemplateProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** `message.mjml` unless said otherwise. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export interface TemplateSource {
  readonly name: string;
  readonly mjml: string;
  readonly email: {
    readonly subject: string;
    readonly preheader: string;
    readonly language: string;
    /** A template with a topic is marketing and must let people leave. */
    readonly topic?: string;
  };
  /** A hand-written text part; otherwise it is taken from the HTML. */
  readonly messageText?: string;
  /** MJML by name; `<mj-include path="../partials/footer.mjml" />` finds `footer`. */
  readonly partials: Readonly<Record<string, string>>;
  /** `[[brand.color]]` in MJML, before it is compiled. */
  readonly brand: Readonly<Record<string, string>>;
  /** Ids of the facts that `lead.<fact>` may name; any, when left out. */
  readonly facts?: readonly string[];
}

export interface CompiledTemplate {
  readonly hash: string;
  readonly name: string;
  readonly language: string;
  readonly subject: string;
  readonly preheader: string;
  readonly html: string;
  readonly text: string;
  /** Every variable named anywhere, as `lead.firstName`. */
  readonly variables: readonly string[];
  readonly problems: readonly TemplateProblem[];
  readonly bytes: number;
}

/** Gmail clips at 102 KB and with the rest goes the unsubscribe link. */
const bytesMax = 102_000;
const bytesWarned = 80_000;
/** Bounds the patterns that run over a source. */
const sourceCharactersMax = 200_000;

export async function compileTemplate(source: TemplateSource): Promise<CompiledTemplate> {
  if (source.mjml.length > sourceCharactersMax) {
    return finish(source, '', [error(`is longer than ${sourceCharactersMax} characters`)]);
  }
  const branded = substituteBrand(source.mjml, source.brand);
  const included = includePartials(branded.mjml, source);
  const problems = [...sourceProblems(source), ...branded.problems, ...included.problems];
  if (problems.some((problem) => problem.severity === 'error')) {
    return finish(source, '', problems);
  }
  const rendered = await renderMjml(withHead(included.mjml, source), source.mjml);
  return finish(source, rendered.html, [...problems, ...rendered.problems]);
}

function finish(
  source: TemplateSource,
  html: string,
  found: readonly TemplateProblem[],
): CompiledTemplate {
  const text = source.messageText ?? (html === '' ? '' : textOfHtml(html));
  const { subject, preheader, language } = source.email;
  const parts = { name: source.name, language, subject, preheader, html, text };
  const bytes = Buffer.byteLength(html);
  const problems = [...found, ...(html === '' ? [] : wholeProblems(source, html, text, bytes))];
  return Object.freeze({
    ...parts,
    hash: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
    variables: Object.freeze(variablesOf([subject, html, text])),
    problems: Object.freeze(problems),
    bytes,
  });
}

/** What can be said in the author's own lines, before MJML sees anything. */
function sourceProblems(source: TemplateSource): readonly TemplateProblem[] {
  const used = Object.entries(source.partials).filter(([name]) => includes(source, name));
  const mjml: readonly (readonly [string, string])[] = [
    ['message.mjml', source.mjml],
    ...used.map(([name, text]) => [`partials/${name}.mjml`, text] as const),
  ];
  return [
    ...mjml.flatMap(([file, text]) =>
      [
        ...structureProblems(text),
        ...htmlProblems(text),
        ...linkProblems(text),
        ...liquidProblems(text, source.facts),
      ].map((problem) => placed(problem, file)),
    ),
    ...wordsProblems(source, 'subject'),
    ...wordsProblems(source, 'preheader'),
    ...liquidProblems(source.messageText ?? '', source.facts).map((problem) =>
      placed(problem, 'message.txt'),
    ),
  ];
}

/** Their place inside a JSON text is not known here; the name of the key says enough. */
function wordsProblems(
  source: TemplateSource,
  key: 'subject' | 'preheader',
): readonly TemplateProblem[] {
  return liquidProblems(source.email[key], source.facts).map(({ message }) => ({
    ...error(`${key}: ${message}`),
    file: 'email.json',
  }));
}

function placed(problem: TemplateProblem, file: string): TemplateProblem {
  return file === 'message.mjml' ? problem : { ...problem, file };
}

function wholeProblems(
  source: TemplateSource,
  html: string,
  text: string,
  bytes: number,
): readonly TemplateProblem[] {
  const problems = [...unreadable(html, 'HTML'), ...unreadable(text, 'text')];
  if (bytes > bytesMax) problems.push(error(`has ${bytes} bytes; Gmail clips above ${bytesMax}`));
  else if (bytes > bytesWarned)
    problems.push(warning(`has ${bytes} bytes; ${bytesMax} is the end`));
  if (source.email.subject.trim() === '') {
    problems.push({ ...error('the subject is empty'), file: 'email.json' });
  }
  if (source.email.topic === undefined) return problems;
  const canLeave = (part: string): boolean =>
    /\{\{-?\s*unsubscribe_url\b/.test(part) || /\{%-?\s*unsubscribe_link\b/.test(part);
  for (const [part, label] of [[html, 'HTML'] as const, [text, 'text'] as const]) {
    if (!canLeave(part)) {
      problems.push(error(`a marketing email needs {{ unsubscribe_url }}; the ${label} has none`));
    }
    if (!/\{\{-?\s*workspace\.postalAddress\b/.test(part)) {
      const message = `a marketing email needs {{ workspace.postalAddress }}; the ${label} has none`;
      problems.push(error(message));
    }
  }
  return problems;
}

/** What reads well in the source can still break in MJML: `href="{{ a | default: "b" }}"`. */
function unreadable(part: string, label: string): TemplateProblem[] {
  const name = (message: string): string => `in the ${label} made from it: ${message}`;
  return liquidProblems(part, undefined).map(({ message }) => error(name(message)));
}

function substituteBrand(
  mjml: string,
  brand: Readonly<Record<string, string>>,
): { readonly mjml: string; readonly problems: readonly TemplateProblem[] } {
  const problems: TemplateProblem[] = [];
  const pattern = /\[\[\s*brand\.([\w-]+)\s*\]\]/g;
  const replaced = mjml.replace(pattern, (written, name: string, offset: number) => {
    const value = Object.hasOwn(brand, name) ? brand[name] : undefined;
    if (value === undefined) {
      const message = `${written} is not in brand.json, which has ${names(brand)}`;
      problems.push({ ...error(message), ...placeOf(mjml, offset) });
    }
    return value ?? '';
  });
  return { mjml: replaced, problems };
}

const includePattern = /<mj-include\s+path=["'](?:[^"']*\/)?([\w-]+)(?:\.mjml)?["']\s*\/?>/g;

/**
 * Puts partials where they are named. They lose their line breaks, so that the lines of whatever
 * MJML reports afterwards are still the author's. Partials do not include partials.
 */
function includePartials(
  mjml: string,
  source: TemplateSource,
): { readonly mjml: string; readonly problems: readonly TemplateProblem[] } {
  const problems: TemplateProblem[] = [];
  const replaced = mjml.replace(includePattern, (written, name: string) => {
    const partial = Object.hasOwn(source.partials, name) ? source.partials[name] : undefined;
    if (partial === undefined) {
      const message = `${written}: there is no partial "${name}", only ${names(source.partials)}`;
      // Brand values change columns, never lines; the place is looked for as the author wrote it.
      const place = placeOf(source.mjml, Math.max(source.mjml.indexOf(written), 0));
      problems.push({ ...error(message), ...place });
      return '';
    }
    const branded = substituteBrand(partial, source.brand);
    problems.push(...branded.problems.map((found) => placed(found, `partials/${name}.mjml`)));
    return branded.mjml.replace(/\s*\n\s*/g, ' ');
  });
  if (/<mj-include\b/.test(replaced)) {
    problems.push(error('<mj-include> takes a path to a partial and stands in no partial itself'));
  }
  return { mjml: replaced, problems };
}

function includes(source: TemplateSource, name: string): boolean {
  return [...source.mjml.matchAll(includePattern)].some((match) => match[1] === name);
}

/** The language for screen readers and the preheader for the inbox list, unless written by hand. */
function withHead(mjml: string, source: TemplateSource): string {
  const { language, preheader } = source.email;
  const tagged = /<mjml\b[^>]*\blang=/.test(mjml)
    ? mjml
    : mjml.replace(/<mjml\b/, `<mjml lang="${language}"`);
  if (/<mj-preview\b/.test(tagged) || preheader === '') return tagged;
  const preview = `<mj-preview>${preheader}</mj-preview>`;
  return /<mj-head>/.test(tagged)
    ? tagged.replace('<mj-head>', () => `<mj-head>${preview}`)
    : tagged.replace(/<mjml\b[^>]*>/, (tag) => `${tag}<mj-head>${preview}</mj-head>`);
}

async function renderMjml(
  mjml: string,
  written: string,
): Promise<{ readonly html: string; readonly problems: readonly TemplateProblem[] }> {
  // MJML takes 100 ms to load and only checking and publishing need it: a worker never does.
  const { default: mjml2html } = await import('mjml');
  try {
    const { html, errors } = await mjml2html(mjml, {
      fonts: {},
      validationLevel: 'soft',
      keepComments: false,
      ignoreIncludes: true,
    });
    // MJML indents by up to 16 blanks a line: a third of the bytes, and no mail client needs them.
    const compact = html.replace(/^[ \t]+|[ \t]+$/gm, '').replace(/\n{2,}/g, '\n');
    return {
      html: compact,
      problems: errors.map((complaint) => complaintProblem(written, complaint)),
    };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return { html: '', problems: [error(`MJML cannot read it: ${message}`)] };
  }
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

function names(record: Readonly<Record<string, string>>): string {
  return Object.keys(record).join(', ') || 'none';
}

function error(message: string): TemplateProblem {
  return { severity: 'error', message };
}

function warning(message: string): TemplateProblem {
  return { severity: 'warning', message };
}

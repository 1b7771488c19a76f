/**
 * Puts brand values and partials where a template names them, before MJML sees anything. By name, from
 * what it is given: a path in a template never reaches a disk.
 */
import { error, placeOf, type TemplateProblem } from './problem.ts';
import type { TemplateSource } from './source.ts';

export interface Substituted {
  readonly mjml: string;
  readonly problems: readonly TemplateProblem[];
}

export function substituteBrand(
  mjml: string,
  brand: Readonly<Record<string, string>>,
): Substituted {
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

const includePattern = /<mj-include\s+path=["'](?:[^"'/]*\/)*([\w.-]+?)(?:\.mjml)?["']\s*\/?>/g;

/**
 * Puts partials where they are named. They lose their line breaks, so that the lines of whatever
 * MJML reports afterwards are still the author's. Partials do not include partials.
 */
export function includePartials(mjml: string, source: TemplateSource): Substituted {
  const problems: TemplateProblem[] = [];
  const replaced = mjml.replace(includePattern, (written, wanted: string) => {
    const name = partialFor(wanted, source);
    const partial = name === undefined ? undefined : source.partials[name];
    if (partial === undefined) {
      const message = `${written}: there is no partial "${wanted}", only ${names(source.partials)}`;
      // Brand values change columns, never lines; the place is looked for as the author wrote it.
      const place = placeOf(source.mjml, Math.max(source.mjml.indexOf(written), 0));
      problems.push({ ...error(message), ...place });
      return '';
    }
    const branded = substituteBrand(partial, source.brand);
    const file = `partials/${name ?? ''}.mjml`;
    problems.push(...branded.problems.map((found) => ({ ...found, file })));
    return branded.mjml.replace(/\s*\n\s*/g, ' ');
  });
  if (/<mj-include\b/.test(replaced)) {
    problems.push(error('<mj-include> takes a path to a partial and stands in no partial itself'));
  }
  return { mjml: replaced, problems };
}

/** `footer` in a German email is `footer.de` where there is one: messages need not say it. */
function partialFor(
  wanted: string,
  { partials, email }: Pick<TemplateSource, 'partials' | 'email'>,
): string | undefined {
  return [`${wanted}.${email.language}`, wanted].find((name) => Object.hasOwn(partials, name));
}

/** The partials that the message names, with the file each stands in. */
export function includedFiles(
  source: Pick<TemplateSource, 'mjml' | 'partials' | 'email'>,
): readonly { readonly file: string; readonly text: string }[] {
  const wanted = [...source.mjml.matchAll(includePattern)].map((match) => match[1] ?? '');
  const named = new Set(wanted.map((name) => partialFor(name, source)));
  return Object.entries(source.partials)
    .filter(([name]) => named.has(name))
    .map(([name, text]) => ({ file: `partials/${name}.mjml`, text }));
}

function names(record: Readonly<Record<string, string>>): string {
  return Object.keys(record).join(', ') || 'none';
}

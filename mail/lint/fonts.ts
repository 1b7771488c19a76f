/**
 * Fonts from elsewhere: most mail clients ignore them, and those that do not tell a stranger's server
 * who opened the email, before anybody agreed.
 */
import { placeOf, warning, type TemplateProblem } from '../templates/problem.ts';

const remote: readonly (readonly [RegExp, string])[] = [
  [/<mj-font\b/g, '<mj-font>'],
  [/@import\b/g, '@import'],
  [/@font-face\b/g, '@font-face'],
  [/<link\b[^>]*(?:stylesheet|fonts\.)[^>]*>/gi, '<link>'],
];

export function fontProblems(source: string): readonly TemplateProblem[] {
  return remote.flatMap(([pattern, name]) =>
    [...source.matchAll(pattern)].map(({ index }) => ({
      ...warning(
        `${name} loads a font or a style from another server, which then knows who opened the email`,
        'use fonts that every reader has, such as Georgia or Arial',
      ),
      ...placeOf(source, index),
    })),
  );
}

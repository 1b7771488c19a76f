/**
 * Liquid in an attribute that MJML calculates with: it takes another number instead, without a word,
 * because Liquid runs after MJML. `width="{{ w }}"` became 550 pixels.
 */
import { error, type TemplateProblem } from '../templates/problem.ts';
import { atAttribute, elementsOf } from './elements.ts';

const calculated =
  /^(width|height|(inner-)?padding(-(top|right|bottom|left))?|border-radius|font-size|line-height|border-width|letter-spacing)$/;

export function numericAttributeProblems(source: string): readonly TemplateProblem[] {
  return elementsOf(source).flatMap((element) => {
    if (!element.name.startsWith('mj-')) return [];
    return Object.entries(element.attributes).flatMap(([name, value]) => {
      if (!calculated.test(name) || !/\{\{|\{%/.test(value)) return [];
      const message = `${name}="${value}": MJML calculates with ${name} before Liquid is read`;
      const problem = error(message, 'write a number, or a brand value');
      return atAttribute(source, element, name, problem);
    });
  });
}

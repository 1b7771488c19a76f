/**
 * The text part beside the HTML: watches, screen readers and spam filters read it. One that is written
 * by hand must still lead where the HTML leads.
 */
import { error, warning, type TemplateProblem } from '../templates/problem.ts';
import { elementsOf, wordsOf } from './elements.ts';

export function textPartProblems(
  html: string,
  text: string,
  isWrittenByHand: boolean,
): readonly TemplateProblem[] {
  if (text.trim() === '') {
    return [error('the text part is empty', 'write words beside the pictures, or a message.txt')];
  }
  return isWrittenByHand ? lostLinks(html, text) : [];
}

function lostLinks(html: string, text: string): readonly TemplateProblem[] {
  const links = elementsOf(html).filter(({ name }) => name === 'a');
  const lost = new Map<string, string>();
  for (const { attributes, inner } of links) {
    const href = (attributes['href'] ?? '').replaceAll('&amp;', '&').trim();
    if (/^(https?:|\{\{)/.test(href) && !text.includes(href)) lost.set(href, wordsOf(inner));
  }
  return [...lost].map(([href, words]) =>
    warning(`the link "${words}" of the HTML is not in the text part`, `put ${href} into it`),
  );
}

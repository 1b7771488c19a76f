/**
 * Images that some readers cannot see: half of all mail clients block them at first, and screen readers
 * read the alternative text alone. It reads the author's source.
 */
import { error, warning, type TemplateProblem } from '../templates/problem.ts';
import { atAttribute, elementsOf, wordsOf, type SourceElement } from './elements.ts';

export function imageProblems(source: string): readonly TemplateProblem[] {
  const elements = elementsOf(source);
  return elements
    .filter(({ name }) => name === 'img' || name === 'mj-image')
    .flatMap((image) => [
      ...atAttribute(source, image, 'src', sourceProblem(image)),
      ...atAttribute(source, image, 'alt', alternativeProblem(image, linkAround(image, elements))),
      ...atAttribute(source, image, 'width', widthProblem(image)),
    ]);
}

function sourceProblem({ name, attributes }: SourceElement): TemplateProblem | undefined {
  const src = attributes['src']?.trim() ?? '';
  if (src === '') return error(`<${name}> has no src: nothing is shown`, 'add src="https://…"');
  if (/^(https:\/\/|\{\{|\{%|\[\[)/i.test(src)) return undefined;
  if (/^data:/i.test(src)) {
    return error('Gmail and Outlook show no image from a data: address', 'put it on a server');
  }
  if (/^http:\/\//i.test(src)) {
    return warning(`the image "${src}" is not encrypted: some clients hide it`, 'use https://');
  }
  return error(`the image "${src}" leads nowhere from a mail client; begin it with https://`);
}

function alternativeProblem(
  { name, attributes }: SourceElement,
  link: SourceElement | undefined,
): TemplateProblem | undefined {
  const { alt, href } = attributes;
  const isTheLink = href !== undefined || (link !== undefined && wordsOf(link.inner) === '');
  if (isTheLink && (alt === undefined || alt.trim() === '')) {
    const message = `<${name}> is a link without alt: with images off it cannot be read or found`;
    return error(message, 'say in alt where it leads');
  }
  if (alt === undefined) {
    return warning(`<${name}> has no alt`, 'say what it shows, or alt="" where it only decorates');
  }
  if (/^\S+\.(png|jpe?g|gif|webp|svg)$/i.test(alt.trim())) {
    return warning(`alt="${alt}" is the name of a file`, 'say what the image shows');
  }
  return undefined;
}

/** Outlook for Windows shows an image without a width at its natural size. */
function widthProblem({ name, attributes }: SourceElement): TemplateProblem | undefined {
  if (name !== 'img' || attributes['width'] !== undefined) return undefined;
  return warning('<img> has no width: Outlook shows it as large as its file', 'add width="…"');
}

function linkAround(
  image: SourceElement,
  elements: readonly SourceElement[],
): SourceElement | undefined {
  return elements.find(({ name, offset, inner }) => {
    if (name !== 'a' || offset > image.offset) return false;
    return image.offset < offset + inner.length + 1 && inner.includes('<img');
  });
}

/**
 * The tags of an MJML source as their author wrote them, each with its attributes and its place. A
 * scanner, not a parser: it never fails, because a source with mistakes is what the rules read.
 */
import { placeOf, type TemplateProblem } from '../templates/problem.ts';

export interface SourceElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of the `<`. */
  readonly offset: number;
  /** What stands between the tag and the next `</name>`; empty for `<img />`. */
  readonly inner: string;
}

const inTag = `(?:"[^"]*"|'[^']*'|[^>"'])*`;
const tagPattern = new RegExp(`<!--[\\s\\S]*?-->|<([a-z][a-z0-9-]*)(?=[\\s/>])(${inTag})>`, 'gi');
const attributePattern = /([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/g;

export function elementsOf(source: string): readonly SourceElement[] {
  const defaults = [...source.matchAll(/<mj-attributes>[\s\S]*?<\/mj-attributes>/g)];
  return [...source.matchAll(tagPattern)].flatMap((match) => {
    const [whole, name, rest = ''] = match;
    if (name === undefined || defaults.some((one) => isWithin(match.index, one))) return [];
    const from = match.index + whole.length;
    const to = whole.endsWith('/>') ? -1 : endTagAfter(source, name, from);
    return [
      {
        name: name.toLowerCase(),
        attributes: attributesOf(rest),
        offset: match.index,
        inner: to < 0 ? '' : source.slice(from, to),
      },
    ];
  });
}

/** Formatters break a tag before its `>`. */
function endTagAfter(source: string, name: string, from: number): number {
  const found = source.slice(from).search(new RegExp(`</${name}\\s*>`));
  return found < 0 ? -1 : from + found;
}

/** What stands in `mj-attributes` is how elements look, not one of them. */
function isWithin(offset: number, { index, 0: text }: RegExpExecArray): boolean {
  return offset >= index && offset < index + text.length;
}

/** A problem of an element, with the line and column of the attribute that it is about. */
export function atAttribute(
  source: string,
  element: SourceElement,
  name: string,
  problem: TemplateProblem | undefined,
): readonly TemplateProblem[] {
  if (problem === undefined) return [];
  return [{ ...problem, ...placeOf(source, attributeOffset(source, element, name)) }];
}

function attributeOffset(source: string, element: SourceElement, name: string): number {
  const end = source.indexOf('>', element.offset);
  const tag = source.slice(element.offset, end < 0 ? undefined : end);
  const at = tag.search(new RegExp(`\\s${name}\\s*=`));
  return at < 0 ? element.offset : element.offset + at + 1;
}

/** Words a reader sees, without tags. */
export function wordsOf(inner: string): string {
  return inner
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function attributesOf(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { 1: name, 2: double, 3: single } of text.matchAll(attributePattern)) {
    if (name !== undefined) found[name.toLowerCase()] ??= double ?? single ?? '';
  }
  return found;
}

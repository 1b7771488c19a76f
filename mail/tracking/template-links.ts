/**
 * The links of a compiled template, numbered in the order in which they stand, while it still holds its
 * Liquid: done once per version of a template, whether a mail is written or a click looks for its target.
 *
 * What leads to a mailbox, a phone or a place within the email, our own links by which people leave or
 * answer, and what the author marked (`data-notrack`, or `rel="notrack"` on a button) is none of them.
 */
import { Parser } from 'htmlparser2';
import type { CompiledTemplate } from '../templates/compile.ts';
import { ownLinks } from '../templates/variables.ts';

export interface TemplateLink {
  /** From 1, in the order of the document. */
  readonly number: number;
  /** As the author wrote it; with Liquid in it, it is another one for each lead. */
  readonly href: string;
  readonly isPersonal: boolean;
  /** What people press, as far as it is words. */
  readonly words: string;
}
export interface LinkedTemplate {
  readonly links: readonly TemplateLink[];
  /** With a mark in front of each address, which `tracked-html.ts` takes out again. */
  readonly marked: CompiledTemplate;
}

/** Characters of no script, that no author can type: they stand at the start of an attribute only. */
export const mark = { opens: '\uE0F0', closes: '\uE0F1' } as const;
const wordsMax = 80;

const known = new WeakMap<CompiledTemplate, LinkedTemplate>();

export function linksOf(template: CompiledTemplate): LinkedTemplate {
  const before = known.get(template);
  if (before !== undefined) return before;
  const { html } = template;
  const found = anchorsIn(html);
  const links = found.map((anchor, index) => ({
    number: index + 1,
    href: anchor.href,
    isPersonal: isLiquid(anchor.href),
    words: anchor.words.replace(/\s+/g, ' ').trim().slice(0, wordsMax),
  }));
  const linked = { links, marked: { ...template, html: withMarks(html, found) } };
  known.set(template, linked);
  return linked;
}

interface Anchor {
  readonly href: string;
  /** Where in the document its address begins. */
  readonly offset: number;
  words: string;
}

function anchorsIn(html: string): readonly Anchor[] {
  const found: Anchor[] = [];
  let open: Anchor | undefined;
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        if (name === 'img' && open !== undefined) open.words += ` ${attributes['alt'] ?? ''}`;
        if (name !== 'a') return;
        open = undefined;
        const href = (attributes['href'] ?? '').trim();
        const offset = addressIn(html, parser.startIndex, parser.endIndex);
        if (offset === undefined || !isFollowed(href) || isLeftAlone(attributes)) return;
        open = { href, offset, words: '' };
        found.push(open);
      },
      ontext: (text) => {
        if (open !== undefined && open.words.length < wordsMax) open.words += text;
      },
      onclosetag: (name) => {
        if (name === 'a') open = undefined;
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return found;
}

function addressIn(html: string, from: number, to: number): number | undefined {
  const tag = html.slice(from, to + 1);
  const attribute = /\shref\s*=\s*(["'])/i.exec(tag);
  return attribute === null ? undefined : from + attribute.index + attribute[0].length;
}

/** What Liquid makes of it is looked at again when it is known. */
function isFollowed(href: string): boolean {
  if (ownLinks.some((name) => new RegExp(`\\b${name}\\b`).test(href) && isLiquid(href)))
    return false;
  return /^https?:\/\//i.test(href) || /^\{[{%]/.test(href);
}

function isLiquid(href: string): boolean {
  return /\{[{%]/.test(href);
}

function isLeftAlone(attributes: { readonly [name: string]: string }): boolean {
  return Object.hasOwn(attributes, 'data-notrack') || /\bnotrack\b/.test(attributes['rel'] ?? '');
}

function withMarks(html: string, anchors: readonly Anchor[]): string {
  let end = 0;
  const parts = anchors.flatMap(({ offset }, index) => {
    const part = html.slice(end, offset);
    end = offset;
    return [part, `${mark.opens}${index + 1}${mark.closes}`];
  });
  return [...parts, html.slice(end)].join('');
}

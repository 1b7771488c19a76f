/**
 * Where a link of an email leads, looked up on our side: in the version of the template that was sent, or
 * among what was kept with the mail when it is another for each lead.
 */
import type { CompiledTemplate } from '../templates/compile.ts';
import { linksOf, type TemplateLink } from './template-links.ts';

/** Undefined: that version has no such link. */
export function findLink(
  languages: { readonly [language: string]: CompiledTemplate },
  link: string,
): TemplateLink | undefined {
  const [, language = '', number = ''] = /^([\w-]+)\.(\d{1,4})(?:\.\d{1,4})?$/.exec(link) ?? [];
  const template = Object.hasOwn(languages, language) ? languages[language] : undefined;
  return template === undefined ? undefined : linksOf(template).links[Number(number) - 1];
}

/** Undefined: a link that is another for each lead, and was not kept. */
export function targetOf(link: TemplateLink | undefined, kept: string | null): string | undefined {
  if (kept !== null) return kept;
  return link === undefined || link.isPersonal ? undefined : link.href;
}

/** For events: what the author wrote, or the place without what may be said of one lead only. */
export function saidOf(
  link: TemplateLink,
  kept: string | null,
): { readonly url: string; readonly words: string } {
  const [place = ''] = (kept ?? link.href).split(/[?#]/);
  return { url: link.isPersonal ? place : link.href, words: link.words };
}

/**
 * Links that lead nowhere, that mail clients block, or that say nothing about where they lead. It
 * reads the author's source; what Liquid or the brand puts in is looked at where it is put in.
 */
import { error, placeOf, warning, type TemplateProblem } from '../templates/problem.ts';
import { ownLinks } from '../templates/variables.ts';
import { atAttribute, elementsOf, wordsOf, type SourceElement } from './elements.ts';

export function linkProblems(source: string): readonly TemplateProblem[] {
  const found = elementsOf(source).flatMap((element) => [
    ...atAttribute(source, element, 'href', targetProblem(element)),
    ...atAttribute(source, element, 'href', wordsProblem(element)),
  ]);
  return [...dataLinks(source), ...found];
}

/** A link from lead data could be `javascript:…`; only our own links may go without the filter. */
function dataLinks(source: string): readonly TemplateProblem[] {
  const pattern = /\b(?:href|src)\s*=\s*(["'])\s*\{\{-?([^}]*)\}\}/g;
  return [...source.matchAll(pattern)].flatMap((match) => {
    const expression = (match[2] ?? '').replace(/-$/, '').trim();
    const isOurs = (ownLinks as readonly string[]).includes(expression);
    if (isOurs || /\|\s*url\b(?!_)/.test(expression)) return [];
    const message = `a link from data needs the url filter: {{ ${expression} | url }}`;
    return [{ ...error(message), ...placeOf(source, match.index) }];
  });
}

function targetProblem({ name, attributes }: SourceElement): TemplateProblem | undefined {
  const { href } = attributes;
  if (href === undefined) {
    if (name !== 'mj-button') return undefined;
    return error('the button has no href: it leads nowhere', 'add href="https://…"');
  }
  const target = href.trim();
  if (target === '') {
    return error(`the link of <${name}> is empty`, 'add the address, or make it plain text');
  }
  if (target === '#') {
    return warning('the link "#" leads nowhere from a mail client', 'begin it with https://');
  }
  if (/^(https:\/\/|mailto:|tel:|sms:|#|\{\{|\{%|\[\[)/i.test(target)) return undefined;
  if (/^http:\/\//i.test(target)) {
    return warning(`the link "${shown(target)}" is not encrypted`, 'begin it with https://');
  }
  const scheme = /^([a-z][a-z0-9+.-]*):(?!\/\/)|^(file|ftp):\/\//i.exec(target);
  if (scheme !== null) {
    const message = `the link "${shown(target)}" is not safe: mail clients block it`;
    return error(message, 'use https://, mailto: or tel:');
  }
  return error(
    `the link "${shown(target)}" leads nowhere from a mail client; begin it with https://`,
  );
}

/** Read aloud by itself, a link has to say where it leads. */
const emptyWords = new Set([
  ...['click here', 'here', 'click', 'link', 'this link', 'read more', 'more', 'learn more'],
  ...['hier klicken', 'klicken sie hier', 'klick hier', 'hier', 'mehr', 'weiterlesen'],
  ...['cliquez ici', 'ici', 'haga clic aquí', 'aquí', 'clicca qui', 'qui'],
]);

function wordsProblem({ name, attributes, inner }: SourceElement): TemplateProblem | undefined {
  if (!['a', 'mj-button', 'mj-navbar-link'].includes(name) || attributes['href'] === undefined) {
    return undefined;
  }
  const words = wordsOf(inner);
  if (words === '' && !/<img\b|\{%/.test(inner)) {
    return error(`the link of <${name}> has no words: nobody can see or press it`);
  }
  if (!emptyWords.has(words.toLowerCase().replace(/[.…!→>»\s]+$/, ''))) return undefined;
  const message = `the link "${words}" does not say where it leads`;
  return warning(message, 'name what is behind it, such as "Read the guide"');
}

function shown(target: string): string {
  return target.length > 60 ? `${target.slice(0, 59)}…` : target;
}

/**
 * What a compiled email must have as a whole: a size that Gmail shows, and, where it is marketing, a
 * way out and the sender's postal address, in both of its parts.
 */
import { error, warning, type TemplateProblem } from '../templates/problem.ts';

export interface WholeEmail {
  readonly html: string;
  readonly text: string;
  /** With a topic it is marketing. */
  readonly topic?: string;
}

/** Gmail clips at 102 KB and with the rest goes the unsubscribe link. */
const bytesMax = 102_000;
const bytesWarned = 80_000;

export function wholeProblems(email: WholeEmail): readonly TemplateProblem[] {
  return [...sizeProblems(email.html), ...marketingProblems(email)];
}

export function sizeProblems(html: string): readonly TemplateProblem[] {
  const bytes = Buffer.byteLength(html);
  if (bytes > bytesMax) return [error(`has ${bytes} bytes; Gmail clips above ${bytesMax}`)];
  if (bytes > bytesWarned) return [warning(`has ${bytes} bytes; ${bytesMax} is the end`)];
  return [];
}

/** Without it clients turn colours round as they like. */
export function darkProblems(html: string): readonly TemplateProblem[] {
  if (/<meta\b[^>]*name=["']color-scheme["']/i.test(html)) return [];
  const message = 'says nothing about dark mode: some clients turn its colours round as they like';
  const meta = '<meta name="color-scheme" content="light dark" />';
  return [warning(message, `put ${meta} into <mj-raw> in <mj-head>`)];
}

function marketingProblems({ html, text, topic }: WholeEmail): readonly TemplateProblem[] {
  if (topic === undefined) return [];
  const parts = [[html, 'HTML'] as const, [text, 'text'] as const];
  return parts.flatMap(([part, label]) => [
    ...(canLeave(part) ? [] : [missing('unsubscribe_url', label)]),
    ...(hasAddress(part) ? [] : [missing('workspace.postalAddress', label)]),
  ]);
}

function missing(variable: string, label: string): TemplateProblem {
  return error(
    `a marketing email needs {{ ${variable} }}; the ${label} has none`,
    'include a footer that has it',
  );
}

function canLeave(part: string): boolean {
  return /\{\{-?\s*unsubscribe_url\b/.test(part) || /\{%-?\s*unsubscribe_link\b/.test(part);
}

function hasAddress(part: string): boolean {
  return /\{\{-?\s*workspace\.postalAddress\b/.test(part);
}

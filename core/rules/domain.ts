/**
 * The domain in an email address, a link or a domain written alone: "ana@Mail.Acme.com",
 * "https://www.acme.com/jobs?x" and "acme.com" all have one.
 *
 * Shared by the operator `domainIn` and by facts derived as "domain", so that both read the same text
 * the same way. Written by hand: no pattern that backtracks ever sees what a stranger typed.
 */
import type { FactValue } from './condition.ts';

/** In lower case and without a leading "www."; `undefined` where there is none. */
export function domainOf(value: FactValue): string | undefined {
  if (typeof value !== 'string' || value.length > LONGEST) return undefined;
  const text = value.trim().toLowerCase();
  const afterScheme = text.includes('://') ? text.slice(text.indexOf('://') + 3) : text;
  const host = afterScheme.split(/[/?#]/, 1)[0] ?? '';
  const named = host.slice(host.lastIndexOf('@') + 1).split(':', 1)[0] ?? '';
  const bare = named.replace(/^www\./, '').replace(/\.$/, '');
  const labels = bare.split('.');
  return labels.length > 1 && labels.every((label) => isLabel(label)) ? bare : undefined;
}

/** An address has at most 254 characters; links are longer. */
const LONGEST = 4_000;

function isLabel(label: string): boolean {
  return label.length <= 63 && /^[\p{L}\p{N}_-]+$/u.test(label);
}

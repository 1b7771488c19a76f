/**
 * What was found out about an address and about a company, in words: verdicts, look-ups, refused values.
 *
 * Apart from `timeline.ts`, since lead pages and `perennial explain` say the same.
 */
import { refusalWords, type RefusalReason } from '../core/enrichment/answer.ts';
import { enrichOutcomeWords, type EnrichOutcome } from '../core/enrichment/event.ts';
import type { Release } from '../core/definitions/release.ts';
import type { EmailCheck, Lead } from '../core/facts/lead.ts';
import { labelOf } from '../core/routing/brief.ts';
import type { Json, JsonObject } from '../core/rules/condition.ts';
import { reasonWords } from '../core/verification/verdict.ts';
import { isObject, text } from './words.ts';

/** `invalid: its domain does not exist`. */
export function verdictWords({ status, reason }: Pick<EmailCheck, 'status' | 'reason'>): string {
  return `${status}: ${uncapitalised(reasonWords(reason))}`;
}

export function emailCheckJson({ emailCheck }: Lead): object | null {
  if (emailCheck === undefined) return null;
  const { at, ...verdict } = emailCheck;
  return { ...verdict, because: reasonWords(verdict.reason), at: new Date(at).toISOString() };
}

/** Of the two events that report what was looked up; undefined for every other. */
export function lookedUpWords(
  name: string,
  properties: JsonObject,
  release: Release,
): { readonly title: string; readonly reasons: readonly string[] } | undefined {
  if (name === 'Email Verified') {
    const [status = '', by = ''] = [text(properties['status']), text(properties['by'])];
    const reasons = [reasonWords(text(properties['reason']) ?? ''), by === '' ? '' : `By ${by}`];
    return { title: `The address is ${status}`, reasons };
  }
  if (name !== 'Lead Enriched') return undefined;
  const provider = text(properties['provider']) ?? '';
  return {
    title: `Looked up at ${provider === '' ? 'a provider' : provider}`,
    reasons: [
      ...foundWords(properties['values'], release),
      ...refusedWords(properties['refused'], release),
    ],
  };
}

/** The step: what it came to, and what it was to find out. */
export function enrichWords(
  detail: JsonObject,
  release: Release,
  journey: string,
): { readonly title: string; readonly reasons: readonly string[] } {
  const outcome = text(detail['arm']) ?? '';
  const facts = Array.isArray(detail['facts']) ? detail['facts'].map(String) : [];
  const said = Object.hasOwn(enrichOutcomeWords, outcome)
    ? enrichOutcomeWords[outcome as EnrichOutcome]
    : outcome;
  return {
    title: `“${journey}” looked up ${facts.map((fact) => labelOf(release, fact)).join(', ')}`,
    reasons: [said],
  };
}

function foundWords(values: Json | undefined, release: Release): readonly string[] {
  if (!isObject(values)) return [];
  return Object.entries(values).flatMap(([fact, said]) => {
    if (!isObject(said)) return [];
    const { value, confidence, at } = said;
    const sure = typeof confidence === 'number' ? [`${Math.round(confidence * 100)} % sure`] : [];
    const since = typeof at === 'string' ? [`as of ${at}`] : [];
    const more = [...sure, ...since].join(', ');
    const shown = typeof value === 'string' ? value : JSON.stringify(value ?? null);
    return [`${labelOf(release, fact)}: ${shown}${more === '' ? '' : ` (${more})`}`];
  });
}

function refusedWords(refused: Json | undefined, release: Release): readonly string[] {
  if (!Array.isArray(refused)) return [];
  return refused.filter(isObject).map((one) => {
    const [fact = '', because = ''] = [text(one['fact']), text(one['because'])];
    const why = Object.hasOwn(refusalWords, because)
      ? refusalWords[because as RefusalReason]
      : because;
    return `Refused ${labelOf(release, fact)}: ${why}`;
  });
}

function uncapitalised(words: string): string {
  return words.slice(0, 1).toLowerCase() + words.slice(1);
}
